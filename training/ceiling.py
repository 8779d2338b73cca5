"""The best that any model could do, where an invented world tells its true probabilities.

``data_synth`` writes a folder ``truth`` beside the files of a world. It is for judging alone:
nothing that learns ever reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from claims.errors import UserError
from claims.keys import Keys

F64 = NDArray[np.float64]

FOLDER: Final = "truth"
TABLE: Final = "claims.parquet"
CLAIM_ID: Final = "claim_id"
PROBABILITY: Final = "denial_probability"


def find(paths: Iterable[Path]) -> list[Path]:
    """The truth tables that lie in the folders named, or beside the files and folders named."""
    found: dict[Path, None] = {}
    for path in paths:
        for folder in (path, path.parent):
            table = folder / FOLDER / TABLE
            if table.is_file():
                found[table.resolve()] = None
                break
    return list(found)


def read(tables: Iterable[Path], keys: Keys) -> dict[int, float]:
    """The true probability of denial by claim key; ``UserError`` for a table of another kind.

    Of several rows of one claim id the first, the original claim, counts.
    """
    truth: dict[int, float] = {}
    for table in tables:
        try:
            columns = pq.read_table(table, columns=[CLAIM_ID, PROBABILITY])
        except (OSError, pa.ArrowException) as error:
            raise UserError(
                f"{table} is no table of truths (columns {CLAIM_ID} and {PROBABILITY}): move it "
                "away to train without it."
            ) from error
        ids, chances = columns[CLAIM_ID].to_pylist(), columns[PROBABILITY].to_pylist()
        for claim_id, chance in zip(ids, chances, strict=True):
            truth.setdefault(keys.claim(claim_id), float(chance))
    return truth


def ceiling(truth: Mapping[int, float] | None, keys: NDArray[np.uint64]) -> dict[str, F64]:
    """The true probabilities of claims by their keys, as a peer; none unless all are known."""
    if not truth or not all(int(key) in truth for key in keys):
        return {}
    return {"ceiling": np.array([truth[int(key)] for key in keys])}
