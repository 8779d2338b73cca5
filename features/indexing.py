"""How the indexes of ``features.index`` are made: sorted by value, one kind of key at a time.

A kind's rows become one 64-bit number each: the key above, the day and the outcome below. Sorting
these numbers brings the days of one key together, in order, without sorting places. The key loses
its lowest bits for that; where two keys of a kind could no longer be told apart, their ranks take
their place. What is kept of a kind are its distinct (key, day) pairs with their counts, so that
memory is that of the result and of one kind at work.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from claims.order import distinct, stable_order
from features.index import DAY_BITS, I8, I32, I64, U64, EventIndex, RateIndex, clip_days

Flags = NDArray[np.bool_]
Rows = NDArray[np.int64] | slice
Done = TypeVar("Done")
Given = TypeVar("Given")

_ONE: Final = np.uint64(1)
_MOST_WORKERS: Final = 4  # each holds one kind at work
_LARGE: Final = 1 << 16  # rows from which a second thread is worth its start


@dataclass(frozen=True, slots=True)
class _Counted:
    """Distinct ``keys`` (u,), sorted; ``sizes`` (u,) of their days; days and counts (e,)."""

    keys: U64
    sizes: I32
    days: I32
    seen: I32
    denied: I32


def build_rates(
    kinds: Sequence[Callable[[], tuple[U64, Rows]]], days: I32, denied: Flags
) -> RateIndex:
    """Count rows by key and day; ``days`` and ``denied`` are (r,), outcomes and when known.

    Each of ``kinds`` makes the keys of one kind when it is called, and says of which rows they are.
    Equal keys of two kinds stay two keys, as they were never meant to be one.
    """
    moment = clip_days(days)
    low, high = (int(moment.min()), int(moment.max())) if len(moment) else (0, 0)
    width = (high - low).bit_length()
    stamp = ((moment - low).astype(np.uint64) << _ONE) | denied

    def count(make: Callable[[], tuple[U64, Rows]]) -> _Counted:
        keys, rows = make()
        return _count(keys, stamp[rows], low, width)

    return _assembled(_each(count, kinds, len(stamp)), len(stamp))


def _each(work: Callable[[Given], Done], given: Sequence[Given], rows: int) -> list[Done]:
    """``work`` done on each, in order; numpy lets other threads work while it sorts."""
    workers = min(_MOST_WORKERS, _cores(), len(given))
    if rows < _LARGE or workers < 2:
        return [work(one) for one in given]
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(work, given))


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _count(keys: U64, stamp: U64, low: int, width: int) -> _Counted:
    """Merge the rows of one kind: keys (r,), and day << 1 | denied (r,), ``width`` + 1 bits."""
    packed, unique = _packed(keys, stamp, np.uint64(width + 1))
    packed.sort()
    first = distinct(packed >> _ONE)
    heads = packed[first]
    packed &= _ONE
    starts = distinct(heads >> np.uint64(width + 1))
    heads >>= _ONE
    heads &= np.uint64((1 << width) - 1)
    lost = np.add.reduceat(packed.view(np.int64), first) if len(first) else first
    return _Counted(
        keys=unique,
        sizes=_lengths(starts, len(first)),
        days=heads.astype(np.int32) + np.int32(low),
        seen=_lengths(first, len(packed)),
        denied=lost.astype(np.int32),
    )


def _packed(keys: U64, stamp: U64, shift: np.uint64) -> tuple[U64, U64]:
    """Key above stamp, and the distinct keys; in the order of the former as of the latter."""
    ordered = np.sort(keys)
    unique = ordered[distinct(ordered)]
    del ordered
    upper = unique >> shift
    if (upper[1:] == upper[:-1]).any():
        # Two keys differ in their lowest bits alone: their ranks are narrower.
        upper = np.searchsorted(unique, keys).astype(np.uint64)
    else:
        upper = keys >> shift
    upper <<= shift
    upper |= stamp
    return upper, unique


def _lengths(starts: I64, total: int) -> I32:
    """Length of each run from its start."""
    return np.diff(starts, append=total).astype(np.int32)


def _assembled(counted: list[_Counted], rows: int) -> RateIndex:
    """All kinds as one index, sorted by key."""
    keys = _joined([one.keys for one in counted], np.uint64)
    sizes = _joined([one.sizes for one in counted], np.int32)
    order = stable_order(keys)
    rank = np.empty(len(keys), np.int64)
    rank[order] = np.arange(len(keys))
    starts = _offsets(sizes[order])
    total = int(starts[-1])
    moments = np.empty(total, np.int64)
    seen, denied = np.zeros(total + 1, np.int32), np.zeros(total + 1, np.int32)
    keys = keys[order]
    del order, sizes
    begin = 0
    counted.reverse()
    while counted:
        one = counted.pop()
        own = rank[begin : begin + len(one.keys)]
        begin += len(one.keys)
        place = spread(starts[own], one.sizes)
        moments[place] = np.repeat(own << DAY_BITS, one.sizes) | one.days
        place += 1
        seen[place], denied[place] = one.seen, one.denied
    np.cumsum(seen, dtype=np.int32, out=seen)
    np.cumsum(denied, dtype=np.int32, out=denied)
    return RateIndex(keys=keys, starts=starts, moments=moments, seen=seen, denied=denied)


def _joined(parts: list[NDArray[Any]], kind: type[np.generic]) -> NDArray[Any]:
    return np.concatenate(parts) if parts else np.zeros(0, kind)


def spread(starts: I64, sizes: NDArray[Any]) -> I64:
    """List the places start, start + 1, ... of each segment, one segment after the other."""
    ends = np.cumsum(sizes, dtype=np.int64)
    total = int(ends[-1]) if len(ends) else 0
    places: I64 = np.repeat(starts - (ends - sizes), sizes)
    places += np.arange(total)
    return places


def _offsets(sizes: NDArray[Any]) -> I64:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes, dtype=np.int64)])


def build_events(
    keys: U64, days: I32, claim: U64, known_on: I32, outcome: I8, category: I8
) -> EventIndex:
    """Build from one row an event (all arrays (e,)); events of one day stand in ``event_order``."""
    first = event_order(claim, known_on, outcome, category)
    order, unique, starts, moments = order_events(keys[first], days[first])
    order = first[order]
    return EventIndex(
        keys=unique,
        starts=starts,
        moments=moments,
        claim=claim[order],
        known_on=known_on[order],
        outcome=outcome[order],
        category=category[order],
    )


def event_order(claim: U64, known_on: I32, outcome: I8, category: I8) -> I64:
    """The order of events of one day, whatever the order in which they were read.

    By the day on which the outcome became known, then by the outcome, so that the last of them is
    one that is not yet answered as of the day asked, and else the worst of the latest answers. The
    claim's key decides only between events that are told alike.
    """
    by_claim = stable_order(claim)
    told = (known_on.astype(np.int64) << 16) | ((outcome.astype(np.int64) + 1) << 8)
    told |= category.astype(np.int64) + 1
    return by_claim[stable_order(told[by_claim])]


def order_events(keys: U64, days: I32) -> tuple[I64, U64, I64, I64]:
    """Sort events by key and day: their order (e,), and ``Keyed``'s keys, starts, moments."""
    order = stable_order(keys)
    ordered = keys[order]
    first = distinct(ordered)
    unique = ordered[first]
    sizes = np.diff(first, append=len(ordered))
    moments = np.repeat(np.arange(len(unique)) << DAY_BITS, sizes)
    del ordered
    moments |= clip_days(days)[order]
    if (moments[1:] < moments[:-1]).any():
        again = stable_order(moments)
        order, moments = order[again], moments[again]
    return order, unique, _offsets(sizes), moments
