"""Two actions together, where no single one takes enough of the risk away.

One is not enough while the best leaves the claim one to be looked at (``REVIEW`` of the threshold).
Two mends are then put on the claim together (``models.pairs``); where one of the two cannot be
tried, and they are about different categories, what each takes away adds up. A pair is named only
where it leaves clearly less (``HELPS``) than the better of the two.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final

from claims.categories import Action, Category
from models.advice import HELPS, REVIEW, Situation
from models.pairs import Pair, Wanted
from models.score import ActionAdvice, Basis, Combination

ABOUT: Final[dict[Action, Category]] = {
    "verify_eligibility": "eligibility",
    "obtain_authorization": "authorization",
    "correct_authorization": "authorization",
    "obtain_referral": "authorization",
    "review_modifier": "coding",
    "review_coding": "coding",
    "review_bundling": "bundling",
    "review_medical_necessity": "medical_necessity",
    "attach_documentation": "documentation",
    "prove_timely_filing": "timely_filing",
    "check_claim_status": "duplicate",
    "update_coordination_of_benefits": "coordination_of_benefits",
    "complete_information": "missing_information",
    "confirm_coverage": "non_covered",
    "confirm_benefit_limit": "benefit_limit",
    "confirm_enrollment": "provider_enrollment",
}
"""The category that an action settles; ``submit`` and ``submit_now`` settle none."""


def wanted(row: int, now: Situation, advice: Sequence[ActionAdvice]) -> list[Wanted]:
    """The pairs of advised mends that are worth trying on the claim at ``row``."""
    return [
        Wanted(row, (first.action, first.fields[0]), (second.action, second.fields[0]))
        for first, second in _pairs(now, advice)
        if first.basis == second.basis == "rescored"
    ]


def combine(
    now: Situation, advice: Sequence[ActionAdvice], tried: Mapping[Pair, float]
) -> Combination | None:
    """The pair of ``advice`` that leaves least; ``tried`` says what pairs of mends left."""
    best: Combination | None = None
    for first, second in _pairs(now, advice):
        pair: Pair = (first.action, second.action)
        after = tried.get(pair)
        basis: Basis = "rescored"
        if after is None:
            if ABOUT[first.action] == ABOUT[second.action]:
                continue
            after, basis = _added(now.probability, first, second), "category"
        one = Combination(actions=pair, probability_after=after, basis=basis)
        if best is None or after < best.probability_after:
            best = one
    if best is None or best.probability_after > (1 - HELPS) * _least(advice):
        return None
    return best


def _pairs(
    now: Situation, advice: Sequence[ActionAdvice]
) -> Iterator[tuple[ActionAdvice, ActionAdvice]]:
    settling = [one for one in advice if one.basis is not None]
    if len(settling) < 2 or _least(settling) < REVIEW * now.threshold:
        return
    yield from combinations(settling, 2)


def _least(advice: Sequence[ActionAdvice]) -> float:
    return min(
        one.probability_after
        for one in advice
        if one.basis is not None and one.probability_after is not None
    )


def _added(probability: float, first: ActionAdvice, second: ActionAdvice) -> float:
    """What is left without what each of the two takes away."""
    gone = [
        probability - one.probability_after
        for one in (first, second)
        if one.probability_after is not None
    ]
    return max(probability - sum(gone), 0.0)
