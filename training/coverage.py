"""Do the intervals hold what they say, on claims that nothing has learned from?

A group's true rate is never seen, only how many of its claims were denied. If the interval is
right, that count is drawn by two chances: the rate strays within the interval in nine of ten
groups, and so many coin tosses of that rate come out one way or the other. So each group's count is
compared with the middle nine tenths of what both chances together give. A count is whole: one that
straddles the end of these nine tenths counts for the part of it that lies inside, so that right
intervals cover 90 % exactly, however small the groups (the probability integral transform for
counts; Czado, Gneiting and Held 2009). Groups count by their claims.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, ndtri

from models.interval import EDGES, Interval, places
from training.alike import Foretold, cells
from training.intervals import UNDEFINED, Figure, percentile, resamples

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

_NODES: Final = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Claims with a history as thick as ``seen`` or thicker (up to the next row).

    ``width`` is the mean distance between the two ends.
    """

    seen: int
    groups: int
    claims: int
    width: float
    coverage: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Share of claims (95 % interval over groups) in groups whose denials the intervals allow.

    Right intervals cover ``level``. ``rows`` are by thickness, those without claims left out.
    """

    level: float
    coverage: Figure
    rows: tuple[Row, ...]


def judge(interval: Interval, of: Foretold, ends: tuple[F64, F64], seed: int) -> Coverage:
    """Judge the intervals ``ends`` of n claims; each claim counts one, whatever its weight."""
    cell, row = cells(of)
    size = np.bincount(cell, minlength=len(row)).astype(np.float64)
    odds = np.asarray(interval.odds)[places(np.array(EDGES), interval.edges)]
    inside = _inside(of, cell, np.log(odds)[row], interval.level)
    width = ends[1] - ends[0]
    rows = []
    for place, seen in enumerate(EDGES):
        claims, groups = of.row == place, row == place
        if not claims.any():
            continue
        rows.append(
            Row(
                seen=seen,
                groups=int(groups.sum()),
                claims=int(claims.sum()),
                width=float(width[claims].mean()),
                coverage=_figure(inside[groups], size[groups], seed),
            )
        )
    return Coverage(level=interval.level, coverage=_figure(inside, size, seed), rows=tuple(rows))


def _inside(of: Foretold, cell: I64, half_width: F64, level: float) -> F64:
    """How much of each group's count lies in the middle of what was to be expected: 0 to 1 (g)."""
    count = len(half_width)
    log_odds = np.log(of.probability) - np.log1p(-of.probability)
    denials = np.bincount(cell, of.denied, count).astype(np.float64)
    spread = half_width / float(ndtri((1 + level) / 2))
    nodes, chances = np.polynomial.hermite_e.hermegauss(_NODES)
    upper, lower = np.zeros(count), np.zeros(count)
    for node, chance in zip(nodes, chances / chances.sum(), strict=True):
        rate = 1 / (1 + np.exp(-(log_odds + node * spread[cell])))
        mean: F64 = np.bincount(cell, rate, count).astype(np.float64)
        variance: F64 = np.bincount(cell, rate * (1 - rate), count).astype(np.float64)
        upper += chance * _up_to(denials, mean, variance)
        lower += chance * _up_to(denials - 1, mean, variance)
    tail = (1 - level) / 2
    shared = np.minimum(upper, 1 - tail) - np.maximum(lower, tail)
    return np.clip(shared / np.maximum(upper - lower, 1e-12), 0.0, 1.0)


def _up_to(count: F64, mean: F64, variance: F64) -> F64:
    """Chance of at most ``count`` denials among claims of unequal rates.

    A binomial with their mean and variance stands for the sum (its size need be no whole number).
    """
    rate = np.clip(1 - variance / mean, 1e-12, 1 - 1e-12)
    size = mean / rate
    found = betainc(np.maximum(size - count, 1e-9), np.maximum(count + 1, 1e-9), 1 - rate)
    found = np.where(count >= size, 1.0, found)
    chance: F64 = np.where(count < 0, 0.0, found)
    return chance


def _figure(inside: F64, size: F64, seed: int) -> Figure:
    if not len(inside):
        return UNDEFINED
    drawn = np.concatenate(
        [
            (weight @ (inside * size)) / np.maximum(weight @ size, 1e-12)
            for weight in resamples(len(inside), seed)
        ]
    )
    return percentile(float(np.average(inside, weights=size)), drawn)
