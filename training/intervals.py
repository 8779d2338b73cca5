"""A figure with its interval, and the resampling behind the intervals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

RESAMPLES: Final = 200
COVERAGE: Final = 0.95
_CELLS: Final = 4_000_000  # resamples times examples held at once: 32 MB


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its 95 % interval; all three are NaN where it is not defined."""

    value: float
    low: float
    high: float

    def __format__(self, spec: str) -> str:
        return f"{self.value:{spec}} [{self.low:{spec}}, {self.high:{spec}}]"


UNDEFINED: Final = Figure(float("nan"), float("nan"), float("nan"))


def resamples(size: int, seed: int, count: int = RESAMPLES) -> Iterator[F64]:
    """Bootstrap weights: how often each of ``size`` examples is drawn, a few resamples at a time.

    Yields float64 (b, size), ``count`` rows in all; each row sums to ``size``. The same seed gives
    the same rows.
    """
    random = np.random.default_rng(seed)
    rows = max(1, min(count, _CELLS // max(size, 1)))
    done = 0
    while done < count:
        block = min(rows, count - done)
        drawn = random.integers(0, size, (block, size))
        drawn += (np.arange(block) * size)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=block * size)
        yield counts.reshape(block, size).astype(np.float64)
        done += block


def percentile(value: float, drawn: F64) -> Figure:
    """The percentile interval of a figure from its values on the resamples."""
    drawn = drawn[np.isfinite(drawn)]
    if not np.isfinite(value) or drawn.size == 0:
        return UNDEFINED
    tail = (1.0 - COVERAGE) / 2.0
    low, high = np.quantile(drawn, (tail, 1.0 - tail))
    return Figure(float(value), float(min(low, value)), float(max(high, value)))


def reflected(value: float, drawn: F64, floor: float) -> Figure:
    """The basic (reflected) interval, for figures that resampling itself pushes upwards.

    A calibration error is a sum of absolute values: noise adds to it, and resampling adds the noise
    once more. Reflecting the resampled values about the figure takes that second dose out. The
    interval always holds the figure itself.
    """
    drawn = drawn[np.isfinite(drawn)]
    if not np.isfinite(value) or drawn.size == 0:
        return UNDEFINED
    tail = (1.0 - COVERAGE) / 2.0
    low, high = np.quantile(drawn, (tail, 1.0 - tail))
    return Figure(
        float(value),
        float(max(floor, min(2 * value - high, value))),
        float(max(2 * value - low, value)),
    )


def share(hits: int, total: int, seed: int) -> Figure:
    """``hits`` of ``total``: the bootstrap distribution of a mean of zeros and ones is binomial."""
    if total == 0:
        return UNDEFINED
    value = hits / total
    drawn = np.random.default_rng(seed).binomial(total, value, RESAMPLES * 10) / total
    return percentile(value, drawn)
