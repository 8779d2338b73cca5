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
        if not len(self.keys):
            return np.zeros(len(keys), np.int64), np.zeros(len(keys), np.bool_)
        rank = np.minimum(_searchsorted(self.keys, keys), len(self.keys) - 1)
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
    order = np.argsort(needles)
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
        rank, there = self.find(keys)
        first = self.starts[rank]
        last = np.maximum(self.before(rank, until), first)
        middle = np.maximum(self.before(rank, since), first)
        return (
            np.where(there, self.seen[last] - self.seen[first], 0),
            np.where(there, self.denied[last] - self.denied[first], 0),
            np.where(there, self.seen[last] - self.seen[middle], 0),
            np.where(there, self.denied[last] - self.denied[middle], 0),
        )


def build_rates(parts: list[tuple[U64, I32, NDArray[np.bool_]]]) -> RateIndex:
    """Build from (keys, days, denied) of each kind of key; days of one key are merged."""
    merged = [_merge(keys, clip_days(days), denied) for keys, days, denied in parts]
    keys = np.concatenate([m[0] for m in merged]) if merged else np.zeros(0, np.uint64)
    sizes = np.concatenate([m[1] for m in merged]) if merged else np.zeros(0, np.int64)
    order = np.argsort(keys, kind="stable")
    starts = np.cumsum(sizes) - sizes
    gather = spread(starts[order], sizes[order])
    columns = [np.concatenate([m[i] for m in merged])[gather] for i in (2, 3, 4)] if merged else []
    days, seen, denied = columns or [np.zeros(0, np.int64)] * 3
    rank = np.repeat(np.arange(len(keys)), sizes[order])
    return RateIndex(
        keys=keys[order],
        starts=_offsets(sizes[order]),
        moments=(rank << DAY_BITS) | days,
        seen=_running(seen),
        denied=_running(denied),
    )


def _merge(keys: U64, days: I64, denied: NDArray[np.bool_]) -> tuple[U64, I64, I64, I64, I64]:
    unique, rank = np.unique(keys, return_inverse=True)
    moments = (rank.astype(np.int64) << DAY_BITS) | days
    order = np.argsort(moments)
    moments = moments[order]
    first = np.flatnonzero(np.r_[True, moments[1:] != moments[:-1]]) if len(moments) else order
    seen = np.diff(np.r_[first, len(moments)])
    running = np.r_[0, np.cumsum(denied[order])]
    lost = running[np.r_[first[1:], len(moments)]] - running[first] if len(first) else seen
    sizes = np.bincount(moments[first] >> DAY_BITS, minlength=len(unique))
    return unique, sizes, moments[first] & _LAST_DAY, seen, lost


def spread(starts: I64, sizes: I64) -> I64:
    """List the places start, start + 1, ... of each segment, one segment after the other."""
    ends = np.cumsum(sizes)
    total = int(ends[-1]) if len(ends) else 0
    places: I64 = np.arange(total) + np.repeat(starts - (ends - sizes), sizes)
    return places


def _offsets(sizes: I64) -> I64:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes, dtype=np.int64)])


def _running(values: I64) -> I32:
    return _offsets(values).astype(np.int32)


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


def build_events(
    keys: U64, days: I32, claim: U64, known_on: I32, outcome: I8, category: I8
) -> EventIndex:
    """Build from one row an event (all arrays (e,)); events of one day keep their order."""
    unique, rank = np.unique(keys, return_inverse=True)
    moments = (rank.astype(np.int64) << DAY_BITS) | clip_days(days)
    order = np.argsort(moments, kind="stable")
    return EventIndex(
        keys=unique,
        starts=_offsets(np.bincount(rank, minlength=len(unique))),
        moments=moments[order],
        claim=claim[order],
        known_on=known_on[order],
        outcome=outcome[order],
        category=category[order],
    )


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Write a small JSON document, keys sorted."""
    path.write_text(json.dumps(value, indent=1, sort_keys=True) + "\n")
