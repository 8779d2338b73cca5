"""What counts as naming a cause is strict."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import pytest

from benchmarks.advice.causes import BY_FACTOR, UNKNOWABLE, Causes, Share, by_reasons, lines, named
from benchmarks.advice.causes import share as measured
from data_synth.mechanisms import MECHANISMS
from models.grouping import GROUPS
from models.score import Reason
from models.wording import POINTS_TO


@pytest.mark.parametrize(
    ("mechanism", "said", "names"),
    [
        ("authorization", ("authorization", "", 0.0), True),
        ("authorization", ("procedure_history", "authorization", 0.4), True),
        ("authorization", ("authorization", "documentation", 0.4), False),
        ("referral", ("payer_history", "authorization", 0.4), True),
        ("referral", ("authorization", "", 0.0), False),
        ("non_covered", ("procedure_history", "", 0.4), False),
        ("non_covered", ("procedure_history", "non_covered", 0.4), True),
        ("provider_enrollment", ("provider_history", "", 0.4), False),
        ("coordination_of_benefits", ("accident", "", 1.0), True),
        ("coordination_of_benefits", ("accident", "", 0.0), False),
        ("eligibility", ("payer_history", "", 0.4), False),
    ],
)
def test_what_names_a_cause(
    mechanism: str, said: tuple[str, str, float | None], names: bool
) -> None:
    assert named(mechanism, said) == names


def test_every_mechanism_is_named_by_something_or_cannot_be_known() -> None:
    assert {one.name for one in MECHANISMS} == BY_FACTOR.keys() | UNKNOWABLE
    assert frozenset().union(*BY_FACTOR.values()) < set(GROUPS)


def _scored(*reasons: Reason) -> Any:
    return SimpleNamespace(score=SimpleNamespace(reasons=reasons))


def _reason(factor: str, contribution: float, category: Any = None, text: str = "It.") -> Reason:
    return Reason(factor=factor, text=text, value=1.0, contribution=contribution, category=category)


def test_only_what_raises_the_risk_names_a_cause() -> None:
    one = _scored(_reason("filing_lag", -2.0), _reason("charge", 1.0), _reason("units", 0.5))
    assert [said[0] for said in by_reasons(one)] == ["charge", "units"]


def test_the_share_of_first_and_of_first_two() -> None:
    late: Any = SimpleNamespace(mechanism="timely_filing")
    hit = _scored(_reason("filing_lag", 2.0))
    second = _scored(_reason("charge", 2.0), _reason("filing_lag", 1.0))
    third = _scored(_reason("charge", 2.0), _reason("units", 1.5), _reason("filing_lag", 1.0))
    found = measured([(hit, late), (second, late), (third, late), (third, late)], by_reasons)
    assert found == Share(4, 0.25, 0.5)
    assert math.isnan(measured([], by_reasons).first)


def test_what_a_reason_only_points_to_can_be_left_out() -> None:
    text = f"A provider is new; {POINTS_TO} for the provider's enrollment."
    one = _scored(_reason("provider_history", 1.0, "provider_enrollment", text))
    assert by_reasons(one)[0][1] == "provider_enrollment"
    assert by_reasons(one, pointed=False)[0][1] == ""


def test_the_table_says_what_was_left_out() -> None:
    share = Share(10, 0.5, 0.75)
    made = Causes(
        name="world 1", unknowable=3, ours=share, plain=share, raw=share, guessed=share,
        ours_flagged=share, plain_flagged=share, raw_flagged=share, guessed_flagged=share,
        by_mechanism={"duplicate": share},
    )  # fmt: skip
    said = lines(made)
    assert "3 denials" in said[0]
    assert sum("75.0%" in line for line in said) == 9
