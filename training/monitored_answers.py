"""Scores beside the answers that came: calibration, ranking, and what flagging did."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, stdtr, stdtrit

from models.drift import Answered, Estimate
from training.intervals import Figure, share
from training.metrics import figures

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

CERTAIN: Final = 0.05
RATIO: Final = 1.1
"""So far from 1, or its inverse, denials for each expected one matter to somebody."""
AUROC_LOST: Final = 0.03
FEWEST: Final = 50
"""Claims with an answer below which a month is not judged."""


def answered(
    probability: F64, denied: Flags, week: I64, threshold: float, usual: tuple[float, int]
) -> Answered:
    """The figures of n claims. ``usual`` is the unevenness of other claims (``unevenness``).

    The interval of the ratio is that of weeks: what is wrong on one claim of a payer is wrong on
    all of that week.
    """
    expected, hits = float(probability.sum()), int(denied.sum())
    own = unevenness(probability, denied, week)
    free = own[1] + usual[1]
    dispersion = max(1.0, (own[0] + usual[0]) / free) if free else 1.0
    spread = float(np.sqrt(dispersion * (probability * (1 - probability)).sum()))
    ratio, half = hits / expected, float(stdtrit(max(free, 1), 0.975)) * spread / expected
    off = abs(hits - expected) / spread if spread else 0.0
    flagged = probability >= threshold
    right = int((flagged & denied).sum())
    made = figures(probability, denied)
    return Answered(
        claims=len(denied),
        denied=hits,
        expected=expected,
        ratio=Estimate(ratio, max(0.0, ratio - half), ratio + half),
        p=float(2 * stdtr(max(free, 1), -off)),
        auroc=_told(made.auroc),
        brier=_told(made.brier),
        precision=_told(share(right, int(flagged.sum()), 0)),
        recall=_told(share(right, hits, 1)),
    )


def unevenness(probability: F64, denied: Flags, week: I64) -> tuple[float, int]:
    """How unevenly denials fall over weeks about their own level: Pearson's sum, and its freedom.

    About as large as its degrees of freedom where claims are independent of each other.
    """
    weeks, place = np.unique(week, return_inverse=True)
    if len(weeks) < 2 or not probability.sum():
        return 0.0, 0
    level = denied.sum() / probability.sum()
    off = np.bincount(place, denied - level * probability)
    spread = np.bincount(place, probability * (1 - probability))
    return float((off**2 / np.maximum(spread, 1e-9)).sum()), len(weeks) - 1


def together(found: Answered, months: int) -> Answered:
    """``found`` as one of so many months that were looked at."""
    return replace(found, p=min(1.0, found.p * months))


def drifts(now: Answered, before: Answered | None, months: int) -> tuple[str, ...]:
    """What the answers say, one sentence each: denials that were not foretold, ranking lost."""
    said = []
    ratio = now.ratio.value
    if now.p < CERTAIN and not 1 / RATIO < ratio < RATIO:
        way = "More" if ratio > 1 else "Less"
        said.append(
            f"{way} is denied than was foretold: {now.denied:,} of {now.claims:,} claims, "
            f"where {now.expected:,.0f} were expected ({ratio:.2f} for each one, "
            f"{now.ratio.low:.2f} to {now.ratio.high:.2f})."
        )
    if before is None:
        return tuple(said)
    lost = before.auroc.value - now.auroc.value
    spread = np.hypot(_spread(before.auroc), _spread(now.auroc))
    if lost >= AUROC_LOST and spread and ndtr(-lost / spread) * months < CERTAIN:
        said.append(
            f"It ranks worse than on its test period: AUROC {now.auroc.value:.3f} "
            f"({now.auroc.low:.3f} to {now.auroc.high:.3f}), where it had {before.auroc.value:.3f}."
        )
    return tuple(said)


def _spread(of: Estimate) -> float:
    return (of.high - of.low) / 3.92


def _told(figure: Figure) -> Estimate:
    return Estimate(figure.value, figure.low, figure.high)
