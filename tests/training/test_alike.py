"""Intervals against groups whose true rates are known because they were invented."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from claims.keys import Keys
from claims.types import Claim, Payer, ServiceLine
from features.frame import Frame
from models.interval import EDGES, LEVEL, UNMEASURED, Interval
from training.alike import Foretold, alike, measure
from training.coverage import judge

Z = 1.6449
SIGMAS = (1.2, 1.0, 0.7, 0.5, 0.35, 0.2)
GROUPS = 120  # in each row
SIZES = ((4, 20), (4, 20), (10, 40), (20, 80), (30, 150), (60, 300))
WORLDS = 12


def _world(
    seed: int, sigmas: tuple[float, ...] = SIGMAS, groups: int = GROUPS
) -> tuple[Foretold, np.ndarray, np.ndarray]:
    """Claims, and the true deviation and the row of each group."""
    random = np.random.default_rng(seed)
    row = np.repeat(np.arange(len(EDGES)), groups)
    low, high = np.array(SIZES).T
    cell = np.repeat(np.arange(len(row)), random.integers(low[row], high[row]))
    strays = random.normal(0, 1, len(row)) * np.array(sigmas)[row]
    base = random.normal(-1.5, 1, len(row))[cell] + random.normal(0, 0.7, len(cell))
    denied = random.random(len(cell)) < 1 / (1 + np.exp(-base - strays[cell]))
    of = Foretold(1 / (1 + np.exp(-base)), denied, cell, row[cell], np.ones(len(cell)))
    return of, strays, row


@pytest.fixture(scope="module")
def covered() -> tuple[np.ndarray, np.ndarray]:
    """Over many worlds: share of true rates between the ends, and half-widths, by row."""
    shares, widths = [], []
    for seed in range(WORLDS):
        of, strays, row = _world(seed)
        half = np.log(measure(of).odds)
        shares.append([(np.abs(strays[row == i]) <= half[i]).mean() for i in range(len(EDGES))])
        widths.append(half)
    return np.array(shares), np.array(widths)


def test_true_rates_lie_between_the_ends(covered: tuple[np.ndarray, np.ndarray]) -> None:
    """Nine of ten: overall and in each row, with the binomial's room for so many groups."""
    shares, _ = covered
    assert 0.88 < shares.mean() < 0.92
    room = 3 * np.sqrt(LEVEL * (1 - LEVEL) / (GROUPS * WORLDS))
    assert (np.abs(shares.mean(axis=0) - LEVEL) < 0.01 + room).all()


def test_the_spread_found_is_the_true_one(covered: tuple[np.ndarray, np.ndarray]) -> None:
    _, widths = covered
    assert np.median(widths, axis=0) / Z == pytest.approx(np.array(SIGMAS), rel=0.12)
    assert (np.diff(widths, axis=1) <= 0).all()


def test_where_nothing_strays_the_ends_are_near() -> None:
    for seed in range(3):
        of, _, _ = _world(seed, (0.0,) * 6)
        half = np.log(measure(of).odds)
        assert half[0] < 0.6
        assert half[-1] < 0.2


def test_a_thick_history_that_strays_more_widens_the_thinner() -> None:
    of, _, _ = _world(1, (0.1, 0.1, 0.1, 0.1, 0.8, 0.8))
    half = np.log(measure(of).odds)
    assert (np.diff(half) <= 0).all()
    assert half[0] / Z > 0.5


def test_nothing_known_is_wide() -> None:
    none = np.array([], np.int64)
    of = Foretold(none.astype(float), none.astype(bool), none, none, none.astype(float))
    assert measure(of).odds == pytest.approx((UNMEASURED,) * 6, rel=0.03)
    few, _, _ = _world(2, groups=2)
    assert np.log(measure(few).odds[0]) > 0.7


def test_a_row_without_claims_takes_after_its_neighbours() -> None:
    of, _, _ = _world(3)
    kept = (of.row > 1) & (of.row != 5)
    odds = measure(_taken(of, kept)).odds
    assert odds[0] == pytest.approx(UNMEASURED, rel=0.05)
    assert odds[1] == pytest.approx(UNMEASURED, rel=0.05)
    assert odds[5] == odds[4]


def _taken(of: Foretold, kept: np.ndarray) -> Foretold:
    return Foretold(
        of.probability[kept], of.denied[kept], of.group[kept], of.row[kept], of.weight[kept]
    )


def test_weights_are_no_evidence_of_their_own() -> None:
    of, _, _ = _world(4)
    heavy = Foretold(of.probability, of.denied, of.group, of.row, of.weight * 3)
    assert measure(heavy).odds == pytest.approx(measure(of).odds, rel=1e-9)


def test_forgotten_claims_teach_the_rows_that_they_are_in() -> None:
    of, _, _ = _world(7, (0.3,) * 6)
    seen = _taken(of, of.row > 1)
    blank = _taken(of, of.row <= 1)
    far, _, _ = _world(8, (1.5, 1.5, 0.3, 0.3, 0.3, 0.3))
    near, wide = (measure(seen, one).odds for one in (blank, _taken(far, far.row <= 1)))
    unmeasured = measure(seen).odds
    assert near[0] < unmeasured[0] < wide[0]
    assert wide[2:] == pytest.approx(unmeasured[2:], rel=1e-9)
    assert near == pytest.approx(measure(of).odds, rel=0.02)


def test_groups_of_forgotten_claims_are_their_own() -> None:
    of, _, _ = _world(9)
    both = of.beside(of)
    assert len(np.unique(both.group)) == 2 * len(np.unique(of.group))
    assert both.row.tolist() == [*of.row.tolist(), *of.row.tolist()]


@pytest.mark.parametrize("wrong", [0.3, 1.0, 3.0])
def test_observed_coverage_tells_right_from_wrong(wrong: float) -> None:
    """Fresh outcomes: right intervals cover 90 %, too narrow ones less, too wide ones more."""
    found = []
    for seed in range(6):
        learned = measure(_world(seed)[0])
        table = replace(learned, odds=tuple(np.exp(np.log(learned.odds) * wrong).tolist()))
        of, _, _ = _world(100 + seed)
        ends = of.probability * 0.9, of.probability
        found.append(judge(table, of, ends, seed))
    shares = np.array([one.coverage.value for one in found])
    if wrong == 1.0:
        assert shares.mean() == pytest.approx(LEVEL, abs=0.02)
        assert sum(one.coverage.low <= LEVEL <= one.coverage.high for one in found) >= 5
    elif wrong < 1:
        assert shares.max() < 0.85
    else:
        assert shares.min() > 0.95


def test_right_intervals_cover_nine_tenths_of_tiny_groups() -> None:
    """A group of one claim is covered or not by chance alone, and the figure knows it."""
    random = np.random.default_rng(5)
    size = 20_000
    base = random.normal(-2, 1, size)
    strays = random.normal(0, 0.5, size)
    denied = random.random(size) < 1 / (1 + np.exp(-base - strays))
    row = np.full(size, 3)
    of = Foretold(1 / (1 + np.exp(-base)), denied, np.arange(size), row, np.ones(size))
    table = Interval(level=LEVEL, edges=(0,), odds=(float(np.exp(Z * 0.5)),))
    found = judge(table, of, (of.probability, of.probability), 1)
    assert found.coverage.value == pytest.approx(LEVEL, abs=0.005)
    assert [(one.seen, one.groups, one.claims) for one in found.rows] == [(10, size, size)]


def test_alike_are_claims_of_one_payer_and_dearest_procedure() -> None:
    def claim(payer: str, *lines: tuple[str, int]) -> Claim:
        made = tuple(
            ServiceLine(number=place, procedure=code, charge=Decimal(charge))
            for place, (code, charge) in enumerate(lines, 1)
        )
        return Claim(claim_id="C", payer=Payer(payer_id=payer), lines=made)

    first = claim("A", ("99213", 100), ("70553", 900))
    others = [
        claim("A", ("70553", 50)), claim("A", ("99213", 100)), claim("B", ("70553", 900)),
        replace(first, claim_id="D"), claim("A"), claim("A"),
    ]  # fmt: skip
    frame = Frame.from_claims([first, *others], Keys(b"k" * 32))
    found = alike(frame, np.arange(7))
    assert found[0] == found[1] == found[4]
    assert found[5] == found[6]
    assert len(set(found.tolist())) == 4
    assert (alike(frame, np.array([1, 4])) == alike(frame, np.array([4, 1]))).all()
