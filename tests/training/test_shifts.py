"""Shifts are told beyond chance: for few claims, and for claims that come in lumps."""

from __future__ import annotations

import numpy as np
import pytest

from training.shifts import (
    CHANCES,
    beyond_chance,
    compare,
    exact,
    knots,
    single,
    spread,
    stability,
)

WEEKS = np.repeat(np.arange(12), 10)
MONTH = np.repeat(np.arange(20, 24), 10)


def drawn(random: np.random.Generator, size: int, shift: float = 0.0) -> np.ndarray:
    return random.normal(shift, 1.0, size)


def test_the_index_alone_is_large_by_chance_on_few_claims_and_the_test_knows() -> None:
    random = np.random.default_rng(0)
    alarms, large = 0, 0
    for _ in range(200):
        before, now = drawn(random, 120), drawn(random, 40)
        middles = knots(before)
        found = compare(spread(before, middles), WEEKS, spread(now, middles), MONTH)
        assert found is not None
        large += found.index > 0.1
        alarms += found.p < 0.05
    assert large > 100  # what people call a moderate change, where nothing changed
    assert alarms < 20


def test_a_shift_is_found() -> None:
    random = np.random.default_rng(1)
    before, now = drawn(random, 600), drawn(random, 200, 0.7)
    middles = knots(before)
    weeks, month = np.repeat(WEEKS, 5), np.repeat(MONTH, 5)
    found = compare(spread(before, middles), weeks, spread(now, middles), month)
    assert found is not None
    assert found.p < 0.001
    assert found.index > found.chance + 0.1


def test_claims_that_come_in_lumps_are_not_counted_one_by_one() -> None:
    random = np.random.default_rng(2)
    alarms = 0
    for _ in range(200):
        # One value a week on all of its claims, as a payer's rate has.
        before, now = drawn(random, 12)[WEEKS], drawn(random, 4)[MONTH - 20]
        middles = np.linspace(-3, 3, 7)
        found = compare(spread(before, middles), WEEKS, spread(now, middles), MONTH)
        assert found is not None
        alarms += found.p < 0.05
    assert alarms < 30  # counted one by one, nearly all would be


def test_a_hair_s_breadth_is_no_change() -> None:
    before, now = np.full(120, 0.2), np.full(40, 0.2001)
    found = compare(spread(before, CHANCES), WEEKS, spread(now, CHANCES), MONTH)
    assert found is not None
    assert found.index < 0.02
    assert found.p > 0.5


def test_parts_of_a_value_add_up_and_missing_ones_stand_apart() -> None:
    parts = spread(np.array([0.0, 0.15, 1.0, 7.0, np.nan]), CHANCES)
    assert parts.sum(axis=1) == pytest.approx(np.ones(5))
    assert parts[1, 4] == pytest.approx(0.5)
    assert parts[1, 5] == pytest.approx(0.5)
    assert parts[3, 10] == 1
    assert parts[4, -1] == 1
    one_middle = spread(np.array([3.0, np.nan]), np.array([2.0]))
    assert one_middle.tolist() == [[1.0, 0.0], [0.0, 1.0]]


def test_few_values_have_a_bin_each_and_a_new_one_is_seen() -> None:
    before = np.tile([0.0, 1.0, 2.0], 40)
    known = exact(before)
    assert known is not None
    assert known.tolist() == [0, 1, 2]
    assert exact(np.arange(50.0)) is None
    now = np.tile([0.0, 1.0, 1.5, np.nan], 10)
    found = compare(single(before, known), WEEKS, single(now, known), MONTH)
    assert found is not None
    assert found.p < 0.001


def test_a_column_of_one_value_is_not_compared() -> None:
    known = np.array([1.0])
    one = single(np.ones(120), known)
    assert compare(one, WEEKS, single(np.ones(40), known), MONTH) is None


def test_of_many_tests_few_false_ones_stand() -> None:
    random = np.random.default_rng(3)
    assert beyond_chance(np.zeros(0)).tolist() == []
    assert beyond_chance(random.random(200)).sum() <= 1
    mixed = np.concatenate((np.full(20, 1e-6), random.random(180)))
    assert 20 <= beyond_chance(mixed).sum() <= 24
    assert stability(np.array([9.0, 1.0]), np.array([1.0, 9.0])) > 2
