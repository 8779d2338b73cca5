"""The rows of one file as our fields: read, converted, several columns brought together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from claims.extract.fields import FIELDS
from claims.extract.files import column_names, find_file, read_columns
from claims.extract.values import convert, plain
from claims.schema import TEXTS

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from claims.extract.fields import Kind, Section
    from claims.extract.mapping import Table

    I64 = NDArray[np.int64]


class Rows:
    """One of the mapping's tables over its file; ``problems`` counts what was not understood."""

    def __init__(self, section: Section, table: Table, place: Path, mapping: Path) -> None:
        self.section = section
        self.map = table
        self.path = find_file(place, table.file, mapping)
        self.problems: dict[str, int] = {}
        self._mapping = mapping
        # without a column of its own the first one still tells how many rows there are
        names = table.names() or column_names(self.path)[:1]
        self._table = read_columns(self.path, names, mapping=mapping)
        self._made: dict[str, pa.Array] = {}

    def __len__(self) -> int:
        return int(self._table.num_rows)

    def has(self, name: str) -> bool:
        """Whether a column or a value stands for the field."""
        return name in self.map.columns or name in self.map.values

    def raw(self, column: str) -> pa.Array:
        """A column of the file as it is."""
        return plain(self._table[column])

    def columns(self, name: str) -> list[pa.Array]:
        """Each of the field's columns by itself."""
        field = FIELDS[self.section][name]
        return [self._convert(column, field.kind) for column in self.map.columns[name]]

    def get(self, name: str, kind: Kind | None = None) -> pa.Array:
        """The field's values, one a row of the file. ``kind``: read it as another kind."""
        if kind is None and name in self._made:
            return self._made[name]
        wanted = kind or FIELDS[self.section][name].kind
        if name in self.map.values:
            text = pa.chunked_array([pa.array([str(self.map.values[name])])])
            one, _ = convert(text, wanted, f"the value of {self.section}.{name}")
            made = one.take(pa.array(np.zeros(len(self), np.int64)))
        else:
            made = _together(
                [self._convert(column, wanted) for column in self.map.columns[name]], wanted
            )
        if kind is None:
            self._made[name] = made
        return made

    def _convert(self, column: str, kind: Kind) -> pa.Array:
        where = f"the column {column} of {self.path}"
        made, bad = convert(self._table[column], kind, where)
        if bad:
            self.problems[column] = bad
        return made


def _together(arrays: list[pa.Array], kind: Kind) -> pa.Array:
    if len(arrays) == 1:
        return arrays[0]
    if kind == "id":
        return pc.binary_join_element_wise(*arrays, "|")
    if kind == "texts":
        lists = zip(*(array.to_pylist() for array in arrays), strict=True)
        return pa.array([[code for part in row for code in part] for row in lists], TEXTS)
    if kind == "given":
        made = arrays[0]
        for array in arrays[1:]:
            made = pc.or_(made, array)
        return made
    if kind == "text":
        arrays = [pc.if_else(pc.equal(array, ""), None, array) for array in arrays]
        return pc.fill_null(pc.coalesce(*arrays), "")
    return pc.coalesce(*arrays)


def take(array: pa.Array, rows: I64) -> pa.Array:
    """The values at ``rows``; what stands at a row below 0 is not stated."""
    places: Any = pa.array(rows, mask=rows < 0) if len(rows) and rows.min() < 0 else pa.array(rows)
    return array.take(places)
