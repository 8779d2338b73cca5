"""From a score to at most three actions, the first being the one thing to do.

Each category that the claim may be denied for stands for one action, or for two that share it. An
action is worth the risk that its category explains; where a what-if was tried, as much of it as the
what-if took away, though never less than what a what-if cannot show (``_UNSHOWN``). Rules that the
claim breaks come first, because such a claim is stopped before the model's question arises.

The probability after an action is that of the claim scored again with the mend; where no mend can
be tried, or what is missing may be none of what was tried, it is what is left without the category
(``models.removal``), and says so. It is ``None`` where nothing true can be said: whether there is a
proof of timely filing, or what the second guess of two would find.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from claims.categories import CATEGORIES, Action, Category
from models.action_words import FIELDS, OWNERS, said
from models.attest import ASSUMES, ATTESTS
from models.edits import HOLDING
from models.hints import modifiers_blamed
from models.removal import beside, without
from models.score import MAX_ACTIONS, ActionAdvice, Basis, Decision, Edit
from models.whatif import Tests
from models.wording import value_of

REVIEW: Final = 0.75
HELPS: Final = 0.3
WORTH_SAYING: Final = (0.0, 0.05, 0.2)
"""What the first, second and third action must be worth of the first to be named."""
MOST: Final = 0.5
"""A what-if that takes away this part of what its category explains speaks for the category."""
WAITING_HURTS: Final = 0.05

_FOR_CATEGORY: Final[dict[Category, Action]] = {
    "eligibility": "verify_eligibility",
    "bundling": "review_bundling",
    "medical_necessity": "review_medical_necessity",
    "duplicate": "check_claim_status",
    "coordination_of_benefits": "update_coordination_of_benefits",
    "missing_information": "complete_information",
    "documentation": "attach_documentation",
    "non_covered": "confirm_coverage",
    "benefit_limit": "confirm_benefit_limit",
    "provider_enrollment": "confirm_enrollment",
}
_FOR_EDIT: Final[dict[str, Action]] = {
    "coverage_inactive": "verify_eligibility",
    "coverage_ended": "verify_eligibility",
    "authorization_dates": "correct_authorization",
    "authorization_procedures": "correct_authorization",
    "authorization_units": "correct_authorization",
    "authorization_line": "correct_authorization",
    "authorization_missing": "obtain_authorization",
    "referral_missing": "obtain_referral",
    "modifier_missing": "review_modifier",
    "filing_passed": "prove_timely_filing",
    "ncci_pair": "review_bundling",
    "mue_exceeded": "review_coding",
    "diagnosis_shape": "review_coding",
    "diagnosis_chapter": "review_coding",
    "diagnosis_incomplete": "review_coding",
    "diagnosis_version": "review_coding",
    "diagnosis_not_valid": "review_coding",
    "diagnoses_too_many": "review_coding",
    "procedure_not_valid": "review_coding",
    "pointers_too_many": "review_coding",
    "procedure_shape": "review_coding",
    "procedure_missing": "review_coding",
    "pointer_out_of_range": "review_coding",
    "pointer_missing": "review_coding",
    "diagnosis_missing": "review_coding",
}


_UNSHOWN: Final[dict[Action, float]] = {
    # It shares its category with the authorization: without a what-if nothing speaks for it.
    "obtain_referral": 0.0,
    # What is missing may be a field that cannot be tried.
    "complete_information": 1.0,
}
_UNSHOWN_ELSE: Final = 0.5
_SECOND: Final = 0.3
"""The part of a category's risk that the less likely of its two actions is worth."""


# Their what-ifs mend the very facts that break the rules; others mend something else.
_TRIED_ALIKE: Final = frozenset({"verify_eligibility", "correct_authorization"})


@dataclass(frozen=True, slots=True, eq=False)
class Situation:
    """What is known of one claim when advice is given.

    ``categories`` (14) are probabilities given a denial, ``values`` the feature row, ``known`` is
    0, 1 or 2 (``support.levels``), ``worst_line`` the place of the riskiest line, ``usual`` the
    claim's row of ``models.removal.beside`` where it is known already.
    """

    probability: float
    threshold: float
    categories: NDArray[np.float64]
    values: NDArray[np.float32]
    known: int
    tests: Tests
    edits: tuple[Edit, ...] = ()
    worst_line: int = 0
    usual: NDArray[np.float64] | None = None


@dataclass(frozen=True, slots=True)
class _Candidate:
    action: Action
    worth: float
    after: float | None
    paths: tuple[str, ...]
    basis: Basis | None = None


def advise(now: Situation, decision: Decision) -> tuple[ActionAdvice, ...]:
    """At most three actions, the one thing to do first; never none."""
    if decision == "submit":
        action: Action = "submit_now" if _waiting_hurts(now) else "submit"
        return (_advice(_Candidate(action, 1.0, now.probability, FIELDS[action]), now),)
    first = list(_from_edits(now))
    ranked = [one for one in _from_categories(now) if one.worth > 0]
    ranked.sort(key=lambda one: -one.worth)
    if now.known == 0:
        # Of a payer never met nothing is sure; one that is known can be asked about the service.
        met = value_of(now.values, "payer_seen") >= 1
        asked: Action = "confirm_coverage" if met else "verify_eligibility"
        first.append(_Candidate(asked, 1.0, None, FIELDS[asked]))
    chosen: dict[Action, _Candidate] = {}
    for one in first:
        chosen.setdefault(one.action, one)
    for one in ranked:
        place = min(len(chosen), MAX_ACTIONS - 1)
        if one.worth >= WORTH_SAYING[place] * ranked[0].worth:
            chosen.setdefault(one.action, one)
    if not chosen:
        chosen["complete_information"] = _Candidate("complete_information", 0.0, None, ())
    return tuple(_advice(one, now) for one in list(chosen.values())[:MAX_ACTIONS])


def _from_edits(now: Situation) -> Iterator[_Candidate]:
    """One candidate for each action that mends broken rules, holding ones first."""
    paths: dict[Action, list[str]] = {}
    errors = [edit for edit in now.edits if edit.severity == "error"]
    for edit in sorted(errors, key=lambda edit: edit.code not in HOLDING):
        action = _FOR_EDIT.get(edit.code, "complete_information")
        paths.setdefault(action, []).append(edit.field)
    for action, found in paths.items():
        tried = now.tests.get(action, {}) if action in _TRIED_ALIKE else {}
        after = min(tried.values(), default=None)
        basis: Basis | None = None if after is None else "rescored"
        yield _Candidate(action, 1.0, after, tuple(dict.fromkeys(found)), basis)


def _from_categories(now: Situation) -> Iterator[_Candidate]:
    if now.probability < REVIEW * now.threshold:
        return
    usual = beside(now.values[None, :])[0] if now.usual is None else now.usual
    for category, share, else_ in zip(
        CATEGORIES, now.categories.tolist(), usual.tolist(), strict=True
    ):
        settled = without(now.probability, share, else_)
        for action, part in _actions(category, now):
            yield _candidate(action, share * part, part, settled, now)


def _candidate(
    action: Action, share: float, part: float, settled: float, now: Situation
) -> _Candidate:
    """Weigh an action that is about ``share`` of the denials, and by its what-if.

    ``part`` is how much of its category it is about, ``settled`` what is left without the category.
    """
    explained = now.probability * share
    if action == "submit_now":
        return _Candidate(action, explained, now.probability, FIELDS[action])
    ways = now.tests.get(action)
    if not ways:
        known = action in ASSUMES and part > MOST
        after = settled if known else None
        return _Candidate(action, explained, after, FIELDS[action], "category" if known else None)
    path, after = min(ways.items(), key=lambda way: way[1])
    took = (now.probability - after) / max(now.probability - settled, 1e-12)
    unshown = _UNSHOWN.get(action, _UNSHOWN_ELSE)
    worth = explained * max(min(took, 1.0), unshown)
    if action == "prove_timely_filing":
        return _Candidate(action, explained, None, (path,))
    if took < MOST and unshown == 1:
        return _Candidate(action, worth, settled, FIELDS[action], "category")
    return _Candidate(action, worth, after, (path,), "rescored")


def _actions(category: Category, now: Situation) -> list[tuple[Action, float]]:
    """The actions that a category stands for, each with its part of the category."""
    values = now.values
    if category == "authorization":
        given = value_of(values, "authorization_given") == 2
        first: Action = (
            "correct_authorization"
            if given or "correct_authorization" in now.tests
            else "obtain_authorization"
        )
        referral: list[tuple[Action, float]] = [("obtain_referral", 1.0)]
        return [(first, 1.0), *(referral if "obtain_referral" in now.tests else [])]
    if category == "coding":
        blamed = modifiers_blamed(values)
        both: tuple[Action, Action] = ("review_modifier", "review_coding")
        return [(both[not blamed], 1 - _SECOND), (both[blamed], _SECOND)]
    if category == "timely_filing":
        return [("submit_now" if _waiting_hurts(now) else "prove_timely_filing", 1.0)]
    action = _FOR_CATEGORY.get(category)
    return [(action, 1.0)] if action else []


def _waiting_hurts(now: Situation) -> bool:
    later = now.tests.get("submit_now", {}).values()
    return max(later, default=0.0) - now.probability >= WAITING_HURTS


def _advice(one: _Candidate, now: Situation) -> ActionAdvice:
    paths = tuple(path.replace("[i]", f"[{now.worst_line}]") for path in one.paths)
    assumed = f" {ASSUMES[one.action]}" if one.basis == "category" else ""
    return ActionAdvice(
        action=one.action,
        owner=OWNERS[one.action],
        text=said(one.action, now.known) + assumed,
        probability_after=one.after,
        fields=paths,
        basis=one.basis,
        attest=ATTESTS[one.action],
    )
