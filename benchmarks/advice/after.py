"""Is the probability after an action what then happens? Each world is asked again after it.

Of all flagged claims, each action that comes with a probability after is tried, and so is each
combination of two. The mean of what was said stands beside the share that the world denies then,
with the difference in points: overall, by what the probability rests on, by action, and by what was
said. The world's answer holds all of its luck, also that of other causes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from benchmarks.advice.ground import Ground
from claims.categories import Action
from models.score import Score

UNCHANGED: Final = frozenset({"submit", "submit_now"})
"""Nothing is mended by them: what they say is the claim's own probability."""
BINS: Final = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """``actions`` (one, or a combination of two) as advised, and whether the world still denies."""

    actions: tuple[Action, ...]
    basis: str
    before: float
    said: float
    denied: bool
    first: bool


def tried(ground: Ground, scores: Iterable[Score] | None = None) -> list[Tried]:
    """Every action and combination with a probability after, on the flagged claims."""
    made = [one.score for one in ground.scored()] if scores is None else scores
    asked: dict[tuple[Action, ...], list[tuple[Score, str, float, bool]]] = {}
    for score in made:
        if score.decision == "submit":
            continue
        for place, one in enumerate(score.actions):
            if one.probability_after is not None and one.action not in UNCHANGED:
                about = (score, one.basis or "", one.probability_after, place == 0)
                asked.setdefault((one.action,), []).append(about)
        if (pair := score.combination) is not None:
            about = (score, pair.basis, pair.probability_after, False)
            asked.setdefault(pair.actions, []).append(about)
    return [
        Tried(
            actions=actions, basis=basis, before=score.denial_probability, said=said,
            denied=answer.outcome != "paid", first=first,
        )
        for actions, claims in asked.items()
        for (score, basis, said, first), answer in zip(
            claims,
            ground.truth.ask_many([score.claim_id for score, *_ in claims], actions),
            strict=True,
        )
    ]  # fmt: skip


def points(found: Sequence[Tried]) -> float:
    """What was said less what happened, in points; positive: too dark."""
    return 100 * float(np.mean([one.said - one.denied for one in found]))


def lines(found: Sequence[Tried]) -> list[str]:
    """The table to print."""
    single = [one for one in found if len(one.actions) == 1]
    both = [one for one in found if len(one.actions) == 2]
    told = [f"{'':38}{'count':>7}{'before':>8}{'said':>8}{'denied':>8}{'points':>8}"]
    told += _row("all actions", single)
    told += _row("first actions", [one for one in single if one.first])
    told += _row("combinations of two", both)
    told += _grouped(single, lambda one: f"  {one.basis}")
    told += _grouped(single, lambda one: f"  {one.actions[0]}, {one.basis}")
    for low, high in pairwise(BINS):
        inside = [one for one in single if low <= one.said < high]
        told += _row(f"  said {low:.2f} to {high:.2f}", inside)
    return told


def _grouped(found: Sequence[Tried], name: Callable[[Tried], str]) -> list[str]:
    groups: dict[str, list[Tried]] = {}
    for one in found:
        groups.setdefault(name(one), []).append(one)
    return [line for key in sorted(groups) for line in _row(key, groups[key])]


def _row(name: str, found: Sequence[Tried]) -> list[str]:
    if not found:
        return []
    before, said, denied = np.mean([(one.before, one.said, one.denied) for one in found], axis=0)
    return [
        f"{name:38}{len(found):>7,}{before:>8.3f}{said:>8.3f}{denied:>8.3f}{points(found):>+8.1f}"
    ]
