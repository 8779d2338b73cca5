"""The file that ``preclear score`` writes: one row a claim, as JSON lines, CSV or Parquet."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from claims.categories import CATEGORIES
from cli.errors import WRONG_CALL, CliError
from cli.private import write_private

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from models.frame_scores import FrameScores


def table(
    claim_ids: pa.Array,
    scores: FrameScores,
    as_of: NDArray[np.int32],
    charge: pa.ChunkedArray,
    precision: float | None = None,
) -> pa.Table:
    """The rows: the six columns of the contract first (design.md section 4), then more.

    ``worst_line`` is null for claims that are sent as they are. ``precision_promised`` is a column
    where a precision was asked for.
    """
    names = np.array(CATEGORIES)
    levels = np.array(["none", "thin", "good"])
    promised = {} if precision is None else {"precision_promised": np.full(len(as_of), precision)}
    return pa.table(
        {
            "claim_id": claim_ids.cast(pa.string()),
            "denial_probability": scores.probability,
            "category": names[scores.category],
            "carc": scores.carc,
            "action": scores.action,
            "decision": scores.decision,
            "amount_at_risk": charge,
            "support": levels[scores.known],
            "denial_probability_low": scores.low,
            "denial_probability_high": scores.high,
            "as_of": pa.array(as_of, pa.int32()).cast(pa.date32()),
            "worst_line": pa.array(scores.worst_line, mask=scores.worst_line == 0),
            **promised,
        }
    )


def ranked(rows: pa.Table, columns: Mapping[str, NDArray[np.generic]]) -> pa.Table:
    """``rows`` with the further ``columns`` behind theirs."""
    for name, values in columns.items():
        rows = rows.append_column(name, pa.array(values))
    return rows


def writer_for(out: Path) -> Callable[[pa.Table, BinaryIO], None]:
    """How to write a file of this name. Raises ``CliError`` for an ending that is not known."""
    writers = {".jsonl": _json_lines, ".csv": _csv, ".parquet": _parquet}
    found = writers.get(out.suffix.lower())
    if found is None:
        text = f"--out {out} must end in .jsonl, .csv or .parquet: the ending says what to write"
        raise CliError(text, WRONG_CALL)
    return found


def write(rows: pa.Table, out: Path) -> None:
    """Write ``rows`` to ``out``, whole or not at all, readable by its owner alone."""
    put = writer_for(out)
    write_private(out, lambda file: put(rows, file))


def _json_lines(rows: pa.Table, file: BinaryIO) -> None:
    for batch in rows.to_batches(max_chunksize=10_000):
        for row in batch.to_pylist():
            row["amount_at_risk"] = f"{row['amount_at_risk']:.2f}"
            row["as_of"] = row["as_of"].isoformat()
            file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")


def _csv(rows: pa.Table, file: BinaryIO) -> None:
    pyarrow.csv.write_csv(rows, file)


def _parquet(rows: pa.Table, file: BinaryIO) -> None:
    pyarrow.parquet.write_table(rows, file, compression="zstd")
