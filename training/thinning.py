"""Fewer paid claims to learn from, where there are more than trees can use."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]
Flags = NDArray[np.bool_]

LARGE: Final = 200_000
"""Claims above which paid ones are sampled. Denials are rare, and all of them are kept."""


def thinned(rows: I64, denied: Flags, weight: F64, seed: int, most: int = LARGE) -> tuple[I64, F64]:
    """At most about ``most`` of the examples at ``rows`` (n), and what each weighs.

    ``denied`` and ``weight`` (n) belong to them. All denied claims are kept,
    and as many paid ones drawn by ``seed`` as make up ``most``, never fewer than the denied. Those
    drawn weigh as much as all paid claims did on the whole, so that probabilities stay what they
    were. Order is kept.
    """
    paid = np.flatnonzero(~denied)
    kept = max(most - (len(rows) - len(paid)), len(rows) - len(paid))
    if len(rows) <= most or kept >= len(paid):
        return rows, weight
    drawn = np.random.default_rng(seed).choice(paid, kept, replace=False)
    places = np.sort(np.concatenate((np.flatnonzero(denied), drawn)))
    heavier = np.where(denied, 1.0, weight[paid].sum() / weight[drawn].sum())
    return rows[places], (weight * heavier)[places]
