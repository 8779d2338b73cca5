"""The decision by value on top of risk: who is worth somebody's minutes, and who is held anyway."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from claims.categories import CATEGORIES, CATEGORY_CODE
from features.catalog import NAMES
from models.advice import Situation
from models.costs import Costs
from models.deciding import settle
from models.decision import NOT_WORTH_IT, not_worth_it
from models.score import Edit
from models.value import Valuer, Worth

VALUER = Valuer(Costs.usual())
RICH = Worth(payment=900.0, basis="payer", loss=800.0, rejection=40.0)
POOR = Worth(payment=4.0, basis="payer", loss=4.0, rejection=40.0)
BROKEN = Edit(code="npi_invalid", severity="error", field="billing.npi", text="Wrong.")
ENDED = replace(BROKEN, code="coverage_ended", field="eligibility.coverage_end")
HELPED = {"obtain_authorization": {"authorization.number": 0.05}}


def _now(probability: float, **changes: object) -> Situation:
    categories = np.full(len(CATEGORIES), 0.1 / (len(CATEGORIES) - 1))
    categories[CATEGORY_CODE["authorization"]] = 0.9
    now = Situation(
        probability=probability, threshold=0.4, categories=categories,
        values=np.zeros(len(NAMES), np.float32), known=2, tests={},
    )  # fmt: skip
    return replace(now, **changes)


@pytest.mark.parametrize(
    ("now", "worth", "decision", "says"),
    [
        (_now(0.05), RICH, "submit", "below what needs a look"),
        (_now(0.5, tests=HELPED), RICH, "hold", "save more than it costs"),
        (_now(0.5, tests=HELPED), POOR, "submit", NOT_WORTH_IT),
        (_now(0.95), RICH, "hold", "hopeless"),
        (_now(0.95), POOR, "submit", NOT_WORTH_IT),
        (_now(0.31), RICH, "review", "near the threshold"),
        (_now(0.31), POOR, "submit", NOT_WORTH_IT),
        (_now(0.01, edits=(ENDED,)), POOR, "hold", "what the practice knows itself"),
        (_now(0.01, edits=(BROKEN,)), POOR, "review", "breaks a rule"),
        (_now(0.01, known=0), POOR, "review", "nothing is known of claims like it"),
        (_now(0.9, known=0), POOR, "hold", "nothing is known of claims like it"),
    ],
)
def test_decisions_by_value(now: Situation, worth: Worth, decision: str, says: str) -> None:
    settled = settle(now, worth, VALUER)
    assert settled.decision == decision
    assert says in settled.reason
    assert settled.reason.endswith(".")
    assert settled.risky == (now.probability >= 0.3 or now.known == 0 or bool(now.edits))


def test_what_is_sent_because_nothing_pays_is_not_said_to_be_clean() -> None:
    settled = settle(_now(0.5, tests=HELPED), POOR, VALUER)
    (only,) = settled.valued.actions
    assert only.action == "submit"
    assert "nothing stands out" not in only.text
    assert only.probability_after == 0.5
    clean = settle(_now(0.05), RICH, VALUER).valued.actions[0]
    assert clean.text == "Send the claim: nothing stands out."


def test_a_precision_asked_for_wins_over_the_value() -> None:
    settled = settle(_now(0.5, tests=HELPED), POOR, VALUER, promised=True)
    assert settled.decision == "hold"
    assert "the precision asked for" in settled.reason
    # It was promised of those at or above the threshold, not of those near it.
    assert settle(_now(0.31), POOR, VALUER, promised=True).decision == "submit"


def test_nothing_that_saves_is_given_up() -> None:
    assert not not_worth_it(_now(0.5), 0.01, promised=False)
    assert not_worth_it(_now(0.5), 0.0, promised=False)
    assert not_worth_it(_now(0.5), -1.0, promised=False)


def test_what_a_stranger_needs_comes_first_even_if_it_does_not_pay() -> None:
    settled = settle(_now(0.9, known=0), RICH, VALUER)
    assert settled.valued.actions[0].action == "verify_eligibility"
