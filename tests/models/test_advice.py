"""The decision and the one thing to do, from situations put together by hand."""

from __future__ import annotations

import math
from typing import get_args

import numpy as np
import pytest

from claims.categories import CATEGORIES, CATEGORY_CODE, Action
from features.catalog import NAMES, PLACE
from models.action_words import FIELDS, OWNERS, TEXTS
from models.advice import Situation, advise
from models.decision import decide
from models.score import ActionAdvice, Edit
from models.whatif import Tests


def _now(
    probability: float,
    category: str = "authorization",
    tests: Tests | None = None,
    *,
    known: int = 2,
    edits: tuple[Edit, ...] = (),
    share: float = 0.9,
    **values: float,
) -> Situation:
    categories = np.full(len(CATEGORIES), (1 - share) / (len(CATEGORIES) - 1))
    categories[CATEGORY_CODE[category]] = share
    row = np.zeros(len(NAMES), np.float32)
    for name, value in values.items():
        row[PLACE[name]] = value
    return Situation(
        probability=probability, threshold=0.4, categories=categories, values=row, known=known,
        tests=tests or {}, edits=edits, worst_line=2,
    )  # fmt: skip


def _first(now: Situation) -> ActionAdvice:
    return advise(now, decide(now))[0]


def _edit(code: str, severity: str = "error") -> Edit:
    return Edit(code=code, severity=severity, field="x.y", text="Wrong.")


def test_every_action_has_words_and_an_owner() -> None:
    actions = set(get_args(Action))
    assert set(OWNERS) == set(TEXTS) == set(FIELDS) == actions
    assert all(text.endswith(".") for text in TEXTS.values())


@pytest.mark.parametrize(
    ("now", "decision"),
    [
        (_now(0.05), "submit"),
        (_now(0.29), "submit"),
        (_now(0.31), "review"),
        (_now(0.5), "review"),
        (_now(0.5, tests={"obtain_authorization": {"authorization.number": 0.3}}), "hold"),
        (_now(0.5, tests={"obtain_authorization": {"authorization.number": 0.45}}), "review"),
        (_now(0.5, tests={"submit_now": {"submitted_on": 0.1}}), "review"),
        (_now(0.85), "hold"),
        (_now(0.01, known=0), "review"),
        (_now(0.01, known=1), "submit"),
        (_now(0.01, edits=(_edit("npi_invalid"),)), "review"),
        (_now(0.01, edits=(_edit("line_repeated", "warning"),)), "submit"),
        (_now(0.01, edits=(_edit("coverage_ended"),)), "hold"),
        (_now(0.01, edits=(_edit("authorization_dates"),)), "hold"),
    ],
)
def test_decisions(now: Situation, decision: str) -> None:
    assert decide(now) == decision
    assert 1 <= len(advise(now, decide(now))) <= 3


def test_what_is_clean_is_sent() -> None:
    (only,) = advise(_now(0.05), "submit")
    assert (only.action, only.owner, only.probability_after) == ("submit", "billing", 0.05)


def test_a_missing_authorization_is_obtained_and_one_that_is_there_corrected() -> None:
    tests: Tests = {"obtain_authorization": {"authorization.number": 0.08}}
    first = _first(_now(0.7, tests=tests))
    assert (first.action, first.owner) == ("obtain_authorization", "authorization")
    assert (first.probability_after, first.fields) == (0.08, ("authorization.number",))
    assert first.basis == "rescored"
    assert first.attest == "that the payer gave this number, for this member and this service"
    there = _first(_now(0.7, authorization_given=2))
    assert (there.action, there.basis) == ("correct_authorization", "category")


def test_what_breaks_a_rule_of_the_front_desk_is_tried_where_it_can_be() -> None:
    edits = (_edit("coverage_ended"), _edit("authorization_dates"), _edit("npi_invalid"))
    tests: Tests = {"verify_eligibility": {"eligibility": 0.06}}
    tests |= {"complete_information": {"clia_number": 0.2}}
    advice = advise(_now(0.7, tests=tests, edits=edits), "hold")
    assert [(one.action, one.probability_after) for one in advice] == [
        ("verify_eligibility", 0.06),
        ("correct_authorization", None),
        ("complete_information", None),
    ]


@pytest.mark.parametrize(
    ("category", "action"),
    [
        ("eligibility", "verify_eligibility"),
        ("coding", "review_coding"),
        ("bundling", "review_bundling"),
        ("medical_necessity", "review_medical_necessity"),
        ("timely_filing", "prove_timely_filing"),
        ("duplicate", "check_claim_status"),
        ("coordination_of_benefits", "update_coordination_of_benefits"),
        ("missing_information", "complete_information"),
        ("documentation", "attach_documentation"),
        ("non_covered", "confirm_coverage"),
        ("benefit_limit", "confirm_benefit_limit"),
        ("provider_enrollment", "confirm_enrollment"),
    ],
)
def test_each_category_has_its_action(category: str, action: str) -> None:
    first = _first(_now(0.7, category, payer_rate=0.1))
    assert first.action == action
    if action == "prove_timely_filing":
        assert (first.probability_after, first.basis) == (None, None)
    else:
        # Nine tenths of it are settled, and what else the payer denies may strike then.
        assert first.probability_after == pytest.approx(0.7 * 0.1 + 0.7 * 0.9 * 0.1)
        assert first.basis == "category"
        assert "The probability after is that if" in first.text
    assert all("[i]" not in path for path in first.fields)


def test_no_specific_category_still_gives_something_to_do() -> None:
    assert advise(_now(0.7, "other", share=1.0), "review")[0].action == "complete_information"


_MODIFIERS = {"payer_procedure_modifiers_rate": 0.4, "payer_procedure_rate": 0.05}


@pytest.mark.parametrize(
    ("rates", "actions"),
    [
        (_MODIFIERS, ["review_modifier", "review_coding"]),
        # Another detail stands out more, or no detail more than the procedure itself.
        (_MODIFIERS | {"payer_procedure_code_rate": 0.5}, ["review_coding", "review_modifier"]),
        (_MODIFIERS | {"payer_procedure_rate": 0.38}, ["review_coding", "review_modifier"]),
        ({"payer_procedure_modifiers_rate": math.nan}, ["review_coding", "review_modifier"]),
    ],
)
def test_modifiers_are_named_where_this_use_of_them_is_denied_more(
    rates: dict[str, float], actions: list[str]
) -> None:
    now = _now(0.7, "coding", **rates)
    first, second = advise(now, decide(now))[:2]
    assert [first.action, second.action] == actions
    # What the second guess would find cannot be foretold.
    assert (first.basis, second.basis, second.probability_after) == ("category", None, None)
    modifiers = first if first.action == "review_modifier" else second
    assert modifiers.fields == ("lines[2].modifiers",)


def test_near_the_limit_the_advice_is_to_send_now() -> None:
    late: Tests = {
        "submit_now": {"submitted_on": 0.9},
        "prove_timely_filing": {"delay_reason": 0.3},
    }
    first = _first(_now(0.3, "timely_filing", late))
    assert (first.action, first.probability_after) == ("submit_now", 0.3)
    assert _first(_now(0.02, "timely_filing", late)).action == "submit_now"
    past: Tests = {
        "submit_now": {"submitted_on": 0.96},
        "prove_timely_filing": {"delay_reason": 0.3},
    }
    first = _first(_now(0.95, "timely_filing", past))
    assert (first.action, first.probability_after) == ("prove_timely_filing", None)


def test_of_several_fields_the_one_that_helps_most_is_named() -> None:
    tests: Tests = {"complete_information": {"clia_number": 0.65, "rendering.taxonomy": 0.1}}
    first = _first(_now(0.7, "missing_information", tests))
    assert (first.fields, first.probability_after) == (("rendering.taxonomy",), 0.1)


def test_what_is_missing_may_be_none_of_what_was_tried() -> None:
    tests: Tests = {"complete_information": {"clia_number": 0.69, "rendering.taxonomy": 0.68}}
    first = _first(_now(0.7, "missing_information", tests, payer_rate=0.1))
    assert (first.action, first.fields, first.basis) == ("complete_information", (), "category")
    assert first.probability_after == pytest.approx(0.7 * 0.1 + 0.7 * 0.9 * 0.1)


def test_what_was_tried_and_did_not_help_gives_way() -> None:
    tests: Tests = {"attach_documentation": {"attachments": 0.7}}
    now = _now(0.7, "documentation", tests, share=0.5)
    now.categories[CATEGORY_CODE["medical_necessity"]] = 0.45
    assert _first(now).action == "review_medical_necessity"


def test_broken_rules_come_first_and_holding_ones_before_others() -> None:
    tests: Tests = {"obtain_authorization": {"authorization.number": 0.08}}
    edits = (_edit("npi_invalid"), _edit("coverage_ended"))
    found = [one.action for one in advise(_now(0.7, tests=tests, edits=edits), "hold")]
    assert found == ["verify_eligibility", "complete_information", "obtain_authorization"]


def test_a_stranger_is_verified_not_advised_about() -> None:
    now = _now(0.05, known=0, tests={"obtain_authorization": {"authorization.number": 0.05}})
    assert [one.action for one in advise(now, decide(now))] == ["verify_eligibility"]


def test_no_advice_names_a_diagnosis_or_code_to_change() -> None:
    for action in get_args(Action):
        text = TEXTS[action].lower()
        if any("procedure" in path or "diagnos" in path for path in FIELDS[action]):
            assert action.startswith(("review_", "confirm_"))
        assert "change the diagnosis" not in text
        assert "upcode" not in text
