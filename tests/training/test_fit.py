from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.catalog import NAMES
from models.causes import Causes, mix
from training import baselines
from training.boosters import Material, Settings, Track, latest, together, weights
from training.causes import shares
from training.fit import best_threshold


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.integers(5, 200), st.booleans())
def test_the_threshold_has_the_best_f1(seed: int, size: int, ties: bool) -> None:
    random = np.random.default_rng(seed)
    probability = random.uniform(0.01, 0.99, size)
    if ties:
        probability = np.round(probability, 1).clip(0.1, 0.9)
    denied = random.random(size) < probability
    denied[0] = True
    weight = random.uniform(1, 5, size)

    def f1(limit: float) -> float:
        flagged = weight * (probability >= limit)
        return 2 * (flagged * denied).sum() / (flagged.sum() + weight[denied].sum())

    made = f1(best_threshold(probability, denied, weight))
    best = max(f1(limit) for limit in np.unique(probability))
    assert made == pytest.approx(best)


def test_shares_are_smoothed_and_sum_to_one() -> None:
    made = shares(np.array([0, 0, 3, -1], np.int8))
    assert made.sum() == pytest.approx(1, abs=1e-12)
    assert made.min() > 0
    assert made.argmax() == 0


def test_latest_takes_whole_days_from_the_end() -> None:
    day = np.repeat(np.arange(100, dtype=np.int32), 5)
    places = latest(day)
    assert len(places) == pytest.approx(75, abs=5)
    assert set(day[places]).isdisjoint(np.delete(day, places))


def _track(random: np.random.Generator, size: int) -> Track:
    values = random.normal(size=(2 * size, len(NAMES))).astype(np.float32)
    denied = random.random(2 * size) < 1 / (1 + np.exp(-values[:, 0]))
    label = np.where(denied, 1 + (values[:, 1] > 0), 0)
    of = Material(values[:size], label[:size], np.ones(size), Causes((0, 1), other=False))
    weight = random.uniform(1, 5, size)
    return Track(of, values[size:], denied[size:], weight, Settings(threads=1, leaves=5))


def test_what_is_watched_is_the_log_loss_of_a_denial() -> None:
    random = np.random.default_rng(9)
    track = _track(random, 500)
    for _ in range(3):
        loss = track.step()
    random = np.random.default_rng(9)
    values = random.normal(size=(1000, len(NAMES))).astype(np.float32)
    denied = (random.random(1000) < 1 / (1 + np.exp(-values[:, 0])))[500:]
    weight = random.uniform(1, 5, 500)
    raw = mix(track.raw(values[500:], 3, 1)).raw
    assert loss == pytest.approx(weight @ np.logaddexp(0, np.where(denied, -raw, raw)))


def test_the_rounds_chosen_are_those_best_over_all_folds() -> None:
    random = np.random.default_rng(7)
    tracks = [_track(random, 400) for _ in range(2)]
    losses: list[float] = []

    class Told:
        def step(self) -> float:
            losses.append(sum(track.step() for track in tracks))
            return losses[-1]

    found = together([Told()], 200, choose=True, advance=lambda _=1, /: None)  # type: ignore[list-item]
    assert found == int(np.argmin(losses)) + 1
    assert len(losses) == found + 30 < 200


def test_without_enough_to_choose_by_all_rounds_are_grown() -> None:
    track = _track(np.random.default_rng(8), 300)
    assert together([track], 12, choose=False, advance=lambda _=1, /: None) == 12


def test_the_half_life_weighs_old_examples_less() -> None:
    day = np.array([0, 30, 60], np.int32)
    assert weights(day, None).tolist() == [1.0, 1.0, 1.0]
    assert weights(day, 30.0).tolist() == [0.25, 0.5, 1.0]


def test_payer_rates_lean_on_all_payers() -> None:
    payer = np.repeat([0, 1], [1_000, 2]).astype(np.int32)
    denied = np.zeros(1_002, bool)
    denied[:100] = True
    denied[1_000:] = True
    made = baselines.payer_rate(payer, denied, np.array([0, 1, 7], np.int32))
    assert made[0] == pytest.approx(0.1, abs=0.01)
    assert 0.1 < made[1] < 0.2
    assert made[2] == pytest.approx(denied.mean())


def test_the_logistic_baseline_learns_through_missing_and_extreme_values() -> None:
    random = np.random.default_rng(0)
    values = random.normal(size=(4_000, 6)).astype(np.float32)
    denied = random.random(4_000) < 1 / (1 + np.exp(-2 * values[:, 0]))
    values[random.random(values.shape) < 0.1] = np.nan
    values[0, 1] = 1e30
    values[:, 5] = np.nan
    made = baselines.logistic(values[:3_000], denied[:3_000], values[3_000:], 1)
    from training.metrics import auroc

    assert auroc(made, denied[3_000:]) > 0.75
