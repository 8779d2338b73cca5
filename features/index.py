"""Sorted days by key: what was known about a key as of a day, by two binary searches.

``Keyed`` is the shape shared by both indexes: the distinct keys, sorted; for each key its days,
sorted; and one int64 array over all keys, ``rank << 20 | day``, so that "how many days of this key
lie before that day" is one ``searchsorted`` for a million rows as for one. All arrays can be
memory-mapped.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from claims.order import rough_order

I8 = NDArray[np.int8]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]

DAY_BITS: Final = 20
_LAST_DAY: Final = (1 << DAY_BITS) - 1
_SORT_FROM: Final = 4096

Self = TypeVar("Self", bound="Keyed")


def clip_days(days: NDArray[Any]) -> I64:
    """Days as int64 within what the index can hold: 1970-01-01 to the year 4840."""
    return np.clip(days.astype(np.int64), 0, _LAST_DAY)


@dataclass(frozen=True, slots=True)
class Keyed:
    """Distinct ``keys`` (u,), sorted, and their days.

    ``starts`` (u + 1,) are places in ``moments`` (e,), which is rank << 20 | day, sorted.
    """

    keys: U64
    starts: I64
    moments: I64

    def find(self, keys: U64) -> tuple[I64, NDArray[np.bool_]]:
        """Find each key's rank, and whether it is there at all."""
        if len(keys) < _SORT_FROM:
            return self._ranks(keys)
        order = rough_order(keys)
        rank, there = np.empty(len(keys), np.int64), np.empty(len(keys), np.bool_)
        rank[order], there[order] = self._ranks(keys[order])
        return rank, there

    def _ranks(self, keys: U64) -> tuple[I64, NDArray[np.bool_]]:
        if not len(self.keys):
            return np.zeros(len(keys), np.int64), np.zeros(len(keys), np.bool_)
        rank = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return rank, self.keys[rank] == keys

    def before(self, rank: I64, day: I64) -> I64:
        """Count the places of ``moments`` that lie before (rank, day)."""
        return _searchsorted(self.moments, (rank << DAY_BITS) | day)

    def save(self, folder: Path) -> None:
        """Write each array as ``<field>.npy``."""
        folder.mkdir(parents=True, exist_ok=True)
        for field in fields(self):
            np.save(folder / f"{field.name}.npy", getattr(self, field.name), allow_pickle=False)

    @classmethod
    def open(cls: type[Self], folder: Path) -> Self:
        """Map the arrays of ``save`` into memory, read only, shared by all processes."""
        return cls(*[_mapped(folder / f"{field.name}.npy") for field in fields(cls)])


def _mapped(path: Path) -> NDArray[Any]:
    try:
        found = np.load(path, mmap_mode="r", allow_pickle=False)
    except ValueError:
        # An empty array cannot be mapped.
        found = np.load(path, allow_pickle=False)
    # The plain view spares each later slice the cost of the memmap class.
    return np.asarray(found).view(np.ndarray)


def _searchsorted(haystack: NDArray[Any], needles: NDArray[Any]) -> I64:
    if len(needles) < _SORT_FROM:
        return np.searchsorted(haystack, needles)
    # Sorted needles walk through memory once; in random order each of them would miss the cache.
    order = rough_order(needles)
    places = np.empty(len(needles), np.int64)
    places[order] = np.searchsorted(haystack, needles[order])
    return places


@dataclass(frozen=True, slots=True)
class RateIndex(Keyed):
    """Running counts per key: ``seen`` and ``denied`` (e + 1,), summed over all before a place."""

    seen: I32
    denied: I32

    def counts(self, keys: U64, until: I64, since: I64) -> tuple[I64, I64, I64, I64]:
        """Count seen and denied before ``until``, and the same from ``since`` on: four (q,)."""
        if len(keys) < _SORT_FROM:
            return self._counts(keys, until, since)
        # In the order of the keys all searches walk through memory once, and rows that ask the same
        # stand together: each question is put once.
        order = rough_order(keys)
        keys, until, since = keys[order], until[order], since[order]
        asks = np.ones(len(keys), np.bool_)
        asks[1:] = (keys[1:] != keys[:-1]) | (until[1:] != until[:-1])
        asks[1:] |= since[1:] != since[:-1]
        first = np.flatnonzero(asks)
        question = np.empty(len(keys), np.int64)
        question[order] = np.cumsum(asks) - 1
        seen, denied, seen_lately, denied_lately = self._counts(
            keys[first], until[first], since[first]
        )
        return seen[question], denied[question], seen_lately[question], denied_lately[question]

    def _counts(self, keys: U64, until: I64, since: I64) -> tuple[I64, I64, I64, I64]:
        rank, there = self._ranks(keys)
        first = self.starts[rank]
        last = np.maximum(np.searchsorted(self.moments, (rank << DAY_BITS) | until), first)
        middle = np.maximum(np.searchsorted(self.moments, (rank << DAY_BITS) | since), first)
        return (
            np.where(there, self.seen[last] - self.seen[first], 0),
            np.where(there, self.denied[last] - self.denied[first], 0),
            np.where(there, self.seen[last] - self.seen[middle], 0),
            np.where(there, self.denied[last] - self.denied[middle], 0),
        )


@dataclass(frozen=True, slots=True)
class EventIndex(Keyed):
    """Single events per key in the order of their days, with what each one was.

    ``claim`` (e,) is the claim's key; ``known_on`` (e,) the day its outcome became known;
    ``outcome`` (e,) 0 paid, 1 partial, 2 denied, -1 never answered; ``category`` (e,) or -1.
    """

    claim: U64
    known_on: I32
    outcome: I8
    category: I8

    def span(self, keys: U64, until: I64) -> tuple[I64, I64]:
        """Give the places [first, last) of each key's events before ``until``; empty if unknown."""
        rank, there = self.find(keys)
        first = np.where(there, self.starts[rank], 0) if len(self.starts) > 1 else rank
        last = np.where(there, self.before(rank, until), first)
        return first, np.maximum(first, last)

    def without(self, first: I64, last: I64, claim: U64) -> I64:
        """Move ``last`` back over events of the claim itself (one that is scored after its day)."""
        if not len(self.claim):
            return last
        last = last.copy()
        while True:
            own = (last > first) & (self.claim[np.maximum(last - 1, 0)] == claim)
            if not own.any():
                return last
            last[own] -= 1


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Write a small JSON document, keys sorted."""
    path.write_text(json.dumps(value, indent=1, sort_keys=True) + "\n")
