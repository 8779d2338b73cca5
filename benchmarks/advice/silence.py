"""Is silence honest: what is said of claims whose payer, procedure or provider was never seen?

``python -m benchmarks.advice.silence FOLDER CLAIMS SEED...`` takes the test claims of each world
(``benchmarks.advice.ground``) as they were sent, and again with a payer, procedures or a provider
that no history knows, scores them as ``/score`` does, and compares what was said with the answers
that the world gave. Those answers are what a payer or a procedure new to the practice would have
given. For a provider they are not: payers deny many claims of a new one, and these were all known
to them. So of providers the figures to look at are those of the claims as sent.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.advice.ground import KEYS, Ground, ground
from claims.types import Claim, Provider
from features.frame import Frame
from models.interval import Interval, places
from models.score import Score
from models.support import NAMES, UNLIKE
from training.alike import Foretold, alike
from training.coverage import judge
from training.intervals import Figure
from training.metrics import auroc

_NEW_NPI: Final = "1999999992"
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What was said of some claims. ``unremarked``: sent as they are, and without a note."""

    name: str
    claims: int
    levels: tuple[float, float, float]
    width: float
    coverage: Figure
    auroc: float
    foretold: float
    denied: float
    submit: float
    unremarked: float


def rows(of: Ground) -> Iterator[Row]:
    """Figures by kind of novelty, each by level where a kind has several."""
    used = {line.procedure for claim in of.claims for line in claim.lines}
    for name, change in _kinds(used).items():
        yield from judged(of, name, [change(claim) for claim in of.claims])


def judged(of: Ground, name: str, changed: Sequence[Claim | None]) -> Iterator[Row]:
    """Score the claims of ``of`` as they are in ``changed``, those that are ``None`` left out."""
    denied = np.array([of.told[claim.claim_id].denied for claim in of.claims])
    frame = Frame.from_claims(of.claims, KEYS)
    at = np.array([place for place, claim in enumerate(changed) if claim is not None])
    group = alike(frame, np.arange(len(frame)))[at]
    said = [one.score for one in of.scored([claim for claim in changed if claim is not None])]
    yield _row(of, name, said, denied[at], group)
    known = np.array([one.support.level for one in said])
    new = np.array([any("of this provider" in note for note in one.support.notes) for one in said])
    parts = {f"  {level}": known == level for level in NAMES}
    parts["  with a new provider"] = new
    for title, chosen in parts.items():
        part = np.flatnonzero(chosen)
        if 0 < len(part) < len(said):
            some = [said[place] for place in part.tolist()]
            yield _row(of, title, some, denied[at][part], group[part])


def _kinds(used: set[str]) -> dict[str, Callable[[Claim], Claim | None]]:
    """By what each claim is made new; ``None`` for one that cannot be."""

    def renamed(claim: Claim, *, last: bool = False, afar: bool = False) -> Claim:
        first = len(claim.lines) - 1 if last else 0
        lines = tuple(
            replace(line, procedure=_unused(line.procedure, used, afar=afar))
            if place >= first and line.procedure
            else line
            for place, line in enumerate(claim.lines)
        )
        return replace(claim, lines=lines)

    return {
        "as sent": lambda claim: claim,
        "new payer": lambda claim: replace(
            claim, payer=replace(claim.payer, payer_id="NEVERSEEN", name="")
        ),
        "new procedure": renamed,
        "new procedure, nothing near": lambda claim: renamed(claim, afar=True),
        "one new line of several": lambda claim: (
            renamed(claim, last=True, afar=True) if len(claim.lines) > 1 else None
        ),
        "new rendering provider": lambda claim: (
            replace(claim, rendering=_new(claim.rendering)) if claim.rendering else None
        ),
        "new billing provider": lambda claim: replace(claim, billing=_new(claim.billing)),
        "new payer and procedure": lambda claim: renamed(
            replace(claim, payer=replace(claim.payer, payer_id="NEVERSEEN", name="")), afar=True
        ),
    }


def _new(provider: Provider) -> Provider:
    return replace(provider, npi=_NEW_NPI)


def _unused(procedure: str, used: set[str], *, afar: bool) -> str:
    """A code of the same shape that no claim has; ``afar``: nor one of its first three digits."""
    near = {code[:3] for code in used}
    for number in range(100_000):
        made = f"{number:05d}" if afar else f"{procedure[:3]}{number:02d}"
        if made not in used and not (afar and made[:3] in near):
            return made
    raise RuntimeError("the world uses all codes")


def _row(
    of: Ground, name: str, said: Sequence[Score], denied: Flags, group: NDArray[np.int64]
) -> Row:
    probability = np.array([one.denial_probability for one in said])
    ends = (
        np.array([one.denial_probability_low for one in said]),
        np.array([one.denial_probability_high for one in said]),
    )
    level = [one.support.level for one in said]
    thickness = np.array(
        [UNLIKE if one.support.level == "none" else one.support.least_known for one in said]
    )
    foretold = Foretold(probability, denied, group, places(thickness), np.ones(len(said)))
    sent = [one for one in said if one.decision == "submit"]
    plain = [one for one in sent if not one.support.notes and "Little is" not in _first(one)]
    both = 0 < denied.sum() < len(denied)
    return Row(
        name=name,
        claims=len(said),
        levels=(
            level.count("none") / len(said),
            level.count("thin") / len(said),
            level.count("good") / len(said),
        ),
        width=float((ends[1] - ends[0]).mean()),
        coverage=judge(of.model.interval, foretold, ends, 1).coverage,
        auroc=auroc(probability, denied) if both else float("nan"),
        foretold=float(probability.mean()),
        denied=float(denied.mean()),
        submit=len(sent) / len(said),
        unremarked=len(plain) / len(said),
    )


def _first(one: Score) -> str:
    return one.actions[0].text


def show(title: str, table: Interval, found: Iterable[Row]) -> None:
    """Print figures as they come."""
    odds = ", ".join(
        f"{edge}: {odd:.2f}" for edge, odd in zip(table.edges, table.odds, strict=True)
    )
    print(f"\n{title}: odds by thickness {odds}")
    head = ("none", "thin", "good", "width", "covered", "AUROC", "said", "denied", "submit")
    print(f"{'':30}{'claims':>7}" + "".join(f"{one:>8}" for one in (*head, "plain")))
    for one in found:
        figures = [*one.levels, one.width, one.coverage.value, one.auroc, one.foretold]
        figures += [one.denied, one.submit, one.unremarked]
        print(f"{one.name:30}{one.claims:7d}" + "".join(f"{value:8.3f}" for value in figures))


def main() -> None:
    """Print the table of each world."""
    words = argparse.ArgumentParser(description="Whether silence is honest.")
    words.add_argument("folder", type=Path, help="holds, or will hold, a folder g<SEED> each")
    words.add_argument("claims", type=int)
    words.add_argument("seeds", type=int, nargs="+")
    asked = words.parse_args()
    for seed in asked.seeds:
        of = ground(asked.folder / f"g{seed}", asked.claims, seed, seed)
        show(of.name, of.model.interval, rows(of))


if __name__ == "__main__":
    main()
