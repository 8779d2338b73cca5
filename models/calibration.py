"""From raw score to probability: a monotone table, applied by ``np.interp`` in microseconds.

Fitting, on a later slice than the booster saw:

1. Platt's logistic curve with his softened targets (Platt 1999; Newton's method with the safeguards
   of Lin, Lin and Weng 2007). With few examples that is all.
2. With more, the rates of equally filled bins, pulled towards that curve by ``PULL`` imagined
   claims each and made monotone by pooling adjacent violators (Ayer et al. 1955, isotonic
   regression), joined by straight lines in log-odds. ``SLOPE`` of Platt's curve is mixed in, so
   that no step is flat: ties would cost ranking.

Nothing but additions and multiplications happens at scoring, so a batch of one and a batch of a
million give equal bits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from claims.errors import UserError

Floats = NDArray[np.float64]

KNOTS: Final = 513
REACH: Final = 12.0
PER_BIN: Final = 25.0
MOST_BINS: Final = 40
FEWEST_BINS: Final = 6
PULL: Final = 20.0
SLOPE: Final = 0.05
CERTAIN: Final = 1e-6


class CalibrationError(UserError):
    """The examples or the table cannot make a calibration; the message is one sentence."""


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Raw scores (log-odds, ascending) and the probability at each (ascending, inside (0, 1))."""

    raw: Floats
    probability: Floats

    def __post_init__(self) -> None:
        """Refuse a table that would not be a function, or would not keep the order of scores."""
        if self.raw.ndim != 1 or self.raw.shape != self.probability.shape or len(self.raw) < 2:
            raise CalibrationError("A calibration needs as many probabilities as raw scores.")
        table = np.stack([self.raw, self.probability])
        if not np.isfinite(table).all() or not (np.diff(table) > 0).all():
            raise CalibrationError("A calibration must rise strictly from knot to knot.")
        if self.probability[0] <= 0 or self.probability[-1] >= 1:
            raise CalibrationError("A calibrated probability must lie between 0 and 1.")

    def apply(self, raw: Floats) -> Floats:
        """Probability of each raw score; beyond the table's ends, that of the end."""
        return np.interp(raw, self.raw, self.probability)

    def to_json(self) -> dict[str, list[float]]:
        """The table as JSON values; floats survive JSON exactly."""
        return {"raw": self.raw.tolist(), "probability": self.probability.tolist()}

    @classmethod
    def from_json(cls, values: object) -> Calibration:
        """Undo ``to_json``; ``CalibrationError`` for anything else."""
        if not isinstance(values, dict) or set(values) != {"raw", "probability"}:
            raise CalibrationError("A calibration table holds 'raw' and 'probability' alone.")
        try:
            raw = np.asarray(values["raw"], np.float64)
            probability = np.asarray(values["probability"], np.float64)
        except (TypeError, ValueError) as error:
            raise CalibrationError("A calibration table must hold numbers alone.") from error
        return cls(raw, probability)

    @classmethod
    def fit(cls, raw: Floats, denied: ArrayLike, weight: Floats | None = None) -> Calibration:
        """Fit on raw scores (n), outcomes (n, 0 or 1) and weights (n, default 1).

        ``CalibrationError`` when there is nothing to learn from: no denied claim, or no paid one.
        """
        score = np.asarray(raw, np.float64)
        label = np.asarray(denied, np.float64)
        heavy = np.ones_like(score) if weight is None else np.asarray(weight, np.float64)
        known = np.isfinite(score) & (heavy > 0)
        score, label, heavy = score[known], label[known], heavy[known]
        if not len(score) or label.min() == label.max():
            raise CalibrationError(
                "Calibration needs denied and paid claims in its slice; widen its period."
            )
        knots = np.linspace(score.min() - REACH, score.max() + REACH, KNOTS)
        curve = _platt(score, label, heavy)
        log_odds = curve[0] * knots + curve[1]
        bins = _bins(score, label, heavy, curve)
        if bins is not None:
            log_odds = SLOPE * log_odds + (1 - SLOPE) * _joined(knots, *bins, curve[0])
        odds = np.clip(1 / (1 + np.exp(-log_odds)), CERTAIN, 1 - CERTAIN)
        # Where clipping made a step flat, rise by what a double can tell apart.
        rising = odds + np.arange(KNOTS) * (CERTAIN / KNOTS / 4)
        return cls(knots, rising)


def _platt(score: Floats, label: Floats, weight: Floats) -> tuple[float, float]:
    denied, paid = float(weight @ label), float(weight @ (1 - label))
    target = np.where(label > 0, (denied + 1) / (denied + 2), 1 / (paid + 2))
    middle, spread = score.mean(), max(float(score.std()), 1e-9)
    z = (score - middle) / spread
    slope, offset = 0.0, np.log((denied + 1) / (paid + 1))

    def loss(slope: float, offset: float) -> float:
        log_odds = slope * z + offset
        return float(weight @ (np.logaddexp(0, log_odds) - target * log_odds))

    best = loss(slope, offset)
    for _ in range(100):
        p = 1 / (1 + np.exp(-(slope * z + offset)))
        error, bend = weight * (p - target), weight * p * (1 - p)
        gradient = np.array([error @ z, error.sum()])
        curvature = np.array([[bend @ (z * z), bend @ z], [bend @ z, bend.sum()]])
        step = np.linalg.solve(curvature + 1e-9 * np.eye(2), gradient)
        scale = 1.0
        while scale > 1e-6:
            moved = slope - scale * step[0], offset - scale * step[1]
            tried = loss(*moved)
            if tried < best:
                break
            scale /= 2
        if scale <= 1e-6 or best - tried < 1e-9 * (1 + abs(best)):
            break
        (slope, offset), best = moved, tried
    # A score that ranks backwards still may not turn the table round: it becomes nearly constant.
    rising = max(slope / spread, 1e-3)
    return rising, float(offset - rising * middle)


def _bins(
    score: Floats, label: Floats, weight: Floats, curve: tuple[float, float]
) -> tuple[Floats, Floats] | None:
    denied, paid = float(weight @ label), float(weight @ (1 - label))
    count = int(min(MOST_BINS, denied // PER_BIN, paid // PER_BIN))
    if count < FEWEST_BINS:
        return None
    order = np.argsort(score, kind="stable")
    # Equally filled with the rarer outcome too: half by claims, half by denials.
    claims, denials = weight[order], (weight * label)[order]
    before = (np.cumsum(claims) - claims) / claims.sum() + (np.cumsum(denials) - denials) / denied
    place = np.minimum((before / 2 * count).astype(int), count - 1)
    # Equal scores belong together.
    same = np.concatenate([[True], np.diff(score[order]) > 0])
    place = place[np.maximum.accumulate(np.where(same, np.arange(len(place)), 0))]
    total = np.bincount(place, weight[order], count)
    filled = total > 0
    centre = np.bincount(place, (weight * score)[order], count)[filled] / total[filled]
    expected = 1 / (1 + np.exp(-(curve[0] * centre + curve[1])))
    hits = np.bincount(place, (weight * label)[order], count)[filled]
    rate = (hits + PULL * expected) / (total[filled] + PULL)
    pooled = _rising(rate.tolist(), (total[filled] + PULL).tolist())
    return centre, pooled


def _rising(rate: list[float], weight: list[float]) -> Floats:
    """Pool adjacent violators."""
    blocks: list[tuple[float, float, int]] = []
    for value, heavy in zip(rate, weight, strict=True):
        mean, total, length = value, heavy, 1
        while blocks and blocks[-1][0] >= mean:
            before, weighs, long = blocks.pop()
            mean = (before * weighs + mean * total) / (weighs + total)
            total, length = total + weighs, length + long
        blocks.append((mean, total, length))
    return np.repeat([block[0] for block in blocks], [block[2] for block in blocks])


def _joined(knots: Floats, centre: Floats, rate: Floats, slope: float) -> Floats:
    """Log-odds at ``knots``: straight between the centres, with Platt's slope beyond them."""
    log_odds = np.log(rate / (1 - rate))
    inside = np.interp(knots, centre, log_odds)
    beyond = np.minimum(knots - centre[0], 0) + np.maximum(knots - centre[-1], 0)
    joined: Floats = inside + slope * beyond
    return joined
