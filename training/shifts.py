"""Whether a column of one group of claims is distributed like that of another, beyond chance.

The population stability index, sum of (now - before) * log(now / before) over bins, is what people
know; but it grows as groups shrink, and a bound such as 0.1 says nothing on 150 claims. Under no
change it is about (1/n + 1/m) times a chi-square with bins - 1 degrees of freedom (Yurdakul 2018).
Claims are not independent either: one payer's rate is the same on all claims of a day. So weeks are
the units: how unevenly they fall within each group (Pearson's dispersion, at least 1) divides the
statistic, which is then compared with F instead of chi-square, as in quasi-likelihood. Where months
of the first group differ by more than their weeks do, as rates that wander slowly make them, it is
the months' unevenness that divides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtrc, fdtri

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]
Column = F32 | F64

BINS: Final = 10
RATE: Final = 0.05
"""Share of false alarms that is let pass among all alarms of a month (Benjamini-Hochberg)."""
BOUND: Final = 0.1
"""Above chance, a stability index that people call a moderate change; below it nobody cares."""
CHANCES: Final = np.array([0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1.0])
"""Middles of the bins of rates, shares and probabilities."""
_SMOOTH: Final = 0.5
_MONTH: Final = 4  # weeks
_MONTHS: Final = 3  # fewer say nothing of how months differ


@dataclass(frozen=True, slots=True)
class Compared:
    """``index``: the stability index; ``chance``: its 95th percentile under no change."""

    index: float
    chance: float
    p: float


def exact(before: Column) -> F64 | None:
    """The values of a column that has few of them; ``None`` where they are many."""
    known = np.unique(before[np.isfinite(before)]).astype(np.float64)
    return known if len(known) <= BINS else None


def knots(before: Column) -> F64:
    """Where the bins of a column of many values have their middles: its tenths."""
    return np.unique(np.quantile(before[np.isfinite(before)], np.linspace(0, 1, BINS + 1)))


def spread(values: Column, middles: F64) -> F64:
    """How much of each value counts to each bin (n, bins), rows of sum 1; missing ones to the last.

    A value counts to the two bins beside it, the nearer the more. A payer's rate is one value on
    many claims: with hard edges a step of a thousandth would carry all of them into the next bin.
    """
    known = np.isfinite(values)
    held = np.clip(np.where(known, values, middles[0]).astype(np.float64), middles[0], middles[-1])
    above = np.clip(np.searchsorted(middles, held), 1, max(len(middles) - 1, 1))
    found = np.zeros((len(values), len(middles) + 1))
    rows = np.arange(len(values))
    if len(middles) > 1:
        low, high = middles[above - 1], middles[above]
        share = (held - low) / (high - low)
        found[rows, above - 1] = 1 - share
        found[rows, above] = share
    else:
        found[:, 0] = 1.0
    found[~known] = 0.0
    found[~known, -1] = 1.0
    return found


def single(values: Column, known: F64) -> F64:
    """The same where each of the ``known`` values has a bin, and what is between or beyond one."""
    place = np.searchsorted(known, values)
    there = np.minimum(place, max(len(known) - 1, 0))
    same = (known[there] == values) if len(known) else np.zeros(len(values), np.bool_)
    found = np.zeros((len(values), 2 * len(known) + 2))
    code = np.where(np.isfinite(values), 2 * place + same, 2 * len(known) + 1)
    found[np.arange(len(values)), code] = 1.0
    return found


def compare(before: F64, before_week: I64, now: F64, now_week: I64) -> Compared | None:
    """Compare two groups of claims (``spread``, ``single``), each claim with its week.

    ``None``: all claims are in one bin.
    """
    one, two = _table(before, before_week), _table(now, now_week)
    kept = (one.sum(axis=0) + two.sum(axis=0)) > 0
    one, two = one[:, kept], two[:, kept]
    width = one.shape[1]
    if width < 2 or not len(one) or not len(two):
        return None
    dispersion, free = _dispersion(one, two, np.unique(before_week), width - 1)
    sums = np.stack((one.sum(axis=0), two.sum(axis=0)))
    statistic = _uneven(sums) / (width - 1) / dispersion
    scale = float((1 / sums.sum(axis=1)).sum()) * dispersion * (width - 1)
    return Compared(
        index=stability(sums[0], sums[1]),
        chance=scale * float(fdtri(width - 1, free, 0.95)),
        p=float(fdtrc(width - 1, free, statistic)),
    )


def stability(before: F64, now: F64) -> float:
    """The population stability index of two rows of counts; half a claim is added to each bin.

    >>> stability(np.array([50.0, 50.0]), np.array([50.0, 50.0]))
    0.0
    """
    first = (before + _SMOOTH) / (before + _SMOOTH).sum()
    second = (now + _SMOOTH) / (now + _SMOOTH).sum()
    return float(((second - first) * np.log(second / first)).sum())


def beyond_chance(p: F64) -> Flags:
    """Which of n tests stand, where at most ``RATE`` of those that do are to be false.

    >>> beyond_chance(np.array([0.001, 0.04, 0.6])).tolist()
    [True, False, False]
    """
    order = np.argsort(p, kind="stable")
    allowed = RATE * np.arange(1, len(p) + 1) / max(len(p), 1)
    held = np.flatnonzero(p[order] <= allowed)
    found = np.zeros(len(p), np.bool_)
    found[order[: int(held[-1]) + 1 if len(held) else 0]] = True
    return found


def _dispersion(one: F64, two: F64, weeks: I64, width: int) -> tuple[float, int]:
    """How much more unevenly claims fall than one by one, and the freedom it was measured with.

    The larger of two: from week to week in both groups, and from month to month in the first.
    """
    found = [(1.0, 1_000_000)]
    free = (len(one) + len(two) - 2) * width
    if free:
        found.append(((_uneven(one) + _uneven(two)) / free, free))
    months = np.add.reduceat(one, _firsts((weeks - weeks[0]) // _MONTH))
    if len(months) >= _MONTHS:
        free = (len(months) - 1) * width
        found.append((_uneven(months) / free, free))
    return max(found)


def _firsts(blocks: I64) -> I64:
    return np.flatnonzero(np.append(True, blocks[1:] != blocks[:-1]))


def _table(parts: F64, week: I64) -> F64:
    """How many claims each week (row) has in each bin."""
    weeks, place = np.unique(week, return_inverse=True)
    found = np.zeros((len(weeks), parts.shape[1]))
    np.add.at(found, place, parts)
    return found


def _uneven(table: F64) -> float:
    """Pearson's statistic: how far rows are from sharing one distribution."""
    total = table.sum()
    expected = table.sum(axis=1, keepdims=True) * (table.sum(axis=0) / total)
    off = np.divide((table - expected) ** 2, expected, out=np.zeros_like(table), where=expected > 0)
    return float(off.sum())
