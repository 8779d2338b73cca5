"""One step of the loop: new data in, train, gates, challenger, shadow, promotion or not.

Where the loop stands is written in the registry alone, as the tag ``preclear.loop`` of a version
and its run: ``trained``, then ``refused``, ``shadow``, ``promoted`` or ``dropped``. It is written
after what it says was done, and what is done may be done twice; so whoever is killed in between is
taken up by the next run where he stopped. The gates' verdicts are tags of the run for the same
reason. A version without the tag was trained by hand and is left to whoever trained it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from claims.dataset import Dataset
from claims.errors import UserError
from claims.progress import Progress
from features import running
from models.aliases import CHALLENGER, CHAMPION
from models.checked import checked
from models.denial import DenialModel
from models.registry import Entry, Registry
from training.beside import Beside, compare, pairs
from training.boosters import Settings
from training.prepare import prepare
from training.train import Render, train
from training.verdicts import REFUSED

Rule = Literal["never", "gates", "shadow"]
Live = Callable[[str, str], Sequence[tuple[int, int, float, float, bool]]]
"""What two versions, champion and challenger, said live (``training.beside.pairs``)."""

STATE: Final = "preclear.loop"
SAID: Final = "preclear.loop.said"
_GATE: Final = "preclear.gate."
_RIVAL: Final = f"{_GATE}beats_the_champion"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a run did. ``state``: ``nothing_new``, or where ``version`` stands now."""

    state: str
    version: str
    sentences: tuple[str, ...]
    beside: Beside | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """What all steps need. ``days``: how many a challenger is in shadow, by rule ``shadow``."""

    registry: Registry
    home: Path
    settings: Settings
    rule: Rule
    days: int
    live: Live
    progress: Progress
    set_aside: Mapping[int, int]
    render: Render | None = None


def step(dataset: Dataset, loop: Loop) -> Step:
    """Do what is to be done now. Raises ``UserError`` where the data allows no model."""
    entries = loop.registry.entries()
    said: tuple[str, ...] = ()
    shadow = _in_shadow(entries)
    beside = None
    if shadow is not None and _champion(loop.registry) is not None:
        looked = _look(dataset, loop, shadow)
        if loop.rule == "shadow":
            return looked  # one challenger at a time, or none would ever have its days
        said, beside = looked.sentences, looked.beside
    digest = dataset.digest()
    newest = entries[0] if entries else None
    if newest is not None and newest.tags.get("preclear.data") == digest:
        if newest.tags.get(STATE) != "trained":
            text = f"Nothing new: version {newest.version} was trained on this very data."
            return Step(
                state="nothing_new", version=newest.version, sentences=(*said, text), beside=beside
            )
        kept = running.base(loop.home)
        if kept is not None and kept.digest == digest:
            text = f"Version {newest.version} was trained by a run that was cut off: going on."
            return _admitted(loop, newest.version, (*said, text))
    made = train(
        dataset, registry=loop.registry, home=loop.home, settings=loop.settings, promote=False,
        progress=loop.progress, set_aside=loop.set_aside, render=loop.render,
        tags={STATE: "trained"},
    )  # fmt: skip
    text = (
        f"New data: version {made.version} was trained on {made.evaluation.claims:,} claims; "
        f"AUROC {made.evaluation.overall.auroc:.3f} on its test period."
    )
    return _admitted(loop, made.version, (*said, text))


def _in_shadow(entries: Sequence[Entry]) -> Entry | None:
    """The challenger, if it is one that the loop put there."""
    for one in entries:
        if CHALLENGER in one.aliases and one.tags.get(STATE) == "shadow":
            return one
    return None


def _champion(registry: Registry) -> str | None:
    try:
        return registry.resolve(CHAMPION).version
    except UserError:
        return None


def refusals(tags: Mapping[str, str], rule: Rule) -> list[str]:
    """What the gates of a run refuse, by its tags.

    Only by rule ``gates`` must a model beat the champion on its test period: where it is asked in
    shadow, or a person decides, later claims say more.
    """
    found = []
    for name, text in sorted(tags.items()):
        verdict, _, sentence = text.partition(": ")
        asked = name.startswith(_GATE) and (rule == "gates" or name != _RIVAL)
        if asked and verdict == REFUSED:
            found.append(sentence)
    return found


def _admitted(loop: Loop, version: str, said: tuple[str, ...]) -> Step:
    """Refused, promoted at once, or the challenger, by the gates and the rule."""
    registry = loop.registry
    tags = registry.show(version).tags
    refused = refusals(tags, loop.rule)
    if refused:
        registry.refuse(version, refused[0])
        registry.withdraw(version)
        _restore(registry, version)
        return _noted(loop, version, "refused", said, f"The gates refuse it: {refused[0]}.")
    # A run that was cut off may have crowned it already.
    alone = _champion(registry) in (None, version)
    if loop.rule == "gates" or (loop.rule == "shadow" and alone):
        why = "it passed all gates" if loop.rule == "gates" else "nobody served before it"
        return _promoted(loop, version, said, why)
    if CHAMPION not in registry.show(version).aliases:
        checked(registry.resolve(version))
        registry.challenge(version)
    what = (
        f"it is asked beside the champion for {loop.days} days"
        if loop.rule == "shadow"
        else f"a person decides: preclear models promote {version}"
    )
    text = f"It passed the gates and is the challenger; {what}."
    return _noted(loop, version, "shadow", said, text)


def _restore(registry: Registry, refused: str) -> None:
    """Make the model that was in shadow before the challenger again."""
    for one in registry.entries():
        if one.version != refused and one.tags.get(STATE) == "shadow":
            if CHAMPION not in one.aliases:
                registry.challenge(one.version)
            return


def _promoted(
    loop: Loop, version: str, said: tuple[str, ...], why: str, beside: Beside | None = None
) -> Step:
    checked(loop.registry.resolve(version))
    loop.registry.promote(version, f"by rule {loop.rule}: {why}")
    text = f"Version {version} is the champion: {why}."
    return _noted(loop, version, "promoted", said, text, beside)


def _noted(
    loop: Loop,
    version: str,
    state: str,
    said: tuple[str, ...],
    text: str,
    beside: Beside | None = None,
) -> Step:
    metrics = beside.metrics() if beside else {}
    loop.registry.note(version, {SAID: text, STATE: state}, metrics)
    return Step(state=state, version=version, sentences=(*said, text), beside=beside)


def _look(dataset: Dataset, loop: Loop, shadow: Entry) -> Step:
    """How the challenger does; by rule ``shadow`` one verdict, once its days are over."""
    registry, version = loop.registry, shadow.version
    champion = _champion(registry)
    assert champion is not None  # noqa: S101 - asked before
    both = [DenialModel.load(registry.resolve(name).bundle) for name in (champion, version)]
    prepared = prepare(dataset, loop.progress, loop.set_aside)
    found = pairs(prepared, both[0], both[1], loop.live(champion, version), loop.progress)
    beside = compare(found, loop.settings.seed)
    start = f"Version {version} beside the champion, version {champion}: {beside.sentence}."
    if loop.rule != "shadow":
        return _noted(loop, version, "shadow", (), start, beside)
    if not beside.enough or beside.days < loop.days:
        text = (
            f"{start} It stays in shadow until {loop.days} days and 50 claims of either kind, "
            "denied and paid, are answered."
        )
        return _noted(loop, version, "shadow", (), text, beside)
    if not beside.worse:
        return _promoted(loop, version, (start,), "it is not worse beyond chance", beside)
    registry.refuse(version, f"worse than the champion in shadow: {beside.sentence}")
    registry.withdraw(version)
    text = "It foretells worse than the champion beyond chance and is dropped."
    return _noted(loop, version, "dropped", (start,), text, beside)
