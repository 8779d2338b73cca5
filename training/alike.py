"""How far the denial rate of claims alike strays from what was foretold of them.

A group is the claims of one payer whose dearest line has one procedure, foretold by the same trees
with about as much history of that payer and procedure behind them. Its true log-odds are those
foretold plus a deviation, which is normal about zero with a standard deviation that depends on the
thickness of that history. The deviations are never seen: outcomes are coin tosses. So they are
integrated out, and the standard deviation is learned by its marginal likelihood (empirical Bayes;
Efron and Morris 1975; Berger 1985, chapter 4), one for each row of ``models.interval.EDGES``.

* What is not known of the standard deviation counts: the half-width is such that nine of ten
  deviations lie within it, averaged over all standard deviations by how likely they are. Before
  anything is seen they are half-normal with scale 1, so that few groups give a wide interval and
  none the widest (``models.interval.UNMEASURED``).
* A thicker history never has a wider interval: rows that would are learned as one.
* Hardly any claim of a practice resembles no other. ``training.forgetting`` makes such ones, and
  they are learned from beside the claims as they were.
* The calibration was itself learned from these claims, so they do not show what it errs by on
  others. Claims alike have much the same probability and share that error in full: the sampling
  variance of one of the calibration's bins, in log-odds, is added.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import log_ndtr, ndtr

from features.frame import Frame
from features.segments import Segments
from models.calibration import FEWEST_BINS, MOST_BINS, PER_BIN
from models.interval import EDGES, LEVEL, Interval

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

_SCALE: Final = 1.0  # of the half-normal prior, in log-odds
_SIGMAS: Final = np.concatenate(([0.005], np.geomspace(0.02, 4.0, 60)))
# Deviations: fine near zero, where those of large groups lie.
_DEVIATIONS: Final = np.sinh(np.linspace(-4.5, 4.5, 121)) / np.sinh(4.5) * 6.0
_MIDDLES: Final = (_DEVIATIONS[1:] + _DEVIATIONS[:-1]) / 2
_ROWS: Final = 16_384
_NARROWEST: Final = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class Foretold:
    """n claims: calibrated probability, whether denied, group, row of the table, what each counts.

    ``group`` may be any numbers; claims of one group in different rows are taken apart.
    """

    probability: F64
    denied: Flags
    group: I64
    row: I64
    weight: F64

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """All of ``parts`` (at least one), whose groups tell them apart where they should be."""
        return cls(
            *(
                np.concatenate([getattr(part, field.name) for part in parts])
                for field in fields(cls)
            )
        )

    def beside(self, other: Self) -> Self:
        """These and ``other`` claims; no group of the one is a group of the other."""
        apart = int(self.group.max(initial=0)) + 1 - int(other.group.min(initial=0))
        return self.joined((self, replace(other, group=other.group + apart)))


def alike(frame: Frame, rows: I64) -> I64:
    """A number for each claim at ``rows``: the same for the same payer and dearest procedure."""
    dearest = Segments(frame.starts).first_highest(frame.line_charge.astype(np.float64))[rows]
    procedure = np.zeros(len(rows), np.uint64)
    known = dearest >= 0
    procedure[known] = frame.procedure[dearest[known]]
    found: I64 = np.unique(np.stack((frame.payer[rows], procedure)), axis=1, return_inverse=True)[
        1
    ].ravel()
    return found


def measure(of: Foretold, forgotten: Foretold | None = None) -> Interval:
    """Learn the table of intervals from claims foretold out of time.

    ``forgotten`` claims (``training.forgetting``) count beside them in the rows that they are in.
    """
    chance = _by_row(of if forgotten is None else of.beside(forgotten))
    extra = _calibration_variance(of)
    blocks: list[tuple[F64, int, float]] = []  # log-likelihood by sigma, rows, half-width
    for likely in chance:
        added, length, width = likely, 1, _half_width(likely, extra)
        while blocks and blocks[-1][2] < width:
            before, long, _ = blocks.pop()
            added, length = before + added, long + length
            width = _half_width(added, extra)
        blocks.append((added, length, width))
    widths = np.repeat([block[2] for block in blocks], [block[1] for block in blocks])
    return Interval(level=LEVEL, edges=EDGES, odds=tuple(np.exp(widths).tolist()))


def cells(of: Foretold) -> tuple[I64, I64]:
    """Number the groups within rows: that of each claim (n), and the row of each group (g)."""
    both, cell = np.unique(np.stack((of.group, of.row)), axis=1, return_inverse=True)
    return cell.ravel(), both[1]


def _by_row(of: Foretold) -> F64:
    """Log-likelihood of each of ``_SIGMAS`` for each row of the table: (rows, sigmas)."""
    cell, row = cells(of)
    found = np.zeros((len(EDGES), len(_SIGMAS)))
    if not len(row):
        return found
    prior = _log_masses()
    # Weights above 1 stand for claims not seen, and are no evidence of their own.
    total = np.bincount(cell, of.weight)
    squares = np.bincount(cell, of.weight**2)
    weight = of.weight * (total / np.maximum(squares, 1e-300))[cell]
    log_odds = np.log(of.probability) - np.log1p(-of.probability)
    order = np.argsort(cell, kind="stable")
    likely = np.zeros((len(row), len(_DEVIATIONS)))
    for first in range(0, len(order), _ROWS):
        part = order[first : first + _ROWS]
        moved = log_odds[part][:, None] + _DEVIATIONS
        moved *= np.where(of.denied[part], -1.0, 1.0)[:, None]
        each = -weight[part][:, None] * np.logaddexp(0.0, moved)
        inside = cell[part]
        starts = np.flatnonzero(np.append(True, inside[1:] != inside[:-1]))
        likely[inside[starts]] += np.add.reduceat(each, starts, axis=0)
    likely -= likely.max(axis=1, keepdims=True)
    for place in range(len(EDGES)):
        of_row = np.exp(likely[row == place]) @ np.exp(prior).T
        found[place] = np.log(np.maximum(of_row, 1e-300)).sum(axis=0)
    return found


def _log_masses() -> F64:
    """Log of the normal chance of each deviation for each sigma: (sigmas, deviations)."""
    below = ndtr(_MIDDLES / _SIGMAS[:, None])
    edges = np.concatenate((np.zeros((len(_SIGMAS), 1)), below, np.ones((len(_SIGMAS), 1))), axis=1)
    return np.log(np.maximum(np.diff(edges, axis=1), 1e-300))


def _half_width(likely: F64, extra: float) -> float:
    """Within which ``LEVEL`` of the deviations lie, over all sigmas by how likely they are."""
    # Evenly many sigmas in each doubling: a step is as long as the sigma is large.
    steps = np.gradient(_SIGMAS)
    belief = likely - 0.5 * (_SIGMAS / _SCALE) ** 2 + np.log(steps)
    chance = np.exp(belief - belief.max())
    chance /= chance.sum()
    spread = np.sqrt(_SIGMAS**2 + extra)

    def outside(width: float) -> float:
        return float(2 * chance @ np.exp(log_ndtr(-width / spread)) - (1 - LEVEL))

    return max(float(brentq(outside, 1e-6, 30.0)), _NARROWEST)


def _calibration_variance(of: Foretold) -> float:
    """Sampling variance of a bin of ``models.calibration``, or of its curve where bins are few."""
    if not len(of.weight):
        return 0.0
    claims = float(of.weight.sum() ** 2 / (of.weight**2).sum())
    information = claims * float(np.mean(of.probability * (1 - of.probability)))
    denials = claims * float(np.average(of.denied, weights=of.weight))
    bins = min(float(MOST_BINS), denials // PER_BIN, (claims - denials) // PER_BIN)
    return (bins if bins >= FEWEST_BINS else 2.0) / max(information, 1.0)
