"""The mix of causes: right, stable, and the same bits however many claims are asked about."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from claims.categories import CATEGORIES
from features.catalog import FINE, FINE_CATEGORIES, NAMES
from models.causes import Causes, CausesError, evidence, exponential, logarithm, mix

Floats = NDArray[np.float64]
EXPONENTIALS = [
    "0x1.cf46d99d52b3bp-1",
    "0x1.78b56362cef38p-2",
    "0x1.14f49dbc5078cp-25",
    "0x1.245639c3a49f8p-433",
]
LOGARITHMS = [
    "-0x1.26bb1bbb55516p+1",
    "0x1.193ea7aad030bp+0",
    "0x1.4f7e333f8e0eep+1",
    "0x1.5963447f87fb5p+9",
]


def test_exponential_and_logarithm_are_right_to_the_last_bits() -> None:
    random = np.random.default_rng(0)
    x = -random.exponential(20.0, 200_000).clip(0, 700)
    assert np.abs(exponential(x) / np.exp(x) - 1).max() < 4 * 2**-52
    y = np.exp(random.uniform(-30, 30, 200_000))
    due = np.log(y)
    assert (np.abs(logarithm(y) - due) <= 4 * 2**-52 * np.maximum(1, np.abs(due))).all()
    assert exponential(np.array([0.0]))[0] == 1.0
    assert logarithm(np.array([1.0]))[0] == 0.0
    assert 0 < exponential(np.array([-1e9]))[0] < 1e-300


def test_these_bits_are_the_same_on_every_machine() -> None:
    """Fixed bits: another processor or library must not move them."""
    powers = exponential(np.array([-0.1, -1.0, -17.25, -300.0]))
    assert [one.hex() for one in powers.tolist()] == EXPONENTIALS
    logs = logarithm(np.array([0.1, 3.0, 13.75, 1e300]))
    assert [one.hex() for one in logs.tolist()] == LOGARITHMS


def _scores(seed: int, rows: int, classes: int) -> Floats:
    return np.random.default_rng(seed).normal(0, 4, (rows, classes))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 40), st.integers(2, 15))
def test_the_mix_is_a_softmax_over_the_denied(seed: int, rows: int, classes: int) -> None:
    scores = _scores(seed, rows, classes)
    made = mix(scores)
    odds = np.exp(scores - scores[:, :1])[:, 1:]
    assert np.abs(made.raw - np.log(odds.sum(axis=1))).max() < 1e-12
    share = odds / odds.sum(axis=1, keepdims=True)
    assert np.abs(made.share - share).max() < 1e-13
    assert np.abs(made.entropy() + (share * np.log(share)).sum(axis=1)).max() < 1e-12


@pytest.mark.parametrize("classes", [2, 3, 9, 15])
def test_one_and_many_give_equal_bits(classes: int) -> None:
    scores = _scores(1, 2_500, classes)
    whole = mix(scores)
    for first, last in ((0, 1), (7, 9), (1_000, 1_017), (1_023, 1_025), (2_000, 2_500)):
        some = mix(scores[first:last])
        assert (some.raw == whole.raw[first:last]).all()
        assert (some.share == whole.share[first:last]).all()
        assert (some.entropy() == whole.entropy()[first:last]).all()


def test_far_apart_scores_stay_finite() -> None:
    made = mix(np.array([[800.0, -800.0, -900.0], [-800.0, 800.0, 800.0]]))
    assert made.raw == pytest.approx([-1600.0, 1600 + np.log(2)])
    assert made.share.sum(axis=1) == pytest.approx([1, 1])
    assert made.entropy() == pytest.approx([0, np.log(2)])


def test_names_go_there_and_back() -> None:
    for found in (Causes((), True), Causes((0, 13), False), Causes((3, 1, 2), True)):
        assert Causes.named(found.names) == found


@pytest.mark.parametrize(
    "names", [[], ["paid"], ["coding", "paid"], ["paid", "x"], ["paid", "any_other", "coding"]]
)
def test_other_names_are_refused(names: list[str]) -> None:
    with pytest.raises(CausesError):
        Causes.named(names)


def _said(**rates: float) -> np.ndarray:
    row = np.full(len(CATEGORIES), 1e-3)
    for name, rate in rates.items():
        row[CATEGORIES.index(name)] = rate
    return row[None]


def test_any_other_is_divided_among_what_was_not_learned() -> None:
    said = np.arange(1.0, 15.0)[None] / 1_000
    share = np.array([[0.1, 0.1, 0.8]])
    made = Causes((0, 13), other=True).spread(share, said)
    assert made.sum() == pytest.approx(1, abs=1e-12)
    # More speaks for the others (90 of 105) than "any other" has.
    assert made[0, 1:13] == pytest.approx(said[0, 1:13] / said.sum())
    assert made[0, 0] == pytest.approx(made[0, 13]) == pytest.approx(7.5 / 105)
    strong = Causes((0, 13), other=True).spread(np.array([[0.02, 0.03, 0.95]]), said)
    assert strong[0, [0, 13]] == pytest.approx([0.02, 0.03])


def test_where_all_were_learned_what_is_left_over_may_be_any() -> None:
    every = tuple(range(len(CATEGORIES)))
    said = np.arange(1.0, 15.0)[None] / 1_000
    full = Causes(every, other=True).spread(np.full((1, 15), 1 / 15), said)
    assert full.sum() == pytest.approx(1, abs=1e-12)
    assert full[0] == pytest.approx(1 / 15 + said[0] / said.sum() / 15)
    alone = Causes(every, other=False).spread(np.full((1, 14), 1 / 14), said)
    assert alone[0] == pytest.approx(1 / 14)


@pytest.mark.parametrize("other", [True, False])
def test_a_category_never_denied_is_named_where_all_speaks_for_it(other: bool) -> None:
    learned = (CATEGORIES.index("coding"), CATEGORIES.index("duplicate"))
    share = np.array([[0.7, 0.29, 0.01]]) if other else np.array([[0.7, 0.3]])
    late = Causes(learned, other).spread(share, _said(timely_filing=0.5, coding=0.03))
    assert CATEGORIES[int(late[0].argmax())] == "timely_filing"
    plain = Causes(learned, other).spread(share, _said(coding=0.03))
    assert CATEGORIES[int(plain[0].argmax())] == "coding"
    assert late.sum() == pytest.approx(1) == pytest.approx(plain.sum())


def test_evidence_is_the_finest_rate_and_a_little_of_the_prior() -> None:
    prior = np.full(len(CATEGORIES), 1 / len(CATEGORIES))
    rows = np.zeros((2, len(NAMES)), np.float32)
    rows[0, FINE] = 0.25
    rows[1, FINE] = np.nan
    found = evidence(rows, prior)
    assert found[0, FINE_CATEGORIES] == pytest.approx(0.25 + 0.02 / 14)
    assert found[1] == pytest.approx(0.02 / 14)
    assert (found > 0).all()
