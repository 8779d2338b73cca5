"""Weights of the pool: those that made the answers are found again, and little learns little."""

from __future__ import annotations

import numpy as np
import pytest

from models.pool import Pool
from training import pooling


def _denials(count: int, shares: float, rates: float) -> tuple[np.ndarray, ...]:
    random = np.random.default_rng(5)
    share = random.dirichlet(np.full(14, 0.5), count)
    evidence = random.uniform(1e-3, 0.6, (count, 14))
    chance = share**shares * evidence**rates
    chance /= chance.sum(1, keepdims=True)
    category = np.array([random.choice(14, p=row) for row in chance])
    return share, evidence, category, np.ones(count)


@pytest.mark.parametrize(("shares", "rates"), [(1.0, 0.0), (1.4, 0.0), (0.8, 0.5)])
def test_the_weights_that_made_the_answers_are_found(shares: float, rates: float) -> None:
    found = pooling.fit(*_denials(6_000, shares, rates))
    assert found.shares == pytest.approx(shares, abs=0.08)
    assert found.rates == pytest.approx(rates, abs=0.08)


def test_rates_that_speak_against_are_not_heard() -> None:
    found = pooling.fit(*_denials(3_000, 1.2, -0.5))
    assert found.rates == 0.0
    assert found.shares > 0.5


def test_shares_that_say_the_opposite_still_count_a_little() -> None:
    assert pooling.fit(*_denials(3_000, -0.5, 0.3)).shares == 0.1


def test_few_denials_teach_nothing_and_some_little() -> None:
    share, evidence, category, weight = _denials(400, 0.8, 0.8)
    few = slice(pooling.LEAST - 1)
    assert pooling.fit(share[few], evidence[few], category[few], weight[few]) == Pool()
    some = slice(pooling.LEAST)
    found = pooling.fit(share[some], evidence[some], category[some], weight[some])
    assert 0 < found.rates < pooling.fit(share, evidence, category, weight).rates


def test_what_counts_twice_weighs_twice() -> None:
    share, evidence, category, weight = _denials(500, 0.8, 0.5)
    heavy = pooling.fit(share, evidence, category, 2 * weight)
    twice = pooling.fit(*(np.concatenate([part, part]) for part in (share, evidence, category)),
                        np.ones(1_000))  # fmt: skip
    assert heavy.shares == pytest.approx(twice.shares, abs=1e-6)
    assert heavy.rates == pytest.approx(twice.rates, abs=1e-6)
