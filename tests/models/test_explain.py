"""Reasons: really used, at most four, none principal left out, adding up to the raw score."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import Practice

from features.catalog import FEATURES, NAMES
from models.explain import NEGLIGIBLE, Explanation
from models.explain import explain as explain_rows
from models.grouping import AMOUNT_OF_HISTORY, GROUPS, grouped
from models.subject import Subjects


def explain(values: np.ndarray, contributions: np.ndarray, *, risky: bool) -> Explanation:
    """Explain one row."""
    return explain_rows(Subjects.read(values[None]), contributions[None]).row(0, risky=risky)


@pytest.mark.parametrize("risky", [True, False])
def test_reasons_add_up_to_the_raw_score(world: Practice, risky: bool) -> None:
    values = world.values[:400]
    contributions, raw = world.model.contributions(values), world.model.predict(values).raw
    for row in range(len(values)):
        found = explain(values[row], contributions[row], risky=risky)
        told = sum(reason.contribution for reason in found.reasons) + found.base + found.other
        assert abs(told - raw[row]) < 1e-9
        assert 1 <= len(found.reasons) <= 4


def _values_and_contributions(seed: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    values = random.random(len(NAMES)).astype(np.float32)
    values[random.random(len(NAMES)) < 0.2] = np.nan
    contributions = random.normal(size=len(NAMES) + 1) * (random.random(len(NAMES) + 1) < 0.3)
    return values, contributions


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**9), st.booleans())
def test_nothing_principal_is_left_out(seed: int, risky: bool) -> None:
    values, contributions = _values_and_contributions(seed)
    found = explain(values, contributions, risky=risky)
    sums = np.bincount(grouped(values[None])[0][0], contributions[:-1], len(GROUPS))
    shown = {reason.factor for reason in found.reasons}
    assert len(shown) == len(found.reasons) <= 4
    least = min((abs(reason.contribution) for reason in found.reasons), default=0.0)
    for place, name in enumerate(GROUPS):
        if name not in shown:
            assert abs(sums[place]) <= max(least, NEGLIGIBLE * np.abs(sums).sum()) + 1e-12
    for reason in found.reasons:
        assert reason.contribution == pytest.approx(sums[GROUPS.index(reason.factor)])
        assert reason.text.endswith("this lowers the risk.") == (reason.contribution < 0)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**9))
def test_order(seed: int) -> None:
    values, contributions = _values_and_contributions(seed)
    risky = explain(values, contributions, risky=True).reasons
    plain = explain(values, contributions, risky=False).reasons
    assert {reason.factor for reason in risky} == {reason.factor for reason in plain}
    worked = [reason for reason in risky if reason.factor != AMOUNT_OF_HISTORY]
    keys = [(reason.contribution <= 0, -abs(reason.contribution)) for reason in worked]
    assert keys == sorted(keys)
    sizes = [-abs(reason.contribution) for reason in plain if reason.factor != AMOUNT_OF_HISTORY]
    assert sizes == sorted(sizes)
    for reasons in (risky, plain):
        assert AMOUNT_OF_HISTORY not in {reason.factor for reason in reasons[:-1]}


def test_the_value_is_that_of_the_feature_that_pushed_most(world: Practice) -> None:
    contributions = np.zeros(len(NAMES) + 1)
    place = NAMES.index("lag_days")
    contributions[place], contributions[NAMES.index("delay_reason")] = 2.0, 0.5
    values = world.values[0].copy()
    values[place] = 130
    (reason,) = explain(values, contributions, risky=True).reasons
    assert (reason.factor, reason.value, reason.contribution) == ("filing_lag", 130.0, 2.5)
    assert reason.text == "The claim goes out 130 days after the service."
    values[place] = np.nan
    assert explain(values, contributions, risky=True).reasons[0].value is None


def test_a_model_that_says_nothing_gives_no_reason(world: Practice) -> None:
    found = explain(world.values[0], np.zeros(len(NAMES) + 1), risky=False)
    assert found.reasons == ()
    assert found.other == 0


def test_every_feature_can_lead_a_reason(world: Practice) -> None:
    for place, feature in enumerate(FEATURES):
        contributions = np.zeros(len(NAMES) + 1)
        contributions[place] = -1.5
        (reason,) = explain(world.values[7], contributions, risky=True).reasons
        assert reason.factor == GROUPS[grouped(world.values[7:8])[0][0][place]]
        assert reason.text, feature.name


def test_a_rate_that_joined_a_factor_is_told_by_the_broader_one(world: Practice) -> None:
    values, contributions = np.zeros(len(NAMES), np.float32), np.zeros(len(NAMES) + 1)
    for name, value in (
        ("payer_procedure_range_rate", 0.2),
        ("payer_procedure_rate", 0.36),
        ("payer_procedure_seen", 500),
        ("payer_procedure_referral_rate", 0.37),
        ("payer_procedure_referral_seen", 120),
    ):
        values[NAMES.index(name)] = value
    contributions[NAMES.index("payer_procedure_referral_rate")] = 1.0
    (reason,) = explain(values, contributions, risky=True).reasons
    assert reason.factor == "procedure_history"
    assert reason.value == pytest.approx(0.36)
    assert reason.text == (
        "Of 500 lines with this procedure to this payer, 36 % were denied; "
        "of all lines with procedures of this range to this payer, 20 %."
    )
