"""The rows that ``preclear score`` writes, one a claim, and their three forms."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Protocol, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from claims.categories import CATEGORIES
from cli.errors import WRONG_CALL, CliError
from cli.score_reasons import flattened, reason_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from models.frame_reasons import FrameReasons
    from models.frame_scores import FrameScores

Rendered: TypeAlias = "bytes | pa.Table"
_LEVELS: Final = np.array(["none", "thin", "good"])
_NAMES: Final = np.array(CATEGORIES)


def table(
    claim_ids: pa.Array,
    scores: FrameScores,
    as_of: NDArray[np.int32],
    charge: pa.ChunkedArray,
    precision: float | None = None,
    why: FrameReasons | None = None,
) -> pa.Table:
    """The rows: the six columns of the contract first (design.md section 4), then more.

    ``worst_line`` is null for claims that are sent as they are. ``precision_promised`` is a column
    where a precision was asked for, and so are those of the reasons ``why``.
    """
    promised = {} if precision is None else {"precision_promised": np.full(len(as_of), precision)}
    return pa.table(
        {
            "claim_id": claim_ids.cast(pa.string()),
            "denial_probability": scores.probability,
            "category": _NAMES[scores.category],
            "carc": pa.array(scores.carc, pa.string()),
            "action": scores.action,
            "decision": scores.decision,
            "amount_at_risk": charge,
            "support": _LEVELS[scores.known],
            "denial_probability_low": scores.low,
            "denial_probability_high": scores.high,
            "as_of": pa.array(as_of, pa.int32()).cast(pa.date32()),
            "worst_line": pa.array(scores.worst_line, mask=scores.worst_line == 0),
            **promised,
            **({} if why is None else reason_columns(why)),
        }
    )


def ranked(rows: pa.Table, columns: Mapping[str, NDArray[np.generic]]) -> pa.Table:
    """``rows`` with the further ``columns`` behind theirs."""
    for name, values in columns.items():
        rows = rows.append_column(name, pa.array(values))
    return rows


class Form(Protocol):
    """A form of the file: rows are rendered apart, by any process, and put one after the other."""

    def render(self, rows: pa.Table, *, first: bool) -> Rendered:
        """The rows as they go into the file; ``first``: they stand at its beginning."""

    def put(self, parts: Iterable[Rendered], file: BinaryIO) -> None:
        """Write all parts."""


class _Text:
    def put(self, parts: Iterable[Rendered], file: BinaryIO) -> None:
        for part in parts:
            file.write(part)


class JsonLines(_Text):
    """A JSON object a line."""

    def render(self, rows: pa.Table, *, first: bool) -> bytes:
        """Amounts as texts with two decimals, days as ISO dates."""
        return b"".join(_json_line(row) for row in rows.to_pylist())


class Csv(_Text):
    """A line of names, then one a claim."""

    def render(self, rows: pa.Table, *, first: bool) -> bytes:
        """The names stand above the first rows alone; a part of a reason is a column."""
        sink = pa.BufferOutputStream()
        options = pyarrow.csv.WriteOptions(include_header=first)
        pyarrow.csv.write_csv(flattened(rows), sink, options)
        return bytes(sink.getvalue().to_pybytes())


class Parquet:
    """A row group for each part."""

    def render(self, rows: pa.Table, *, first: bool) -> pa.Table:
        """The rows as they are, but that a part of a reason is a column."""
        return flattened(rows)

    def put(self, parts: Iterable[Rendered], file: BinaryIO) -> None:
        """Write all parts, of which there is at least one."""
        writer: pyarrow.parquet.ParquetWriter | None = None
        for part in parts:
            assert not isinstance(part, bytes)  # noqa: S101 - rendered by this form
            if writer is None:
                writer = pyarrow.parquet.ParquetWriter(file, part.schema, compression="zstd")
            writer.write_table(part)
        if writer is not None:
            writer.close()


_FORMS: Final[dict[str, type[Form]]] = {".jsonl": JsonLines, ".csv": Csv, ".parquet": Parquet}


def form_of(out: Path) -> Form:
    """The form of a file of this name. Raises ``CliError`` for an ending that is not known."""
    found = _FORMS.get(out.suffix.lower())
    if found is None:
        text = f"--out {out} must end in .jsonl, .csv or .parquet: the ending says what to write"
        raise CliError(text, WRONG_CALL)
    return found()


def _json_line(row: dict[str, Any]) -> bytes:
    row["amount_at_risk"] = f"{row['amount_at_risk']:.2f}"
    row["as_of"] = row["as_of"].isoformat()
    return json.dumps(row, ensure_ascii=False).encode() + b"\n"
