"""Smoothed denial rates of every kind, as of each row's day."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from features.hashing import mix, mix_into
from features.index import RateIndex, clip_days
from features.indexing import Rows, build_rates
from features.kinds import PRIOR_RATE, PRIOR_STRENGTH, RECENT_DAYS, STRENGTH, KindGroup

F64 = NDArray[np.float64]
I8 = NDArray[np.int8]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]
Flags = NDArray[np.bool_]

_BLOCK: Final = 16_384  # keys that fit the processor's cache with what they are mixed from
_MANY: Final = 2_048  # rows from which one kind after the other is faster than all at once


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


def keys_of_kind(group: KindGroup, place: int, columns: dict[str, NDArray[Any]], rows: Rows) -> U64:
    """Key the given rows for one kind, a block at a time: the same numbers as ``keys_of``."""
    parts = [columns[name] for name in group.kinds[place].parts]
    if not isinstance(rows, slice):
        parts = [part[rows] for part in parts]
    size = len(columns["payer"]) if isinstance(rows, slice) else len(rows)
    keys = np.full(size, group.salts[place], np.uint64)
    blank = np.zeros(min(size, _BLOCK), np.uint64)
    spare = np.empty_like(blank)
    for first in range(0, size, _BLOCK):
        state = keys[first : first + _BLOCK]
        room = spare[: len(state)]
        for part in parts:
            mix_into(state, part[first : first + _BLOCK].astype(np.uint64), room)
        for _ in range(group.slots.shape[1] - len(parts)):
            mix_into(state, blank[: len(state)], room)
    return keys


def build_index(
    group: KindGroup,
    columns: dict[str, NDArray[Any]],
    known_on: I32,
    denied: Flags,
    category: I8,
    codes: dict[str, int],
) -> RateIndex:
    """Count answered rows (all arrays (rows,)) under the keys of every kind."""

    def of_kind(place: int) -> tuple[U64, Rows]:
        kind = group.kinds[place]
        rows: Rows = slice(None)
        if kind.category or kind.needs:
            counted = np.ones(len(denied), np.bool_)
            if kind.category:
                counted &= denied & (category == codes[kind.category])
            if kind.needs:
                counted &= columns[kind.needs] != 0
            rows = np.flatnonzero(counted)
        return keys_of_kind(group, place, columns, rows), rows

    return build_rates(
        [partial(of_kind, place) for place in range(len(group.kinds))], known_on, denied
    )


def rates(
    group: KindGroup, index: RateIndex, columns: dict[str, NDArray[Any]], as_of: I32
) -> Rates:
    """Look up and smooth every kind for every row."""
    until = clip_days(as_of)
    since = np.maximum(until - RECENT_DAYS, 0)
    kinds, rows = len(group.kinds), len(until)
    if rows < _MANY:
        keys, shape = keys_of(group, columns), (kinds, rows)
        days = (np.broadcast_to(day, shape).ravel() for day in (until, since))
        counts = np.stack(index.counts(keys.ravel(), *days)).reshape(4, kinds, rows)
    else:
        counts = np.empty((4, kinds, rows), np.int64)
        for place in range(kinds):
            own = keys_of_kind(group, place, columns, slice(None))
            counts[:, place] = index.counts(own, until, since)
    seen, denied, seen_lately, denied_lately = counts
    # A kind of one category is seen as often as the kind it is a part of.
    seen, seen_lately = seen[group.over], seen_lately[group.over]
    rate = np.empty((kinds, rows), np.float64)
    for depth, level in enumerate(group.levels):
        if depth == 0:
            rate[level] = (denied[level] + PRIOR_RATE * PRIOR_STRENGTH) / (
                seen[level] + PRIOR_STRENGTH
            )
        else:
            broader = rate[group.parent[level]]
            for place, name in group.expects:
                if place in level:
                    own = broader[level == place]
                    broader[level == place] = np.maximum(own, columns[name])
            rate[level] = (denied[level] + STRENGTH * broader) / (seen[level] + STRENGTH)
    recent = (denied_lately + STRENGTH * rate) / (seen_lately + STRENGTH)
    usual = group.usual
    share = (seen[usual] + 0.5) / (seen[group.parent[usual]] + 1.0)
    return Rates(rate, recent, seen, share)
