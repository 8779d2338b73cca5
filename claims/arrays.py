"""Columns of the tables as numpy arrays, and the joins that labels need on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from numpy.typing import NDArray

    I32 = NDArray[np.int32]
    I64 = NDArray[np.int64]
    U64 = NDArray[np.uint64]

NO_DAY: Final = -(2**31)
_SPREAD: Final = np.uint64(0x9E3779B97F4A7C15)
_FOLD: Final = np.uint64(32)


def days(column: pa.ChunkedArray) -> I32:
    """Dates as days since 1970-01-01, ``NO_DAY`` where not stated."""
    numbers = pc.fill_null(column.cast(pa.int32()), NO_DAY)
    return np.asarray(numbers, dtype=np.int32)


def cents(column: pa.ChunkedArray) -> I64:
    """Money as cents, 0 where not stated. The column is of type ``schema.MONEY``."""
    parts = [_low_words(chunk) for chunk in column.chunks]
    return np.concatenate(parts) if parts else np.zeros(0, np.int64)


def _low_words(chunk: pa.Array) -> I64:
    # decimal128(14, 2) is a 128-bit count of cents whose lower half holds all of it
    filled = pc.fill_null(chunk, pa.scalar(0, chunk.type)) if chunk.null_count else chunk
    words = np.frombuffer(filled.buffers()[1], dtype="<i8")
    return words[2 * filled.offset :: 2][: len(filled)]


def numbers(column: pa.ChunkedArray, kind: Any = np.int64) -> NDArray[Any]:
    """A column of numbers or flags without nulls."""
    return np.asarray(column).astype(kind, copy=False)


def codes(*columns: pa.ChunkedArray) -> list[I64]:
    """Texts as numbers, equal where the texts are, over all columns at once; ``""`` is 0."""
    chunks = [pa.array([""], columns[0].type)]
    for column in columns:
        chunks.extend(column.chunks)
    encoded = pa.chunked_array(chunks).dictionary_encode().unify_dictionaries()
    every = np.concatenate([np.asarray(chunk.indices, np.int64) for chunk in encoded.chunks])
    ends = np.cumsum([len(column) for column in columns])
    return list(np.split(every[1:], ends[:-1]))


def joined(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column of lists of texts as one text each."""
    return pc.binary_join(column, "\x1f")


def mix(*columns: NDArray[Any]) -> U64:
    """One 64-bit number for each row, equal where all columns are, and hardly ever else."""
    mixed = np.zeros(len(columns[0]), np.uint64)
    for column in columns:
        mixed = (mixed ^ column.astype(np.uint64)) * _SPREAD
        mixed ^= mixed >> _FOLD
    return mixed


def pairs(left: NDArray[Any], right: NDArray[Any]) -> tuple[I64, I64]:
    """Places of equal keys in ``left`` and ``right``: the first with the first, and so on.

    Each place is used once at most, so that repeated keys never multiply.
    """
    left_order = np.argsort(left, kind="stable")
    right_order = np.argsort(right, kind="stable")
    left_sorted, right_sorted = left[left_order], right[right_order]
    run_start = np.searchsorted(left_sorted, left_sorted, side="left")
    place = np.searchsorted(right_sorted, left_sorted, side="left")
    place += np.arange(len(left)) - run_start
    found = place < len(right)
    found[found] = right_sorted[place[found]] == left_sorted[found]
    return left_order[found], right_order[place[found]]
