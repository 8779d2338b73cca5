"""Weights against a known truth: what is known early must stand for what is known late."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.censoring import LEAST, answered_by, weights


def _claims(seed: int, size: int = 30_000) -> tuple[np.ndarray, ...]:
    """Denials come after 5 to 19 days, payments after 20 to 59; one claim in five is denied."""
    random = np.random.default_rng(seed)
    day = random.integers(1_000, 1_120, size).astype(np.int32)
    denied = random.random(size) < 0.2
    lag = np.where(denied, random.integers(5, 20, size), random.integers(20, 60, size))
    payer = random.integers(0, 4, size).astype(np.int32)
    return day, (day + lag).astype(np.int32), denied, payer


def test_the_share_answered_is_found_from_what_is_known_alone() -> None:
    random = np.random.default_rng(1)
    day, lag = random.integers(0, 120, 40_000), random.integers(14, 45, 40_000)
    known = lag <= 119 - day
    found = answered_by(lag[known], (119 - day)[known], 100)
    truth = np.clip((np.arange(101) - 13) / 31, 0, 1)
    assert np.abs(found - truth).max() < 0.02
    # Among the known alone, quick answers look more common than they are.
    naive = np.searchsorted(np.sort(lag[known]), np.arange(101), side="right") / known.sum()
    assert np.abs(naive - truth).max() > 0.035


def test_the_share_denied_of_young_claims_is_what_it_is_of_all() -> None:
    day, known_on, denied, payer = _claims(2)
    places, weight = weights(day, known_on, denied, payer, 1_120)
    young = day[places] >= 1_080
    assert young.sum() > 500
    assert denied[places][young].mean() > 0.25
    assert np.average(denied[places][young], weights=weight[young]) == pytest.approx(0.2, abs=0.02)


def test_old_claims_stand_for_themselves() -> None:
    day, known_on, denied, payer = _claims(3)
    places, weight = weights(day, known_on, denied, payer, 1_120)
    old = day[places] < 1_050
    assert weight[old] == pytest.approx(1.0, abs=1e-9)
    assert np.array_equal(places[old], np.flatnonzero((day < 1_050) & (known_on < 1_120)))


def test_a_slow_payer_weighs_its_own_young_claims_more() -> None:
    day, known_on, denied, payer = _claims(4)
    known_on = np.where(payer == 0, known_on + 20, known_on).astype(np.int32)
    places, weight = weights(day, known_on, denied, payer, 1_120)
    same_age = (day[places] >= 1_060) & (day[places] < 1_065) & ~denied[places]
    slow = payer[places] == 0
    assert weight[same_age & slow].mean() > 1.2 * weight[same_age & ~slow].mean()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1_000, 1_200))
def test_weights_are_bounded_and_know_nothing_of_later_days(seed: int, cutoff: int) -> None:
    day, known_on, denied, payer = _claims(seed, 400)
    places, weight = weights(day, known_on, denied, payer, cutoff)
    assert (known_on[places] < cutoff).all()
    assert (np.diff(places) > 0).all()
    assert ((weight >= 1.0 - 1e-12) & (weight <= 1 / LEAST + 1e-9)).all()
    later = known_on >= cutoff
    turned = weights(day, np.where(later, known_on + 50, known_on), denied ^ later, payer, cutoff)
    assert np.array_equal(turned[0], places)
    assert np.array_equal(turned[1], weight)


def test_nothing_known_is_nothing_to_learn() -> None:
    none = np.zeros(0, np.int32)
    places, weight = weights(none, none, none.astype(bool), none, 100)
    assert len(places) == len(weight) == 0
