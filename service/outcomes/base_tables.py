"""The tables of the last training, read a few claims at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from claims.errors import UserError
from claims.schema import TABLES

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from features.running import Base

    U64 = NDArray[np.uint64]
    I64 = NDArray[np.int64]
    Flags = NDArray[np.bool_]


class BaseTables:
    """Which claims and remittances a base holds; ``claims`` and ``remittances`` give chosen ones.

    ``keys`` and ``members`` (n,) are of its claims, ``answers`` (r,) the claims' keys of its
    remittances. Raises ``UserError`` where the files cannot be read.
    """

    def __init__(self, base: Base) -> None:
        self._folder = base.folder
        of_claims = self._columns("claims", "claim_key", "member_key", "line_count")
        self.keys: U64 = of_claims["claim_key"]
        self.members: U64 = of_claims["member_key"]
        self._lines: I64 = of_claims["line_count"].astype(np.int64)
        of_answers = self._columns("remittances", "claim_key", "line_count")
        self.answers: U64 = of_answers["claim_key"]
        self._answer_lines: I64 = of_answers["line_count"].astype(np.int64)

    def claims(self, chosen: Flags) -> tuple[pa.Table, pa.Table]:
        """``claims`` and ``lines`` of the claims ``chosen`` (n,), in their order."""
        lines = np.repeat(chosen, self._lines)
        return self._take("claims", chosen), self._take("lines", lines)

    def remittances(self, chosen: Flags) -> tuple[pa.Table, pa.Table]:
        """``remittances`` and ``remittance_lines`` of those ``chosen`` (r,), in their order."""
        lines = np.repeat(chosen, self._answer_lines)
        return self._take("remittances", chosen), self._take("remittance_lines", lines)

    def whole(self) -> tuple[pa.Table, ...]:
        """``claims``, ``lines``, ``remittances``, ``remittance_lines``: all of them."""
        return (
            *self.claims(np.ones(len(self.keys), np.bool_)),
            *self.remittances(np.ones(len(self.answers), np.bool_)),
        )

    def _columns(self, table: str, *names: str) -> dict[str, NDArray[Any]]:
        try:
            found = pq.read_table(self._path(table), columns=list(names))
        except (OSError, pa.ArrowException) as error:
            raise self._broken(table) from error
        return {name: found[name].to_numpy() for name in names}

    def _take(self, table: str, chosen: Flags) -> pa.Table:
        pieces = [TABLES[table].empty_table()]
        begin = 0
        try:
            with pq.ParquetFile(self._path(table)) as file:
                for group in range(file.num_row_groups):
                    size = file.metadata.row_group(group).num_rows
                    rows = np.flatnonzero(chosen[begin : begin + size])
                    begin += size
                    if len(rows):
                        pieces.append(file.read_row_group(group).take(rows).cast(TABLES[table]))
        except (OSError, pa.ArrowException) as error:
            raise self._broken(table) from error
        return pa.concat_tables(pieces).combine_chunks()

    def _path(self, table: str) -> Path:
        return self._folder / f"{table}.parquet"

    def _broken(self, table: str) -> UserError:
        return UserError(
            f"The tables of the running history cannot be read ({self._path(table)}): "
            "run `preclear train` to make them anew."
        )
