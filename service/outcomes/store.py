"""What arrived since the last training, in ``PRECLEAR_HOME/outcomes.db``: each row once.

A row is named by what it says (its digest), so it makes no difference how often, in which order or
by how many processes a file is posted, nor where one was killed: a transaction is there or not.
Which of two rows that are one submission is kept does not depend on which came first either.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from service.sqlite import failed, open_database

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from service.outcomes.posted import Posted

FILE: Final = "outcomes.db"
LAYOUT: Final = 1
METADATA: Final = sa.MetaData()
CLAIMS: Final = sa.Table(
    "claims",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True, comment="what makes it one submission"),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("claim_key", sa.Text, nullable=False, comment="keyed hash of the claim id, 16 hex"),
    sa.Column("place", sa.Integer, nullable=False, comment="in its file"),
    sa.Column("row", sa.Text, nullable=False, comment="JSON of claims.rows; ids are keyed hashes"),
)
REMITTANCES: Final = sa.Table(
    "remittances",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True, comment="digest of what it says"),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("claim_key", sa.Text, nullable=False, comment="keyed hash of the claim id, 16 hex"),
    sa.Column("place", sa.Integer, nullable=False, comment="in its file"),
    sa.Column("told", sa.Boolean, nullable=False, comment="the audit log has what it means"),
    sa.Column("row", sa.Text, nullable=False, comment="JSON of claims.rows; ids are keyed hashes"),
)
STATE: Final = sa.Table(
    "state",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Integer, nullable=False),
)
_BY_CLAIM: Final = (
    sa.Index("claims_by_key", CLAIMS.c.claim_key),
    sa.Index("remittances_by_key", REMITTANCES.c.claim_key),
    sa.Index("remittances_untold", REMITTANCES.c.told, REMITTANCES.c.claim_key),
)
_IN_ONE_QUERY: Final = 500
_GENERATION: Final = "generation"
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Added:
    """How many claims and remittances were not known before."""

    claims: int
    remittances: int


@dataclass(frozen=True, slots=True)
class Held:
    """All rows (JSON, in an order that depends on them alone) as of a ``generation``."""

    generation: int
    claims: tuple[str, ...]
    remittances: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Remittance:
    """One adjudication of a claim; ``row`` is ``""`` once the history's base holds it."""

    name: str
    place: int
    row: str


class OutcomeStore:
    """The rows of one installation, for any thread. Every method raises ``StateError``."""

    def __init__(self, home: Path) -> None:
        self._path = home / FILE
        self._engine = open_database(self._path, METADATA, LAYOUT)

    def close(self) -> None:
        """Give the file back."""
        self._engine.dispose()

    def add(self, found: Posted) -> Added:
        """Keep all rows or none; when this returns they survive a power cut."""
        claims = [
            {"name": row.identity, "digest": row.digest, "claim_key": _hex(row.key),
             "place": place, "row": row.text}
            for place, row in found.claims
        ]  # fmt: skip
        remittances = [
            {"name": row.digest, "digest": row.digest, "claim_key": _hex(row.key), "place": place,
             "told": row.key == 0, "row": row.text}
            for place, row in found.remittances
        ]  # fmt: skip
        try:
            with self._engine.begin() as connection:
                sent, sent_changed = _put(connection, CLAIMS, claims)
                answered, answers_changed = _put(connection, REMITTANCES, remittances)
                if sent_changed or answers_changed:
                    _grow(connection)
        except sa.exc.SQLAlchemyError as error:
            raise failed(self._path, error) from None
        return Added(sent, answered)

    def generation(self) -> int:
        """A number that grows whenever the rows change; 0 while there are none."""
        found = self._read(sa.select(STATE.c.value).where(STATE.c.name == _GENERATION))
        return int(found[0].value) if found else 0

    def held(self) -> Held:
        """All rows, of one moment."""
        try:
            with self._engine.begin() as connection:
                grown = connection.execute(
                    sa.select(STATE.c.value).where(STATE.c.name == _GENERATION)
                ).scalar()
                claims = connection.execute(_in_order(CLAIMS)).scalars()
                remittances = connection.execute(_in_order(REMITTANCES)).scalars()
                return Held(int(grown or 0), tuple(claims), tuple(remittances))
        except sa.exc.SQLAlchemyError as error:
            raise failed(self._path, error) from None

    def forget(self, claims: Collection[str], remittances: Collection[str]) -> None:
        """Let go of rows, by name: the history's base holds them now. Their names stay known."""
        try:
            with self._engine.begin() as connection:
                for table, names in ((CLAIMS, claims), (REMITTANCES, remittances)):
                    for part in _parts(names):
                        connection.execute(
                            table.update().where(table.c.name.in_(part)).values(row="")
                        )
        except sa.exc.SQLAlchemyError as error:
            raise failed(self._path, error) from None

    def untold(self, most: int) -> list[int]:
        """Keys of claims (the smallest first) whose answers the audit log may not have yet."""
        query = sa.select(REMITTANCES.c.claim_key).where(REMITTANCES.c.told.is_(False))
        query = query.distinct().order_by(REMITTANCES.c.claim_key).limit(most)
        return [int(row.claim_key, 16) for row in self._read(query)]

    def answers(self, keys: Iterable[int]) -> list[Remittance]:
        """The adjudications of these claims, in no order."""
        found = []
        for part in _parts({_hex(key) for key in keys}):
            query = sa.select(REMITTANCES).where(REMITTANCES.c.claim_key.in_(part))
            found += [Remittance(row.name, row.place, row.row) for row in self._read(query)]
        return found

    def tell(self, names: Collection[str]) -> None:
        """Note that the audit log has what these remittances mean."""
        try:
            with self._engine.begin() as connection:
                for part in _parts(names):
                    which = REMITTANCES.c.name.in_(part)
                    connection.execute(REMITTANCES.update().where(which).values(told=True))
        except sa.exc.SQLAlchemyError as error:
            raise failed(self._path, error) from None

    def sent(self, keys: Iterable[int]) -> set[int]:
        """Which of these claims were posted in an 837."""
        found: set[int] = set()
        for part in _parts({_hex(key) for key in keys}):
            query = sa.select(CLAIMS.c.claim_key).where(CLAIMS.c.claim_key.in_(part)).distinct()
            found |= {int(row.claim_key, 16) for row in self._read(query)}
        return found

    def _read(self, query: sa.Select[Any]) -> Sequence[sa.Row[Any]]:
        try:
            with self._engine.begin() as connection:
                return connection.execute(query).all()
        except sa.exc.SQLAlchemyError as error:
            raise failed(self._path, error) from None


def _put(connection: sa.Connection, table: sa.Table, rows: Sequence[Row]) -> tuple[int, bool]:
    """Insert rows by name; of two of one name the smaller stays. How many are new; any change."""
    best: dict[str, Row] = {}
    for row in rows:
        kept = best.get(row["name"])
        if kept is None or _rank(row) < _rank(kept):
            best[row["name"]] = row
    held: dict[str, tuple[str, int]] = {}
    for part in _parts(best):
        query = sa.select(table.c.name, table.c.digest, table.c.place)
        for known in connection.execute(query.where(table.c.name.in_(part))):
            held[known.name] = (known.digest, known.place)
    new = [row for name, row in best.items() if name not in held]
    better = [row for name, row in best.items() if name in held and _rank(row) < held[name]]
    for row in better:
        # A remittance of the same content that stood elsewhere in its file is told already.
        values = {name: value for name, value in row.items() if name != "told"}
        connection.execute(table.update().where(table.c.name == row["name"]).values(values))
    if new:
        connection.execute(table.insert(), new)
    return len(new), bool(new or better)


def _in_order(table: sa.Table) -> sa.Select[Any]:
    query = sa.select(table.c.row).where(table.c.row != "")
    return query.order_by(table.c.place, table.c.digest)


def _rank(row: Row) -> tuple[str, int]:
    return row["digest"], row["place"]


def _grow(connection: sa.Connection) -> None:
    mine = STATE.c.name == _GENERATION
    if not connection.execute(STATE.update().where(mine).values(value=STATE.c.value + 1)).rowcount:
        connection.execute(STATE.insert(), {"name": _GENERATION, "value": 1})


def _parts(names: Collection[str]) -> Iterator[list[str]]:
    every = sorted(names)
    for start in range(0, len(every), _IN_ONE_QUERY):
        yield every[start : start + _IN_ONE_QUERY]


def _hex(key: int) -> str:
    return f"{key:016x}"
