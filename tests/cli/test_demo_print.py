from __future__ import annotations

from typing import Any

import pytest

from cli.demo_print import Told, card, percent

ANSWER: dict[str, Any] = {
    "denial_probability": 0.71,
    "decision": "hold",
    "amount_at_risk": "412.00",
    "support": {"level": "good", "similar_claims": 310, "notes": []},
    "categories": [
        {"category": "authorization", "probability": 0.83, "carcs": [{"code": "197"}]},
        {"category": "coding", "probability": 0.1, "carcs": []},
    ],
    "reasons": [{"text": "No prior authorization number."}, {"text": "Often denied here."}],
    "actions": [
        {
            "action": "obtain_authorization",
            "owner": "authorization",
            "text": "Ask the payer for an authorization.",
            "probability_after": 0.08,
        }
    ],
    "edits": [],
}
TOLD = Told("1 of 5: Without authorization", "A scan for which the payer wants a number.")


def _with(**changes: Any) -> str:
    return card(TOLD, {**ANSWER, **changes}, columns=80)


def test_a_risky_claim_says_all_that_a_biller_needs() -> None:
    assert _with() == (
        "1 of 5: Without authorization\n"
        "  A scan for which the payer wants a number.\n"
        "  Risk          71 % of being denied, $412.00 at stake: hold it until it is\n"
        "                mended\n"
        "  Likely as     authorization (83 % if denied, CARC 197)\n"
        "  Why           No prior authorization number.\n"
        "                Often denied here.\n"
        "  Do this       Ask the payer for an authorization.\n"
        "  Owner         authorization team\n"
        "  Risk after    8 %"
    )


def test_a_clean_claim_is_told_to_go_out() -> None:
    submit = {"action": "submit", "owner": "billing", "text": "Send it.", "probability_after": None}
    told = _with(decision="submit", denial_probability=0.02, actions=[submit])
    assert "Do this       Send it." in told
    assert "Owner" not in told
    assert "Likely as" not in told


def test_a_claim_that_nothing_resembles_is_never_shown_as_clean() -> None:
    support = {"level": "none", "similar_claims": 0, "notes": ["This payer was never seen."]}
    told = _with(decision="review", denial_probability=0.02, support=support, actions=[])
    assert "Careful       This payer was never seen." in told
    assert "send" not in told


def test_an_action_that_could_not_be_tried_says_so() -> None:
    review = {**ANSWER["actions"][0], "probability_after": None}
    assert "Risk after    cannot be foretold" in _with(actions=[review])


@pytest.mark.parametrize("columns", [60, 72, 96])
def test_no_line_is_wider_than_the_terminal(columns: int) -> None:
    long = {"text": "This payer denied forty of ninety such claims in ninety days. " * 3}
    told = card(TOLD, {**ANSWER, "reasons": [long] * 4}, columns=columns)
    assert max(map(len, told.splitlines())) <= columns


def test_no_probability_is_rounded_to_certainty() -> None:
    assert percent(0.0) == "under 1 %"
    assert percent(1.0) == "over 99 %"
    assert percent(0.5) == "50 %"
