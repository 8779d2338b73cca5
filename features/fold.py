"""Indexes of different claims as one: what is new is folded in, what no longer holds is taken out.

Only the keys that the news touch are worked through; all others are copied. Counts are added and
subtracted key by key and day by day, and events are put in the order in which ``features.history``
puts them, so that the result is that of building one index over all claims, to the last bit.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from claims.order import distinct, stable_order
from features.index import DAY_BITS, I64, U64, EventIndex, Keyed, RateIndex
from features.indexing import build_events, event_order, spread

Index = TypeVar("Index", bound=Keyed)
Flags = NDArray[np.bool_]
_EVENT: tuple[str, ...] = ("claim", "known_on", "outcome", "category")
_COUNTS: tuple[str, ...] = ("seen", "denied")


def fold_events(old: EventIndex, new: EventIndex, gone: EventIndex | None = None) -> EventIndex:
    """All events of ``old`` and ``new``, without those of ``gone`` (which ``old`` must hold)."""
    gone = _none(old) if gone is None else gone
    touched = np.union1d(new.keys, gone.keys)
    parts = (_taken(old, touched), new, gone)
    keys = np.concatenate([_keys(part) for part in parts])
    days = np.concatenate([_days(part) for part in parts])
    columns = {name: np.concatenate([getattr(p, name) for p in parts]) for name in _EVENT}
    weight = np.repeat(np.array([1, 1, -1]), [len(part.moments) for part in parts])
    order = event_order(**columns)
    order = order[stable_order(days[order])]
    order = order[stable_order(keys[order])]
    ordered = [column[order] for column in (keys, days, *columns.values())]
    begins = np.zeros(len(order), np.bool_)
    begins[:1] = True
    for column in ordered:
        begins[1:] |= column[1:] != column[:-1]
    first = np.flatnonzero(begins)
    counted = np.add.reduceat(weight[order], first) if len(first) else first
    left = np.repeat(first, np.maximum(counted, 0))
    keys, days, claim, known_on, outcome, category = (column[left] for column in ordered)
    merged = build_events(keys, days.astype(np.int32), claim, known_on, outcome, category)
    return _spliced(old, touched, merged, _EVENT)


def fold_rates(old: RateIndex, new: RateIndex, gone: RateIndex | None = None) -> RateIndex:
    """The counts of both, added where key and day are the same, less those of ``gone``."""
    gone = _none(old) if gone is None else gone
    touched = np.union1d(new.keys, gone.keys)
    parts = (_taken(old, touched), new, gone)
    rank = np.concatenate([np.searchsorted(touched, _keys(part)) for part in parts])
    moments = (rank << DAY_BITS) | np.concatenate([_days(part) for part in parts])
    order = stable_order(moments)
    moments = moments[order]
    first = distinct(moments)
    seen, denied = (_summed(parts, name, order, first) for name in _COUNTS)
    left = seen > 0
    moments, seen, denied = moments[first[left]], seen[left], denied[left]
    sizes = np.bincount(moments >> DAY_BITS, minlength=len(touched))
    there = sizes > 0
    merged = RateIndex(
        keys=touched[there],
        starts=_running(sizes[there]),
        moments=moments,  # of ranks among the touched keys; the splice counts them anew
        seen=_running(seen).astype(np.int32),
        denied=_running(denied).astype(np.int32),
    )
    return _spliced(old, touched, merged, _COUNTS)


def _summed(parts: tuple[RateIndex, ...], name: str, order: I64, first: I64) -> I64:
    """The counts ``name`` of the first two parts less those of the third, each run's in one."""
    old, new, gone = (np.diff(getattr(part, name)).astype(np.int64) for part in parts)
    each = np.concatenate([old, new, -gone])[order]
    return np.add.reduceat(each, first) if len(first) else each


def _spliced(old: Index, touched: U64, merged: Index, columns: tuple[str, ...]) -> Index:
    """``old`` with what it says of the keys ``touched`` (sorted) replaced by ``merged``."""
    kept = ~_among(old.keys, touched)
    keys = np.concatenate([old.keys[kept], merged.keys])
    sizes = np.concatenate([np.diff(old.starts)[kept], np.diff(merged.starts)])
    begins = np.concatenate([old.starts[:-1][kept], merged.starts[:-1] + len(old.moments)])
    order = stable_order(keys)
    keys, sizes = keys[order], sizes[order]
    places = spread(begins[order], sizes)
    days = np.concatenate([_days(old), _days(merged)])[places]
    moments = np.repeat(np.arange(len(keys)) << DAY_BITS, sizes) | days
    values: dict[str, Any] = {}
    for name in columns:
        pair = [getattr(one, name) for one in (old, merged)]
        if name in _COUNTS:
            each = np.concatenate([np.diff(one) for one in pair])[places]
            values[name] = _running(each).astype(np.int32)
        else:
            values[name] = np.concatenate(pair)[places]
    return replace(old, keys=keys, starts=_running(sizes), moments=moments, **values)


def _taken(index: Index, wanted: U64) -> Index:
    """The part of ``index`` that is about the keys ``wanted`` (sorted)."""
    ranks = np.flatnonzero(_among(index.keys, wanted))
    sizes = np.diff(index.starts)[ranks]
    places = spread(index.starts[:-1][ranks], sizes)
    values: dict[str, Any] = {}
    for name in index.__dataclass_fields__:
        if name in _COUNTS:
            values[name] = _running(np.diff(getattr(index, name))[places]).astype(np.int32)
        elif name in _EVENT:
            values[name] = getattr(index, name)[places]
    moments = np.repeat(np.arange(len(ranks)) << DAY_BITS, sizes) | _days(index)[places]
    return replace(index, keys=index.keys[ranks], starts=_running(sizes), moments=moments, **values)


def _none(index: Index) -> Index:
    return _taken(index, np.zeros(0, np.uint64))


def _among(keys: U64, wanted: U64) -> Flags:
    """Which of ``keys`` stand in ``wanted`` (sorted)."""
    if not len(wanted):
        return np.zeros(len(keys), np.bool_)
    place = np.minimum(np.searchsorted(wanted, keys), len(wanted) - 1)
    found: Flags = wanted[place] == keys
    return found


def _keys(index: Keyed) -> U64:
    return np.repeat(index.keys, np.diff(index.starts)) if len(index.keys) else index.keys


def _days(index: Keyed) -> I64:
    return index.moments & ((1 << DAY_BITS) - 1)


def _running(counts: NDArray[Any]) -> I64:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(counts, dtype=np.int64)])
