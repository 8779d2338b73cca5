"""One way to read columns, from Python lists (a request) or from Arrow arrays (a table).

Both sources give the same numpy arrays for the same values: that is what makes one claim over HTTP
and a million claims in training equal to the last bit.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from features.hashing import code_hash, plain

I8 = NDArray[np.int8]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]
Flags = NDArray[np.bool_]

NO_DAY: Final = np.int32(-(2**31))
_EPOCH: Final = dt.date(1970, 1, 1).toordinal()


def as_days(day: dt.date | None) -> int:
    """Days since 1970-01-01, or ``NO_DAY``."""
    return int(NO_DAY) if day is None else day.toordinal() - _EPOCH


Names = Mapping[str, str]
"""Several columns at once: what each is to be called, and its name in the source."""


class Columns(Protocol):
    """What the frame asks of a batch of rows, whatever holds them."""

    def keys(self, name: str) -> U64:
        """Read keyed hashes as they are."""

    def codes(self, names: Names, prefix: int = 0) -> dict[str, U64]:
        """Read texts, hashed (their first ``prefix`` characters if > 0)."""

    def numbers(self, name: str, table: Mapping[str, int]) -> I8:
        """Read texts as the numbers that ``table`` gives some of them, 0 for any other."""

    def given(self, names: Names) -> dict[str, Flags]:
        """Say where texts are not empty."""

    def flags(self, names: Names) -> dict[str, Flags]:
        """Read booleans."""

    def integers(self, name: str, missing: int) -> I64:
        """Read whole numbers (of booleans, 0 and 1), ``missing`` where null."""

    def days(self, names: Names) -> dict[str, I32]:
        """Read dates as days since 1970-01-01, ``NO_DAY`` where null."""

    def scaled(self, name: str, places: int, missing: int = 0) -> I64:
        """Read decimals times 10**places (the column's own scale), ``missing`` where null."""

    def sets(self, name: str) -> U64:
        """Read lists of texts, each list hashed as a set: order and repeats do not count."""

    def sizes(self, name: str) -> I64:
        """Read the lengths of lists."""

    def ragged_codes(self, name: str, prefix: int = 0) -> U64:
        """Read all elements of all lists, hashed (their first ``prefix`` characters if > 0)."""

    def firsts(self, name: str) -> I64:
        """Read the first whole number of each list, 0 where the list is empty."""


def _set_hash(texts: Sequence[str]) -> int:
    return code_hash(" ".join(sorted({text.strip().upper() for text in texts} - {""})))


class ListColumns:
    """Columns held as Python lists, as ``claims.columns`` makes them: for one claim or a few."""

    def __init__(self, columns: dict[str, list[Any]]) -> None:
        self._columns = columns

    def keys(self, name: str) -> U64:
        """Read keyed hashes as they are."""
        return np.array(self._columns[name], np.uint64)

    def codes(self, names: Names, prefix: int = 0) -> dict[str, U64]:
        """Read texts, hashed (their first ``prefix`` characters if > 0)."""
        read = code_hash if not prefix else lambda text: code_hash(text[:prefix])
        return self._each(names, read, np.uint64)

    def numbers(self, name: str, table: Mapping[str, int]) -> I8:
        """Read texts as the numbers that ``table`` gives some of them, 0 for any other."""
        return np.array([table.get(plain(text), 0) for text in self._columns[name]], np.int8)

    def given(self, names: Names) -> dict[str, Flags]:
        """Say where texts are not empty."""
        return self._each(names, bool, np.bool_)

    def flags(self, names: Names) -> dict[str, Flags]:
        """Read booleans."""
        return self._each(names, bool, np.bool_)

    def _each(
        self, names: Names, read: Callable[[Any], int], kind: type[np.generic]
    ) -> dict[str, NDArray[Any]]:
        """Columns of one kind in one array: one claim would pay for each array by itself."""
        rows = [[read(value) for value in self._columns[name]] for name in names.values()]
        return dict(zip(names, np.array(rows, kind), strict=True))

    def integers(self, name: str, missing: int) -> I64:
        """Read whole numbers, ``missing`` where null."""
        return np.array([missing if v is None else v for v in self._columns[name]], np.int64)

    def days(self, names: Names) -> dict[str, I32]:
        """Read dates as days since 1970-01-01, ``NO_DAY`` where null."""
        return self._each(names, as_days, np.int32)

    def scaled(self, name: str, places: int, missing: int = 0) -> I64:
        """Read decimals times 10**places; further places are rounded half even."""
        return np.array([_scaled(v, places, missing) for v in self._columns[name]], np.int64)

    def sets(self, name: str) -> U64:
        """Read lists of texts, each list hashed as a set."""
        return np.array([_set_hash(texts) for texts in self._columns[name]], np.uint64)

    def sizes(self, name: str) -> I64:
        """Read the lengths of lists."""
        return np.array([len(values) for values in self._columns[name]], np.int64)

    def ragged_codes(self, name: str, prefix: int = 0) -> U64:
        """Read all elements of all lists, hashed."""
        cut = prefix or None
        return np.array(
            [code_hash(text[:cut]) for texts in self._columns[name] for text in texts], np.uint64
        )

    def firsts(self, name: str) -> I64:
        """Read the first whole number of each list, 0 where the list is empty."""
        return np.array([v[0] if v else 0 for v in self._columns[name]], np.int64)


def _scaled(value: Decimal | None, places: int, missing: int) -> int:
    return missing if value is None else int(value.scaleb(places).to_integral_value())


class ArrowColumns:
    """Columns of an Arrow table: for whole datasets."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def _column(self, name: str) -> pa.Array:
        return self._table.column(name).combine_chunks()

    def keys(self, name: str) -> U64:
        """Read keyed hashes as they are."""
        return np.asarray(self._column(name).fill_null(0).to_numpy(zero_copy_only=False))

    def codes(self, names: Names, prefix: int = 0) -> dict[str, U64]:
        """Read texts, hashed (their first ``prefix`` characters if > 0)."""
        cut = prefix or None
        return {
            name: _hash_texts(self._column(source), lambda text: code_hash(text[:cut]))
            for name, source in names.items()
        }

    def numbers(self, name: str, table: Mapping[str, int]) -> I8:
        """Read texts as the numbers that ``table`` gives some of them, 0 for any other."""
        found = _hash_texts(self._column(name), lambda text: table.get(plain(text), 0))
        return found.astype(np.int8)

    def given(self, names: Names) -> dict[str, Flags]:
        """Say where texts are not empty."""
        filled = {
            name: pc.not_equal(self._column(source).fill_null(""), "")
            for name, source in names.items()
        }
        return {
            name: np.asarray(one.to_numpy(zero_copy_only=False)) for name, one in filled.items()
        }

    def flags(self, names: Names) -> dict[str, Flags]:
        """Read booleans, False where null."""
        return {
            name: np.asarray(self._column(source).fill_null(False).to_numpy(zero_copy_only=False))
            for name, source in names.items()
        }

    def integers(self, name: str, missing: int) -> I64:
        """Read whole numbers, ``missing`` where null."""
        return np.asarray(self._column(name).cast(pa.int64()).fill_null(missing).to_numpy())

    def days(self, names: Names) -> dict[str, I32]:
        """Read dates as days since 1970-01-01, ``NO_DAY`` where null."""
        days = {
            name: self._column(source).cast(pa.int32()).fill_null(int(NO_DAY))
            for name, source in names.items()
        }
        return {name: np.asarray(one.to_numpy()) for name, one in days.items()}

    def scaled(self, name: str, places: int, missing: int = 0) -> I64:
        """Read decimals times 10**places (the low word of a decimal128)."""
        column = self._column(name)
        if column.type.scale != places:
            column = column.cast(pa.decimal128(38, places))
        words = np.frombuffer(column.buffers()[1], np.int64)[::2]
        low = words[column.offset : column.offset + len(column)]
        valid = np.asarray(column.is_valid().to_numpy(zero_copy_only=False))
        return np.where(valid, low, missing)

    def sets(self, name: str) -> U64:
        """Read lists of texts, each list hashed as a set."""
        joined = pc.binary_join(self._column(name), "\x1f").fill_null("")
        return _hash_texts(joined, lambda text: _set_hash(text.split("\x1f")))

    def sizes(self, name: str) -> I64:
        """Read the lengths of lists."""
        sizes = pc.list_value_length(self._column(name)).fill_null(0)
        return np.asarray(sizes.cast(pa.int64()).to_numpy())

    def ragged_codes(self, name: str, prefix: int = 0) -> U64:
        """Read all elements of all lists, hashed."""
        cut = prefix or None
        return _hash_texts(pc.list_flatten(self._column(name)), lambda text: code_hash(text[:cut]))

    def firsts(self, name: str) -> I64:
        """Read the first whole number of each list, 0 where the list is empty."""
        sizes = self.sizes(name)
        flat = np.asarray(pc.list_flatten(self._column(name)).cast(pa.int64()).to_numpy())
        starts = np.cumsum(sizes) - sizes
        first = np.zeros(len(sizes), np.int64)
        first[sizes > 0] = flat[starts[sizes > 0]]
        return first


def _hash_texts(texts: pa.Array, hasher: Any = code_hash) -> U64:
    encoded = texts.fill_null("").dictionary_encode()
    unique = np.array([hasher(text) for text in encoded.dictionary.to_pylist()], np.uint64)
    if not len(unique):
        return np.zeros(len(texts), np.uint64)
    places: I64 = np.asarray(encoded.indices.to_numpy(zero_copy_only=False))
    return unique[places]
