"""A dataset as a folder: one Parquet file per table of ``claims.schema``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from claims.errors import UserError
from claims.schema import KEY, TABLES, TEXT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NEEDED: Final = ("claims", "lines")


def save_tables(tables: Mapping[str, pa.Table], folder: Path, *, rows: int | None = None) -> None:
    """Write each table into ``folder``, each whole or not at all. Raises ``UserError``.

    ``rows`` is the size of the pieces that can be read apart (default: Arrow's).
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in tables.items():
            aside = folder / f".{name}.{os.getpid()}.parquet"
            pq.write_table(table, aside, compression="zstd", row_group_size=rows)
            aside.replace(folder / f"{name}.parquet")
    except OSError as error:
        raise UserError(
            f"the tables cannot be written to {folder} ({error.strerror}): "
            "choose a folder that you may write"
        ) from error


def load_tables(folder: Path) -> dict[str, pa.Table]:
    """Read a folder of tables; those of remittances may be missing, other columns are ignored.

    Raises ``UserError`` naming the file, and the column, that does not fit ``claims.schema``.
    """
    tables = {}
    for name, schema in TABLES.items():
        path = folder / f"{name}.parquet"
        if path.exists():
            tables[name] = _load_table(path, schema)
        elif name in NEEDED:
            raise UserError(f"{folder} holds no {name}.parquet: it is no folder of claims tables")
        else:
            tables[name] = schema.empty_table()
    for whole, part in (("claims", "lines"), ("remittances", "remittance_lines")):
        counted = tables[whole]["line_count"]
        promised = sum(chunk.sum().as_py() or 0 for chunk in counted.chunks)
        if promised != tables[part].num_rows:
            raise UserError(
                f"{folder / whole}.parquet promises {promised} lines and {part}.parquet has "
                f"{tables[part].num_rows}: they are not of one dataset, write both again"
            )
    return tables


def _load_table(path: Path, schema: pa.Schema) -> pa.Table:
    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowException) as error:
        raise UserError(f"{path} is no readable Parquet file: write it again") from error
    missing = [name for name in schema.names if name not in table.column_names]
    if missing:
        raise UserError(
            f"{path} has no column {missing[0]}: see docs/tables.md for what it has to hold"
        )
    columns = []
    for wanted in schema:
        try:
            column = table[wanted.name].cast(wanted.type)
        except (pa.ArrowException, ValueError) as error:
            raise UserError(
                f"column {wanted.name} of {path} is {table.schema.field(wanted.name).type} and "
                f"cannot be made {wanted.type}: see docs/tables.md"
            ) from error
        columns.append(_stated(column))
    return pa.table(columns, schema=schema).combine_chunks()


def _stated(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Texts and keys are never null here; another writer may have left them out."""
    if column.null_count and column.type in (TEXT, KEY):
        return pc.fill_null(column, "" if column.type == TEXT else 0)
    return column
