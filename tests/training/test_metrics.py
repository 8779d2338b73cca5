from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import (
    average_precision_score,
    brier_score_loss,
    log_loss,
    precision_recall_curve,
    roc_auc_score,
)

from training.intervals import resamples, share
from training.metrics import auroc, carc_figures, category_figures, figures, log_loss_gain


def _sample(seed: int, size: int, ties: bool) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    probability = random.beta(1, 4, size)
    if ties:
        probability = np.round(probability, 1)
    denied = random.random(size) < probability
    denied[:2] = (True, False)
    return probability, denied


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(4, 400), st.booleans())
def test_figures_are_those_of_scikit_learn(seed: int, size: int, ties: bool) -> None:
    probability, denied = _sample(seed, size, ties)
    made = figures(probability, denied)
    precision, recall, _ = precision_recall_curve(denied, probability)
    kept = recall[:-1][precision[:-1] >= 0.95]
    assert made.auroc.value == pytest.approx(roc_auc_score(denied, probability), abs=1e-12)
    assert made.auprc.value == pytest.approx(
        average_precision_score(denied, probability), abs=1e-12
    )
    assert made.recall_at_precision.value == pytest.approx(kept.max() if kept.size else 0.0)
    assert made.brier.value == pytest.approx(brier_score_loss(denied, probability), abs=1e-12)
    held = np.clip(probability, 1e-7, 1 - 1e-7)
    assert made.log_loss.value == pytest.approx(log_loss(denied, held), abs=1e-9)
    assert auroc(probability, denied) == made.auroc.value


def test_calibration_error_by_hand() -> None:
    probability = np.repeat([0.1, 0.5], 50)
    denied = np.zeros(100, bool)
    denied[:10] = True  # 20 % of the first half, none of the second
    denied[50:50] = True
    made = figures(probability, denied)
    assert made.calibration_error.value == pytest.approx((0.1 * 50 + 0.5 * 50) / 100)


def test_calibration_error_of_a_calibrated_model_is_small_and_its_interval_reaches_zero() -> None:
    random = np.random.default_rng(5)
    probability = random.beta(1, 4, 20_000)
    made = figures(probability, random.random(20_000) < probability)
    assert made.calibration_error.value < 0.015
    assert made.calibration_error.low < 0.003
    assert made.calibration_error.low <= made.calibration_error.value <= made.calibration_error.high


def test_calibration_error_of_a_shifted_model_is_found() -> None:
    random = np.random.default_rng(6)
    truth = random.uniform(0.1, 0.3, 20_000)
    made = figures(truth + 0.1, random.random(20_000) < truth)
    assert made.calibration_error.low > 0.08
    assert made.calibration_error.high < 0.12


def test_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    random = np.random.default_rng(7)
    many = random.beta(1, 4, 400_000)
    truth = auroc(many, random.random(400_000) < many)
    covered = 0
    for seed in range(60):
        probability = random.beta(1, 4, 500)
        made = figures(probability, random.random(500) < probability, seed)
        covered += made.auroc.low <= truth <= made.auroc.high
    assert 50 <= covered <= 60


def test_one_class_has_no_ranking_and_no_examples_have_nothing() -> None:
    made = figures(np.array([0.2, 0.3, 0.4]), np.zeros(3, bool))
    assert np.isnan(made.auroc.value)
    assert np.isnan(made.recall_at_precision.value)
    assert made.brier.value == pytest.approx((0.04 + 0.09 + 0.16) / 3)
    empty = figures(np.empty(0), np.empty(0, bool))
    assert empty.examples == 0
    assert np.isnan(empty.brier.value)


def test_resamples_draw_as_many_as_there_are_and_repeat_with_the_seed() -> None:
    first = np.concatenate(list(resamples(50, 3, 20)))
    assert first.shape == (20, 50)
    assert (first.sum(axis=1) == 50).all()
    assert (first == np.concatenate(list(resamples(50, 3, 20)))).all()


def test_a_share_has_a_binomial_interval() -> None:
    made = share(80, 100, 1)
    assert made.value == 0.8
    assert made.low == pytest.approx(0.72, abs=0.02)
    assert made.high == pytest.approx(0.875, abs=0.02)


def test_category_ranks() -> None:
    probability = np.zeros((4, 14))
    probability[:, 0] = 0.5
    probability[:, 1] = 0.3
    probability[:, 2] = 0.2
    made = category_figures(probability, np.array([0, 1, 3, -1]))
    assert made.denied == 3
    assert made.top_1.value == pytest.approx(1 / 3)
    assert made.top_3.value == pytest.approx(2 / 3)


def test_carc_ranks() -> None:
    made = carc_figures(
        [["1", "2", "3"], ["4", "1"], [], ["9", "8", "7", "5"]], ["1", "1", "1", "5"]
    )
    assert made.denied == 4
    assert made.top_1.value == pytest.approx(1 / 4)
    assert made.top_3.value == pytest.approx(2 / 4)


def test_log_loss_gain_is_paired() -> None:
    random = np.random.default_rng(8)
    probability = random.beta(1, 4, 5_000)
    denied = random.random(5_000) < probability
    flat = np.full(5_000, denied.mean())
    gain = log_loss_gain(probability, flat, denied)
    assert gain.low > 0
    assert log_loss_gain(flat, probability, denied).value == pytest.approx(-gain.value)
    same = log_loss_gain(probability, probability, denied)
    assert (same.value, same.low, same.high) == (0, 0, 0)
