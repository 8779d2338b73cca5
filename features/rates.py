"""Smoothed denial rates of every kind, as of each row's day."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from features.hashing import mix_into
from features.index import RateIndex, clip_days
from features.indexing import Rows, build_rates
from features.kinds import RECENT_DAYS, KindGroup
from features.search import count, smooth

F64 = NDArray[np.float64]
I8 = NDArray[np.int8]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]
Flags = NDArray[np.bool_]

_BLOCK: Final = 16_384  # keys that fit the processor's cache with what they are mixed from


@dataclass(frozen=True, slots=True)
class Rates:
    """Each (k, rows): smoothed rate, that of the last days, and how many were seen.

    ``share`` (u, rows) is how usual the details of the group's ``usual`` kinds are.
    """

    rate: F64
    recent: F64
    seen: I64
    share: F64

    def first(self, rows: int) -> Rates:
        """The same of the first rows."""
        return self._of(slice(rows))

    def take(self, rows: I64) -> Rates:
        """The same of the rows at ``rows`` (repeats allowed)."""
        return self._of(rows)

    def _of(self, rows: Rows) -> Rates:
        return Rates(
            self.rate[:, rows], self.recent[:, rows], self.seen[:, rows], self.share[:, rows]
        )


def keys_of_kind(group: KindGroup, place: int, columns: dict[str, NDArray[Any]], rows: Rows) -> U64:
    """Key the given rows for one kind, a block at a time, as ``features.search`` keys them."""
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
    counts = counted(group, index, columns, until)
    expected = np.empty((len(group.expects), len(until)), np.float64)
    for place, name in enumerate(group.expects):
        expected[place] = columns[name]
    rate, recent = np.empty(counts.shape[1:]), np.empty(counts.shape[1:])
    smooth(counts, group.over, group.parent, group.expected, expected, rate, recent)
    seen = counts[0][group.over]
    usual = group.usual
    share = (seen[usual] + 0.5) / (seen[group.parent[usual]] + 1.0)
    return Rates(rate, recent, seen, share)


def counted(
    group: KindGroup,
    index: RateIndex,
    columns: dict[str, NDArray[Any]],
    until: I64,
    kinds: I64 | None = None,
) -> I64:
    """Count seen and denied before ``until``, and the same of the last days: (4, kinds, rows).

    With ``kinds`` (their places) only of these; columns that they do not need may be left out.
    """
    salts, slots = group.salts, group.slots
    if kinds is not None:
        salts, slots = salts[kinds], slots[kinds]
    stated = np.zeros((len(group.columns) + 1, len(until)), np.uint64)
    for place, name in enumerate(group.columns):
        if name in columns:
            stated[place] = columns[name]
    since = np.maximum(until - RECENT_DAYS, 0)
    counts = np.empty((4, len(salts), len(until)), np.int64)
    count(
        index.keys, index.starts, index.moments, index.seen, index.denied,
        salts, slots, stated, until, since, counts,
    )  # fmt: skip
    return counts
