"""Looks for a text in all that an installation keeps, in whatever form the files hold it."""

from __future__ import annotations

import base64
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pyarrow.parquet as pq


def holders(folder: Path, text: str) -> list[str]:
    """Names of the files under ``folder`` that hold ``text``, and of what in them does."""
    found = [str(path.relative_to(folder)) for path in folder.rglob("*") if text in path.name]
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        name = str(path.relative_to(folder))
        content = path.read_bytes().lower()
        found += [f"{name} ({form})" for form, sought in _forms(text) if sought in content]
        if path.suffix == ".db":
            found += [f"{name}: {line}" for line in _dumped(path) if text.lower() in line.lower()]
        if path.suffix == ".parquet":  # compressed
            found += [f"{name}: {one}" for one in _columns(path) if text.lower() in one.lower()]
    return found


def _forms(text: str) -> Iterator[tuple[str, bytes]]:
    yield "plain", text.lower().encode()
    yield "UTF-16", text.lower().encode("utf-16-le")
    yield "hexadecimal", text.encode().hex().encode()
    for shift in range(3):
        # Whole groups of four signs alone: what stands before and after decides the rest.
        whole = text.encode()[(3 - shift) % 3 :]
        yield "base64", base64.b64encode(whole[: len(whole) // 3 * 3]).lower()


def _dumped(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def _columns(path: Path) -> Iterator[str]:
    table = pq.read_table(path)
    for name in table.column_names:
        yield f"{name}: {table[name].to_pylist()}"
