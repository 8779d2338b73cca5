"""Smoothed denial rates of every kind, as of each row's day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.hashing import mix
from features.index import RateIndex, build_rates, clip_days
from features.kinds import PRIOR_RATE, PRIOR_STRENGTH, RECENT_DAYS, STRENGTH, KindGroup

F64 = NDArray[np.float64]
I8 = NDArray[np.int8]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Rates:
    """Each (k, rows): smoothed rate, that of the last days, and how many were seen.

    ``share`` (u, rows) is how usual the details of the group's ``usual`` kinds are.
    """

    rate: F64
    recent: F64
    seen: I64
    share: F64


def keys_of(group: KindGroup, columns: dict[str, NDArray[Any]]) -> U64:
    """Key every row for every kind: shape (k, rows)."""
    rows = len(columns["payer"])
    values = np.zeros((len(group.columns) + 1, rows), np.uint64)
    for place, name in enumerate(group.columns):
        values[place] = columns[name]
    state = np.broadcast_to(group.salts[:, None], (len(group.salts), rows))
    for slot in group.slots.T:
        state = mix(state, values[slot])
    return state


def build_index(
    group: KindGroup,
    columns: dict[str, NDArray[Any]],
    known_on: I32,
    denied: Flags,
    category: I8,
    codes: dict[str, int],
) -> RateIndex:
    """Count answered rows (all arrays (rows,)) under the keys of every kind."""
    keys = keys_of(group, columns)
    parts = []
    for place, kind in enumerate(group.kinds):
        rows = np.ones(len(denied), np.bool_)
        if kind.category:
            rows = denied & (category == codes[kind.category])
        if kind.needs:
            rows = rows & (columns[kind.needs] != 0)
        parts.append((keys[place][rows], known_on[rows], denied[rows]))
    return build_rates(parts)


def rates(
    group: KindGroup, index: RateIndex, columns: dict[str, NDArray[Any]], as_of: I32
) -> Rates:
    """Look up and smooth every kind for every row."""
    keys = keys_of(group, columns)
    kinds, rows = keys.shape
    until = clip_days(as_of)
    since = np.maximum(until - RECENT_DAYS, 0)
    shape = keys.shape
    counts = index.counts(
        keys.ravel(),
        np.broadcast_to(until, shape).ravel(),
        np.broadcast_to(since, shape).ravel(),
    )
    seen, denied, seen_lately, denied_lately = (c.reshape(kinds, rows) for c in counts)
    # A kind of one category is seen as often as the kind it is a part of.
    seen, seen_lately = seen[group.over], seen_lately[group.over]
    rate = np.empty((kinds, rows), np.float64)
    for depth, level in enumerate(group.levels):
        if depth == 0:
            rate[level] = (denied[level] + PRIOR_RATE * PRIOR_STRENGTH) / (
                seen[level] + PRIOR_STRENGTH
            )
        else:
            lean = STRENGTH * rate[group.parent[level]]
            rate[level] = (denied[level] + lean) / (seen[level] + STRENGTH)
    recent = (denied_lately + STRENGTH * rate) / (seen_lately + STRENGTH)
    usual = group.usual
    share = (seen[usual] + 0.5) / (seen[group.parent[usual]] + 1.0)
    return Rates(rate, recent, seen, share)
