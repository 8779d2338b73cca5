from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.examples import Examples, Maturity, learnable, measure
from training.problems import TrainingError
from training.splits import split

FIRST = 19_000


def _examples(
    size: int, days: int, lags: tuple[int, ...] = (10,), share: float = 0.2, seed: int = 0
) -> Examples:
    """Invented examples; ``lags`` are days that most answers of each payer take."""
    random = np.random.default_rng(seed)
    payer = random.integers(0, len(lags), size).astype(np.int32)
    day = random.integers(FIRST, FIRST + days, size).astype(np.int32)
    lag = random.gamma(4.0, np.array(lags)[payer] / 4).astype(np.int32)
    return Examples(
        rows=np.arange(size),
        day=day,
        known_on=day + lag,
        denied=random.random(size) < share,
        category=np.full(size, -1, np.int8),
        carc=np.full(size, "", "<U3"),
        payer=payer,
        payers=tuple("ABCDEF"[: len(lags)]),
        mature=np.ones(size, np.bool_),
        maturity=measure(day, day + lag, payer, len(lags)),
        dropped={},
    )


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 1_000), st.integers(120, 900), st.integers(1, 30))
def test_nothing_is_learned_before_it_was_known(seed: int, days: int, lag: int) -> None:
    every = _examples(6_000, days, (lag, 3), seed=seed)
    every = replace(every, mature=every.day < FIRST + days - lag)
    made = split(every)
    known, day = every.known_on, every.day
    train = made.train.places
    assert known[train].max() < made.test_starts <= day[made.test].min()
    assert every.mature[made.test].all()
    assert len(train) + made.waiting + len(made.test) + made.young == len(every)
    assert made.folds
    for fold in made.folds:
        assert known[fold.train.places].max() < fold.starts
        assert day[fold.train.places].max() < fold.starts <= day[fold.later.places].min()
        assert day[fold.later.places].max() < fold.ends <= made.test_starts
        assert known[fold.later.places].max() < made.test_starts
    assert np.isin(made.foretold, train).all()
    assert len(np.unique(made.foretold)) == len(made.foretold)


def test_shares_are_a_quarter_and_three_eighths() -> None:
    every = _examples(40_000, 720)
    made = split(every)
    assert len(made.test) / len(every) == pytest.approx(0.25, abs=0.01)
    for fold in made.folds:
        share = len(fold.later.places) / len(made.train.places)
        assert share == pytest.approx(0.125, abs=0.01)


def test_a_growing_practice_is_split_by_claims_not_by_days() -> None:
    every = _examples(30_000, 700)
    day = (FIRST + 700 * np.sqrt(np.random.default_rng(1).random(30_000))).astype(np.int32)
    made = split(replace(every, day=day, known_on=day + np.int32(5)))
    assert len(made.test) == pytest.approx(0.25 * 30_000, rel=0.03)


def test_what_may_be_learned_does_not_hang_on_what_comes_later() -> None:
    every = _examples(8_000, 300, (8, 40))
    cutoff = FIRST + 200
    before = learnable(every, cutoff)
    later = every.known_on >= cutoff
    slow = every.known_on + np.where(later, 300, 0).astype(np.int32)
    turned = replace(
        every,
        known_on=slow,
        denied=every.denied ^ later,
        maturity=Maturity(
            until=0, overall=1, by_payer=np.ones(2, np.int32),
        ),
    )  # fmt: skip
    after = learnable(turned, cutoff)
    assert np.array_equal(after.places, before.places)
    assert np.array_equal(after.weight, before.weight)


def test_small_data_gets_fewer_folds_and_no_worse_minimums() -> None:
    sizes = {size: split(_examples(size, 365, (5,))) for size in (640, 1_000, 5_000)}
    assert [len(made.folds) for made in sizes.values()] == [2, 3, 3]
    for made in sizes.values():
        assert len(made.foretold) >= 100
        assert min(len(fold.train.places) for fold in made.folds) >= 300


def test_slow_answers_on_short_data_leave_room_for_folds() -> None:
    """Answers take a third of the time there is: at the cut-off days little was known yet."""
    every = _examples(15_000, 150, (42,))
    made = split(every)
    assert made.folds
    for fold in made.folds:
        assert every.known_on[fold.train.places].max() < fold.starts
    assert every.known_on[made.train.places].max() < made.test_starts


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
    with pytest.raises(TrainingError, match=words) as caught:
        split(_examples(size, 365, share=share))
    assert str(caught.value).count(". ") == 0
    assert str(caught.value).endswith(".")


def test_a_period_of_one_kind_is_refused() -> None:
    every = _examples(4_000, 365, (5,))
    with pytest.raises(TrainingError, match="paid claims only"):
        split(replace(every, denied=every.denied & (every.day < np.quantile(every.day, 0.5))))


def test_a_span_shorter_than_an_answer_takes_is_refused() -> None:
    every = _examples(4_000, 30)
    with pytest.raises(TrainingError, match="leaves nothing to learn from"):
        split(replace(every, known_on=every.day + np.int32(25)))
