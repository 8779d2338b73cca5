"""Arrow tables from what was read, in pieces of bounded size."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.compute as pc

from claims.columns import claim_columns, provider_adjustment_columns, remittance_columns
from claims.problems import Problem
from claims.schema import TABLES
from claims.types import Claim, Payment, Remittance

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from claims.carc import Catalogue
    from claims.columns import Columns
    from claims.keys import Keys

PIECE: Final = 4096
_REMITTANCE_ROW: Final = TABLES["adjustments"].get_field_index("remittance")


@dataclass(slots=True)
class Gathered:
    """What some sources held: their tables, their problems, each one's counts by kind."""

    tables: dict[str, pa.Table]
    problems: list[Problem] = field(default_factory=list)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    claim_ids: pa.Array | None = None
    notes: list[str] = field(default_factory=list)


class Gatherer:
    """Takes values one at a time and makes tables of them, ``PIECE`` at a time.

    A piece may hold the values of many small files: a table for each would cost more than reading.
    """

    def __init__(self, source: str, keys: Keys, catalogue: Catalogue, *, keep_ids: bool) -> None:
        self._keys = keys
        self._catalogue = catalogue
        self._claims: list[tuple[Claim, str]] = []
        self._remittances: list[tuple[Remittance, str]] = []
        self._payments: list[Payment] = []
        self._pieces: dict[str, list[pa.Table]] = {name: [] for name in TABLES}
        self._ids: list[pa.Array] | None = [] if keep_ids else None
        self._remittance_rows = 0
        self._problems: list[Problem] = []
        self._counts: dict[str, dict[str, int]] = {}
        self.turn_to(source)

    def turn_to(self, source: str) -> None:
        """Take what follows as coming from ``source``."""
        self._source = source
        self._counts.setdefault(source, {})

    def add(self, value: Claim | Remittance | Payment | Problem) -> None:
        """Take one value of the reader."""
        if isinstance(value, Claim):
            self._count(value.form)
            self._claims.append((value, self._source))
            if len(self._claims) >= PIECE:
                self._flush_claims()
        elif isinstance(value, Remittance):
            self._count("remittance")
            self._remittances.append((value, self._source))
            if len(self._remittances) >= PIECE:
                self._flush_remittances()
        elif isinstance(value, Payment):
            self._payments.append(value)
        else:
            self._problems.append(value)

    def _count(self, what: str) -> None:
        counts = self._counts[self._source]
        counts[what] = counts.get(what, 0) + 1

    def finish(self) -> Gathered:
        """Give the tables of everything taken."""
        self._flush_claims()
        self._flush_remittances()
        self._put("provider_adjustments", provider_adjustment_columns(self._payments))
        tables = {name: join(name, pieces) for name, pieces in self._pieces.items()}
        ids = None if self._ids is None else pa.concat_arrays([_ids([]), *self._ids])
        return Gathered(tables, self._problems, self._counts, ids)

    def _flush_claims(self) -> None:
        pending, self._claims = self._claims, []
        claims = [claim for claim, _ in pending]
        try:
            columns, lines = claim_columns(claims, self._keys)
            pieces = {"claims": _table("claims", columns), "lines": _table("lines", lines)}
        except (ArithmeticError, pa.ArrowException, ValueError, TypeError):
            self._halve_claims(pending)
            return
        for name, piece in pieces.items():
            self._pieces[name].append(piece)
        if self._ids is not None:
            self._ids.append(_ids(claims))

    def _halve_claims(self, claims: list[tuple[Claim, str]]) -> None:
        """Leave out the one claim that fits no table, and no other."""
        if len(claims) == 1:
            claim, source = claims[0]
            self._refuse(claim.claim_id, source, claim.form)
            return
        for half in (claims[: len(claims) // 2], claims[len(claims) // 2 :]):
            self._claims = half
            self._flush_claims()

    def _flush_remittances(self) -> None:
        pending, self._remittances = self._remittances, []
        remittances = [remittance for remittance, _ in pending]
        try:
            columns = remittance_columns(
                remittances, self._keys, self._catalogue, self._remittance_rows
            )
            pieces = {
                "remittances": _table("remittances", columns.remittances),
                "remittance_lines": _table("remittance_lines", columns.lines),
                "adjustments": _table("adjustments", columns.adjustments),
            }
        except (ArithmeticError, pa.ArrowException, ValueError, TypeError):
            self._halve_remittances(pending)
            return
        self._remittance_rows += len(remittances)
        for name, piece in pieces.items():
            self._pieces[name].append(piece)

    def _halve_remittances(self, remittances: list[tuple[Remittance, str]]) -> None:
        if len(remittances) == 1:
            remittance, source = remittances[0]
            self._refuse(remittance.claim_id, source, "remittance")
            return
        middle = len(remittances) // 2
        for half in (remittances[:middle], remittances[middle:]):
            self._remittances = half
            self._flush_remittances()

    def _refuse(self, claim_id: str, source: str, what: str) -> None:
        text = "A value is larger than the tables hold; correct its amounts and numbers."
        self._problems.append(Problem(source, 0, claim_id, text))
        self._counts[source][what] -= 1

    def _put(self, name: str, columns: Columns) -> None:
        self._pieces[name].append(_table(name, columns))


def _table(name: str, columns: Columns) -> pa.Table:
    return pa.Table.from_pydict(columns, schema=TABLES[name])


def _ids(claims: Sequence[Claim]) -> pa.Array:
    return pa.array([claim.claim_id for claim in claims], pa.large_string())


def join(name: str, pieces: Iterable[pa.Table]) -> pa.Table:
    """One table of the pieces, in their order, in few chunks."""
    return pa.concat_tables([TABLES[name].empty_table(), *pieces]).combine_chunks()


def concatenate(parts: Sequence[Gathered]) -> dict[str, pa.Table]:
    """The tables of all parts, in their order; rows that refer to rows are moved along."""
    pieces: dict[str, list[pa.Table]] = {name: [] for name in TABLES}
    rows = 0
    for part in parts:
        for name, table in part.tables.items():
            piece = table
            if name == "adjustments" and rows:
                moved = pc.add(table["remittance"], rows)
                piece = table.set_column(_REMITTANCE_ROW, TABLES[name].field("remittance"), moved)
            pieces[name].append(piece)
        rows += part.tables["remittances"].num_rows
    return {name: join(name, tables) for name, tables in pieces.items()}
