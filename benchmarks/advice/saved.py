"""Does the action that is advised save the claim? The world is asked again, with the same luck.

Of the flagged claims (anything but ``submit``) that would be denied, some can be saved: after some
single action the world pays them in full. Counted is for how many of those the first action does,
and one of the first two. Beside it stands the peers' way: a fixed action for the category that is
predicted first, and the second from the category after it (``PEERS_WAY``).

A claim that only an earlier day could have saved (``submit_now`` alone would have helped) cannot
be saved on the day it is scored; the world counts it, so the shares are given with and without.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final, get_args

from benchmarks.advice.ground import Ground, Told
from claims.categories import Action, Category
from models.score import Score

ACTIONS: Final[tuple[Action, ...]] = get_args(Action)
PEERS_WAY: Final[dict[Category, Action]] = {
    "eligibility": "verify_eligibility",
    "authorization": "obtain_authorization",
    "coding": "review_coding",
    "bundling": "review_modifier",
    "medical_necessity": "review_medical_necessity",
    "timely_filing": "prove_timely_filing",
    "duplicate": "check_claim_status",
    "coordination_of_benefits": "update_coordination_of_benefits",
    "missing_information": "complete_information",
    "documentation": "attach_documentation",
    "non_covered": "confirm_coverage",
    "benefit_limit": "confirm_benefit_limit",
    "provider_enrollment": "confirm_enrollment",
    "other": "complete_information",
}
"""What denial tools ship: one action a category, whatever the claim says.

Bundling is the one category with two usual actions, a modifier or a look at what may be billed
together; the other is ``KINDER_WAY``.
"""
KINDER_WAY: Final[dict[Category, Action]] = {**PEERS_WAY, "bundling": "review_bundling"}
_Z: Final = 1.959963984540054  # 97.5 % of a standard normal distribution lie below it

Way = Callable[[Score], Sequence[Action]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flagged:
    """A claim that is not simply sent, and which single actions end in it being paid in full."""

    score: Score
    told: Told
    paid_after: frozenset[Action]

    @property
    def savable(self) -> bool:
        """Whether it would be denied, and some single action prevents that."""
        return self.told.denied and bool(self.paid_after)

    @property
    def in_time(self) -> bool:
        """Whether something other than an earlier day would have saved it."""
        return self.savable and self.paid_after != {"submit_now"}


def flagged(ground: Ground) -> list[Flagged]:
    """Score the claims of ``ground`` and ask its world about those that are not simply sent."""
    found = [made.score for made in ground.scored() if made.score.decision != "submit"]
    ids = [score.claim_id for score in found]
    paid: list[set[Action]] = [set() for _ in found]
    for action in ACTIONS:
        for place, answer in enumerate(ground.truth.ask_many(ids, [action])):
            if answer.outcome == "paid":
                paid[place].add(action)
    return [
        Flagged(score=score, told=ground.told[score.claim_id], paid_after=frozenset(after))
        for score, after in zip(found, paid, strict=True)
    ]


def ours(score: Score) -> Sequence[Action]:
    """The actions that are advised."""
    return [one.action for one in score.actions]


def peers(table: dict[Category, Action]) -> Way:
    """The fixed way: the action of each predicted category, the likeliest first."""
    return lambda score: [table[one.category] for one in score.categories]


@dataclass(frozen=True, slots=True)
class Share:
    """``hits`` of ``count``, with Wilson's interval (Wilson 1927) of 95 %."""

    hits: int
    count: int

    @property
    def value(self) -> float:
        """The share; 0 of nothing."""
        return self.hits / self.count if self.count else 0.0

    @property
    def ends(self) -> tuple[float, float]:
        """The interval's ends; 0 and 1 of nothing."""
        if not self.count:
            return 0.0, 1.0
        squared = _Z * _Z / self.count
        middle = (self.value + squared / 2) / (1 + squared)
        wide = sqrt(self.value * (1 - self.value) / self.count + squared / (4 * self.count))
        half = _Z * wide / (1 + squared)
        return middle - half, middle + half

    def __str__(self) -> str:
        """In percent, with the ends."""
        low, high = self.ends
        return f"{100 * self.value:.1f} % ({100 * low:.1f} to {100 * high:.1f})"


def saved(claims: Iterable[Flagged], way: Way, first: int) -> Share:
    """Of ``claims``, those that one of the ``first`` actions of ``way`` saves, tried singly."""
    hits = count = 0
    for claim in claims:
        count += 1
        hits += bool(claim.paid_after & set(way(claim.score)[:first]))
    return Share(hits, count)


_WAYS: Final[tuple[tuple[str, Way], ...]] = (
    ("advised", ours),
    ("fixed per category", peers(PEERS_WAY)),
    ("the same, kinder", peers(KINDER_WAY)),
)


def lines(claims: Sequence[Flagged]) -> list[str]:
    """The table to print: shares saved by each way, and by what would have denied the claim."""
    denied = [claim for claim in claims if claim.told.denied]
    savable = [claim for claim in denied if claim.savable]
    in_time = [claim for claim in savable if claim.in_time]
    told = [
        f"{len(claims):,} flagged claims, {len(denied):,} of them would be denied, "
        f"{len(savable):,} of those can be saved; {len(in_time):,} without an earlier day",
        f"{'':26}{'first action':>26}{'one of the first two':>26}",
    ]
    for name, way in _WAYS:
        told.append(_row(name, savable, way))
        told.append(_row("  without an earlier day", in_time, way))
    told.append("by what denies the claim (of those that can be saved):")
    mechanisms = Counter(claim.told.mechanism for claim in savable)
    for mechanism, _ in mechanisms.most_common():
        mine = [claim for claim in savable if claim.told.mechanism == mechanism]
        told.append(_row(f"  {mechanism} {len(mine)}", mine, ours))
    return told


def _row(name: str, claims: Sequence[Flagged], way: Way) -> str:
    return f"{name:26}{saved(claims, way, 1)!s:>26}{saved(claims, way, 2)!s:>26}"
