from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.problems import TrainingError
from training.splits import split


def _examples(
    size: int, days: int, lag: int, seed: int = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    day = random.integers(19_000, 19_000 + days, size).astype(np.int32)
    known = day + random.gamma(2.0, lag / 2, size).astype(np.int32)
    return day, known, random.random(size) < 0.2


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 1_000), st.integers(120, 900), st.integers(1, 30))
def test_no_label_is_later_than_the_start_of_the_next_period(
    seed: int, days: int, lag: int
) -> None:
    day, known, denied = _examples(6_000, days, lag, seed)
    made = split(day, known, denied, gap=lag)
    assert known[made.train].max() < made.calibration_starts
    assert known[made.calibration].max() < made.test_starts
    assert day[made.train].max() < made.calibration_starts - lag
    assert made.calibration_starts <= day[made.calibration].min()
    assert day[made.calibration].max() < made.test_starts - lag
    assert made.test_starts <= day[made.test].min()
    parts = len(made.train) + len(made.calibration) + len(made.test)
    assert parts + made.in_gaps + made.late_answers == 6_000


def test_shares_are_those_of_what_the_gaps_leave() -> None:
    day, known, denied = _examples(40_000, 720, 20)
    made = split(day, known, denied, gap=35)
    kept = 40_000 - made.in_gaps
    assert len(made.test) / kept == pytest.approx(0.25, abs=0.01)
    assert len(made.calibration) / kept == pytest.approx(0.15, abs=0.02)
    assert len(made.train) / kept == pytest.approx(0.60, abs=0.02)


def test_a_growing_practice_is_split_by_claims_not_by_days() -> None:
    random = np.random.default_rng(1)
    day = (19_000 + 700 * np.sqrt(random.random(30_000))).astype(np.int32)
    made = split(day, day + np.int32(5), random.random(30_000) < 0.2, gap=10)
    assert len(made.test) == pytest.approx(0.25 * (30_000 - made.in_gaps), rel=0.03)


@pytest.mark.parametrize(
    ("size", "share", "words"),
    [
        (0, 0.2, "No claim of the data"),
        (2_000, 0.0, "are paid"),
        (2_000, 1.0, "are denied"),
        (150, 0.2, "answered claims and needs"),
        (2_000, 0.01, "denied claims and needs"),
        (2_000, 0.99, "paid claims and needs"),
    ],
)
def test_too_little_data_is_refused_in_one_sentence(size: int, share: float, words: str) -> None:
    day, known, _ = _examples(size, 365, 10)
    denied = np.random.default_rng(2).random(size) < share
    with pytest.raises(TrainingError, match=words) as caught:
        split(day, known, denied, gap=15)
    assert str(caught.value).count(". ") == 0
    assert str(caught.value).endswith(".")


def test_a_period_of_one_kind_is_refused() -> None:
    day, known, denied = _examples(4_000, 365, 5)
    denied &= day < np.quantile(day, 0.5)
    with pytest.raises(TrainingError, match="paid claims only"):
        split(day, known, denied, gap=10)


def test_a_span_shorter_than_its_gaps_is_refused() -> None:
    day, known, denied = _examples(4_000, 30, 20)
    with pytest.raises(TrainingError, match="leaves no room"):
        split(day, known, denied, gap=40)
