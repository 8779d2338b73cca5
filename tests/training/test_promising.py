from __future__ import annotations

import numpy as np
import pytest

from training.promising import lower_bound, measure, thresholds

WORLDS = 150


def _drawn(random: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray]:
    probability = random.beta(0.3, 0.9, size)
    return probability, random.random(size) < probability


def test_the_bound_is_that_of_clopper_and_pearson() -> None:
    from scipy.stats import binomtest

    for hits, total in ((1, 1), (3, 10), (95, 100), (999, 1_000)):
        known = binomtest(hits, total, alternative="greater").proportion_ci(0.95, "exact").low
        assert lower_bound(hits, total) == pytest.approx(known, rel=1e-9)
    assert lower_bound(0, 10) == 0.0


@pytest.mark.parametrize("precision", [0.6, 0.8, 0.9])
def test_promises_are_kept_on_claims_never_seen(precision: float) -> None:
    """Over many worlds, the true precision at the threshold falls short in five of 100 at most."""
    fresh, truth = _drawn(np.random.default_rng(0), 400_000)
    order = np.argsort(-fresh)
    score, shares = fresh[order], np.cumsum(truth[order]) / np.arange(1, len(fresh) + 1)
    random = np.random.default_rng(int(precision * 100))
    kept = broken = 0
    for _ in range(WORLDS):
        walk = thresholds(*_drawn(random, 2_000))
        promise = measure(walk, *_drawn(random, 3_000))
        if promise.best is None or promise.best < precision:
            continue
        kept += 1
        place = np.searchsorted(-score, -promise.threshold(precision), side="right") - 1
        broken += int(shares[place] < precision)
    assert kept > 0.4 * WORLDS
    # Five of 100 may fall short; two standard deviations of that number are for chance.
    assert broken <= 0.05 * WORLDS + 2 * (0.05 * 0.95 * WORLDS) ** 0.5


def test_precisions_rise_with_thresholds_and_cost_recall() -> None:
    random = np.random.default_rng(4)
    probability, denied = _drawn(random, 8_000)
    promise = measure(thresholds(*_drawn(random, 8_000)), probability, denied)
    rows = promise.rows
    assert len(rows) > 30
    assert [row.threshold for row in rows] == sorted(row.threshold for row in rows)
    assert [row.recall for row in rows] == sorted((row.recall for row in rows), reverse=True)
    for row in rows:
        flagged = probability >= row.threshold
        assert row.flagged == flagged.sum()
        assert row.recall == pytest.approx((flagged & denied).sum() / denied.sum())
        assert row.bound >= row.precision
        assert denied[flagged].mean() > row.bound


def test_chance_promises_nothing() -> None:
    random = np.random.default_rng(5)
    probability, _ = _drawn(random, 4_000)
    denied = random.random(4_000) < 0.2
    assert measure(thresholds(probability, denied), probability, denied).rows == ()
    assert measure(thresholds(np.full(100, 0.3), denied[:100]), probability, denied).best is None


def test_a_threshold_that_no_test_claim_reaches_does_not_end_the_walk() -> None:
    probability = np.repeat([0.7, 0.1], [100, 400])
    denied = np.repeat([True, False], [100, 400])
    told = measure([0.9, 0.6], probability, denied)
    assert told.rows
    assert told.rows[-1].threshold == 0.6
    assert told.rows[-1].bound > 0.95
