"""Calibration against a truth that is known because it was invented."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.calibration import Calibration, CalibrationError

Floats = np.ndarray


def _world(rows: int, seed: int, bent: bool) -> tuple[Floats, Floats, Floats]:
    """Scores, outcomes and true probabilities; ``bent`` is a curve that no logistic one fits."""
    random = np.random.default_rng(seed)
    score = random.normal(-2, 1.6, rows)
    log_odds = np.where(score > -2, 0.5 * score - 1, 1.8 * score + 1.6) if bent else 1.4 * score
    truth = 1 / (1 + np.exp(-log_odds))
    return score, (random.random(rows) < truth).astype(float), truth


@pytest.mark.parametrize("bent", [False, True])
def test_finds_the_truth(bent: bool) -> None:
    score, denied, _ = _world(40_000, 1, bent)
    fresh, _, truth = _world(40_000, 2, bent)
    found = Calibration.fit(score, denied).apply(fresh)
    assert np.abs(found - truth).mean() < 0.006
    assert abs(found.mean() - truth.mean()) < 0.004


def test_bins_beat_the_logistic_curve_where_it_does_not_fit() -> None:
    score, denied, _ = _world(40_000, 3, bent=True)
    few = slice(0, 200)
    fresh, _, truth = _world(40_000, 4, bent=True)
    whole = np.abs(Calibration.fit(score, denied).apply(fresh) - truth).mean()
    assert whole < np.abs(Calibration.fit(score[few], denied[few]).apply(fresh) - truth).mean() / 2


def test_few_examples_stay_sensible() -> None:
    for seed in range(20):
        score, denied, _ = _world(60, seed, bent=False)
        if not 0 < denied.sum() < 60:
            continue
        fresh, _, truth = _world(2000, 100, bent=False)
        found = Calibration.fit(score, denied).apply(fresh)
        assert np.abs(found - truth).mean() < 0.15
        assert found.min() > 0
        assert found.max() < 1


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 4000), st.floats(0.1, 30), st.booleans())
def test_keeps_the_order_and_stays_inside(seed: int, rows: int, scale: float, round_: bool) -> None:
    random = np.random.default_rng(seed)
    score = random.normal(0, scale, rows)
    score = np.round(score) if round_ else score
    denied = (random.random(rows) < 0.2).astype(float)
    denied[:2] = 0, 1
    calibration = Calibration.fit(score, denied)
    table = calibration.probability
    assert 0 < table[0] < table[-1] < 1
    assert (np.diff(table) > 0).all()
    distinct = np.unique(score)
    apart = np.diff(distinct) > 1e-6
    assert (np.diff(calibration.apply(distinct))[apart] > 0).all()


def test_weights_count() -> None:
    score, denied, _ = _world(4000, 5, bent=False)
    twice = Calibration.fit(np.repeat(score, 2), np.repeat(denied, 2))
    heavy = Calibration.fit(score, denied, np.full(len(score), 2.0))
    assert np.allclose(twice.probability, heavy.probability, atol=1e-9)
    none = np.where(np.arange(len(score)) < 2000, 1.0, 0.0)
    half = Calibration.fit(score[:2000], denied[:2000])
    assert np.array_equal(Calibration.fit(score, denied, none).probability, half.probability)


def test_a_score_that_ranks_backwards_is_made_nearly_constant() -> None:
    score, denied, _ = _world(20_000, 6, bent=False)
    found = Calibration.fit(-score, denied).apply(-score)
    assert abs(found.mean() - denied.mean()) < 0.02
    assert np.ptp(np.percentile(found, [5, 95])) < 0.1


def test_one_and_many_give_equal_bits() -> None:
    score, denied, _ = _world(5000, 7, bent=True)
    calibration = Calibration.fit(score, denied)
    whole = calibration.apply(score)
    assert all(calibration.apply(score[i : i + 1])[0] == whole[i] for i in range(0, 5000, 7))


def test_json_keeps_every_bit() -> None:
    score, denied, _ = _world(3000, 8, bent=True)
    calibration = Calibration.fit(score, denied)
    back = Calibration.from_json(json.loads(json.dumps(calibration.to_json())))
    assert np.array_equal(back.raw, calibration.raw)
    assert np.array_equal(back.probability, calibration.probability)


@pytest.mark.parametrize("denied", [[0.0, 0.0, 0.0], [1.0, 1.0, 1.0], []])
def test_one_outcome_alone_is_refused(denied: list[float]) -> None:
    with pytest.raises(CalibrationError, match="denied and paid"):
        Calibration.fit(np.arange(float(len(denied))), denied)


@pytest.mark.parametrize(
    ("raw", "probability"),
    [
        ([0.0], [0.5]),
        ([0.0, 1.0], [0.5]),
        ([1.0, 0.0], [0.2, 0.5]),
        ([0.0, 1.0], [0.5, 0.5]),
        ([0.0, 1.0], [0.0, 0.5]),
        ([0.0, 1.0], [0.5, 1.0]),
        ([0.0, float("nan")], [0.2, 0.5]),
        (["x", "y"], [0.2, 0.5]),
    ],
)
def test_broken_tables_are_refused(raw: list[object], probability: list[object]) -> None:
    with pytest.raises(CalibrationError):
        Calibration.from_json({"raw": raw, "probability": probability})


@pytest.mark.parametrize("values", [None, [], {"raw": [0.0]}, {"raw": 1, "probability": 2}])
def test_other_json_is_refused(values: object) -> None:
    with pytest.raises(CalibrationError):
        Calibration.from_json(values)
