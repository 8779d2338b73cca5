"""Values of lines brought together by claim: exact whatever the size of the batch.

Only maxima, minima, counts and picks: a floating sum could differ in its last bit between a batch
of one and a batch of a million.
"""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Scalar = TypeVar("Scalar", bound=np.generic)
I64 = NDArray[np.int64]


class Segments:
    """The lines of each claim: ``starts`` (n + 1,) from ``Frame.starts``."""

    def __init__(self, starts: I64) -> None:
        self.starts = starts
        self.sizes = np.diff(starts)
        self._filled = np.flatnonzero(self.sizes)
        self._first = starts[:-1][self._filled]
        self._whole = len(self._filled) == len(self.sizes)

    def highest(self, values: NDArray[Scalar], empty: Any) -> NDArray[Scalar]:
        """Give the largest value of each claim's lines (last axis), ``empty`` without lines."""
        return self._reduce(np.maximum, values, empty)

    def lowest(self, values: NDArray[Scalar], empty: Any) -> NDArray[Scalar]:
        """Give the smallest value of each claim's lines (last axis), ``empty`` without lines."""
        return self._reduce(np.minimum, values, empty)

    def _reduce(self, how: np.ufunc, values: NDArray[Scalar], empty: Any) -> NDArray[Scalar]:
        if self._whole and len(self._first):
            found: NDArray[Scalar] = how.reduceat(values, self._first, axis=-1)
            return found
        shape = (*values.shape[:-1], len(self.sizes))
        result = np.full(shape, empty, values.dtype)
        if len(self._first):
            result[..., self._filled] = how.reduceat(values, self._first, axis=-1)
        return result

    def spread(self, of_claims: NDArray[Scalar]) -> NDArray[Scalar]:
        """Repeat each claim's value (last axis) for each of its lines."""
        return np.repeat(of_claims, self.sizes, axis=-1)

    def first_highest(self, values: NDArray[np.float64]) -> I64:
        """Give the line (its place in the batch) where each claim's value is highest first.

        Shape (k, lines) to (k, claims); -1 for a claim without lines.
        """
        top = self.highest(values, -np.inf)
        places = np.broadcast_to(np.arange(values.shape[-1]), values.shape)
        found = np.where(values == self.spread(top), places, values.shape[-1])
        return np.where(self.sizes > 0, self.lowest(found, -1), -1)
