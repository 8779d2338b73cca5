"""Stable sort order of 64-bit numbers, by sorting values instead of places.

numpy sorts 64-bit values with vector instructions, several times faster than it sorts places
(``argsort``), above all when the order has to be stable. So each value is packed with its place
into one 64-bit number; where both do not fit, the value loses its lowest bits, and the few rows
that this leaves in doubt are put right afterwards. The result is always that of
``np.argsort(values, kind="stable")``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    I64 = NDArray[np.int64]
    U64 = NDArray[np.uint64]

_FEW: Final = 256


def stable_order(values: NDArray[Any]) -> I64:
    """Places of whole numbers (n,) in ascending order; equal ones in the order they stand in."""
    if len(values) < _FEW:
        return np.argsort(values, kind="stable")
    packed, bits, cut = _packed(values)
    packed.sort()
    order = (packed & np.uint64((1 << bits) - 1)).astype(np.int64)
    if cut:
        packed >>= np.uint64(bits)
        _put_right(order, packed, values)
    return order


def _packed(values: NDArray[Any]) -> tuple[U64, int, int]:
    """Value above place; the bits of the place, and how many bits the values lost."""
    low, high = int(values.min()), int(values.max())
    bits = (len(values) - 1).bit_length()
    cut = max((high - low).bit_length() + bits - 64, 0)
    # Two's complement: the difference is right although a signed value may be negative.
    packed = values.astype(np.uint64)
    packed -= np.uint64(low & 0xFFFF_FFFF_FFFF_FFFF)
    packed >>= np.uint64(cut)
    packed <<= np.uint64(bits)
    packed |= np.arange(len(values), dtype=np.uint64)
    return packed, bits, cut


def _put_right(order: I64, shortened: U64, values: NDArray[Any]) -> None:
    """Sort the rows of ``order`` whose shortened values are equal and whose values are not."""
    found = values[order]
    same = shortened[1:] == shortened[:-1]
    doubtful = same & (found[1:] != found[:-1])
    if not doubtful.any():
        return
    group = np.concatenate([np.zeros(1, np.int64), np.cumsum(~same)])
    mixed = np.zeros(int(group[-1]) + 1, np.bool_)
    mixed[group[1:][doubtful]] = True
    places = np.flatnonzero(mixed[group])
    order[places] = order[places][np.argsort(found[places], kind="stable")]


def distinct(ordered: NDArray[Any]) -> I64:
    """Where each run of equal values begins in sorted ``ordered`` (n,)."""
    if not len(ordered):
        return np.zeros(0, np.int64)
    begins = np.empty(len(ordered), np.bool_)
    begins[0] = True
    np.not_equal(ordered[1:], ordered[:-1], out=begins[1:])
    return np.flatnonzero(begins)
