"""One SHA-256 for the content of tables, however they are cut into chunks."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Mapping


def digest(tables: Mapping[str, pa.Table]) -> str:
    """``sha256:`` and the hexadecimal digest over names, types and values of all columns.

    Equal content gives equal digests across runs, worker counts and chunkings. Ids are keyed
    hashes, so the digest differs between installations.
    """
    total = hashlib.sha256()
    for name, table in sorted(tables.items()):
        for field, column in zip(table.schema, table.columns, strict=True):
            head = f"{name}.{field.name}:{field.type}:{len(column)}\n"
            total.update(head.encode())
            total.update(_column(column))
    return f"sha256:{total.hexdigest()}"


def _column(column: pa.ChunkedArray) -> bytes:
    parts: dict[str, Any] = {}

    def feed(part: str, array: pa.Array) -> None:
        hasher = parts.setdefault(part, hashlib.sha256())
        hasher.update(np.ascontiguousarray(np.asarray(array)).view(np.uint8).data)

    for chunk in column.chunks:
        _chunk(chunk, "", feed)
    names = sorted(parts)
    return b"".join(name.encode() + parts[name].digest() for name in names)


def _chunk(chunk: pa.Array, path: str, feed: Any) -> None:
    """Give validity, lengths and values of one chunk to ``feed``, each as a stream of its own."""
    if len(chunk) == 0:
        return
    feed(path + "valid", chunk.is_valid())
    kind = chunk.type
    if pa.types.is_list(kind):
        feed(path + "length", pc.fill_null(pc.list_value_length(chunk), 0))
        _chunk(chunk.flatten(), path + "item.", feed)
    elif pa.types.is_string(kind):
        filled = pc.fill_null(chunk, "")
        feed(path + "length", pc.binary_length(filled))
        joined = pc.binary_join(
            pa.ListArray.from_arrays(pa.array([0, len(filled)], pa.int32()), filled), ""
        )
        feed(path + "value", np.frombuffer(joined[0].as_buffer(), np.uint8))
    elif pa.types.is_decimal(kind):
        filled = pc.fill_null(chunk, pa.scalar(0, kind))
        words = np.frombuffer(filled.buffers()[1], "<i8")
        feed(path + "value", words[2 * filled.offset : 2 * (filled.offset + len(filled))])
    elif pa.types.is_date32(kind):
        feed(path + "value", pc.fill_null(chunk.cast(pa.int32()), 0))
    else:
        feed(path + "value", pc.fill_null(chunk, pa.scalar(0).cast(kind)))
