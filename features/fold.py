"""Two indexes of different claims as one: what is new is folded into what was known.

Time and memory are linear in both together. Counts are added key by key and day by day, so the
result is that of building one index over the claims of both.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from claims.order import distinct, stable_order
from features.index import (
    DAY_BITS,
    I64,
    U64,
    EventIndex,
    Keyed,
    RateIndex,
)
from features.indexing import build_events


def fold_events(old: EventIndex, new: EventIndex) -> EventIndex:
    """All events of both; on one day of one key those of ``old`` stand first."""
    return build_events(
        np.concatenate([_keys(old), _keys(new)]),
        np.concatenate([_days(old), _days(new)]).astype(np.int32),
        np.concatenate([old.claim, new.claim]),
        np.concatenate([old.known_on, new.known_on]),
        np.concatenate([old.outcome, new.outcome]),
        np.concatenate([old.category, new.category]),
    )


def fold_rates(old: RateIndex, new: RateIndex) -> RateIndex:
    """The counts of both, added where key and day are the same."""
    keys = np.union1d(old.keys, new.keys)
    ranks = [np.searchsorted(keys, _keys(part)) for part in (old, new)]
    moments = np.concatenate(
        [(rank << DAY_BITS) | _days(part) for rank, part in zip(ranks, (old, new), strict=True)]
    )
    order = stable_order(moments)
    moments = moments[order]
    first = distinct(moments)
    counts = np.bincount(moments[first] >> DAY_BITS, minlength=len(keys))
    return RateIndex(
        keys=keys,
        starts=_running(counts),
        moments=moments[first],
        seen=_added(old.seen, new.seen, order, first),
        denied=_added(old.denied, new.denied, order, first),
    )


def _keys(index: Keyed) -> U64:
    return np.repeat(index.keys, np.diff(index.starts)) if len(index.keys) else index.keys


def _days(index: Keyed) -> I64:
    return index.moments & ((1 << DAY_BITS) - 1)


def _running(counts: NDArray[np.int64]) -> I64:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(counts, dtype=np.int64)])


def _added(
    old: NDArray[np.int32], new: NDArray[np.int32], order: I64, first: I64
) -> NDArray[np.int32]:
    """Running sums of both, from the running sums of each."""
    each = np.concatenate([np.diff(old), np.diff(new)]).astype(np.int64)[order]
    summed = np.add.reduceat(each, first) if len(first) else each
    return _running(summed).astype(np.int32)
