"""The audit log: add records, and find them again."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final, Self

import sqlalchemy as sa

from models.record import AuditRecord
from service.audit.tables import SCORES, AuditError, create, open_engine

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FILE: Final = "audit.db"
_COLUMNS: Final = tuple(column for column in SCORES.c if column.name != "sequence")


class AuditRepository:
    """The records of one audit log. ``add`` may be called by one thread at a time."""

    def __init__(self, path: Path) -> None:
        """Use the log at ``path``; make it if it is not there. Raises ``AuditError``."""
        create(path)
        self._path = path
        self._writer = open_engine(path, begin="BEGIN IMMEDIATE")
        self._reader = open_engine(path, begin="BEGIN")

    @classmethod
    def existing(cls, path: Path) -> Self:
        """The log at ``path``, which must be there. Raises ``AuditError``."""
        if not path.is_file():
            raise AuditError(f"There is no audit log at {path}: set PRECLEAR_HOME to its folder.")
        return cls(path)

    def add(self, records: Sequence[AuditRecord]) -> None:
        """Write all of ``records`` or none; when this returns they survive a power cut.

        Raises ``AuditError``.
        """
        try:
            with self._writer.begin() as connection:
                connection.execute(_INSERT, [_row(record) for record in records])
        except sa.exc.SQLAlchemyError as error:
            cause = type(getattr(error, "orig", None) or error).__name__
            raise AuditError(f"The audit log {self._path} cannot be written ({cause}).") from None

    def get(self, score_id: str) -> AuditRecord | None:
        """The record of one score, ``None`` if there is none. Raises ``AuditError``."""
        found = self._read(_ALL.where(SCORES.c.score_id == score_id))
        return found[0] if found else None

    def latest(
        self, limit: int = 50, claim_key: int | None = None, before: str | None = None
    ) -> list[AuditRecord]:
        """The latest records, newest first.

        ``claim_key``: of this claim alone; ``before``: older than this score id, to page on.
        """
        query = _ALL.order_by(SCORES.c.score_id.desc()).limit(limit)
        if claim_key is not None:
            query = query.where(SCORES.c.claim_key == f"{claim_key:016x}")
        if before is not None:
            query = query.where(SCORES.c.score_id < before)
        return self._read(query)

    def writable(self) -> bool:
        """Whether a record could be written now (takes and gives back the write lock)."""
        try:
            with self._writer.connect() as connection:
                connection.execute(sa.text("SELECT 1"))
        except sa.exc.SQLAlchemyError:
            return False
        return True

    def close(self) -> None:
        """Give back the connections; the log is whole without it."""
        self._writer.dispose()
        self._reader.dispose()

    def _read(self, query: sa.Select[Any]) -> list[AuditRecord]:
        try:
            with self._reader.begin() as connection:
                return [_record(row) for row in connection.execute(query).mappings()]
        except sa.exc.SQLAlchemyError as error:
            cause = type(getattr(error, "orig", None) or error).__name__
            raise AuditError(f"The audit log {self._path} cannot be read ({cause}).") from None


_INSERT: Final = SCORES.insert().inline()
_ALL: Final = sa.select(SCORES).with_only_columns(*_COLUMNS)


def _row(record: AuditRecord) -> dict[str, object]:
    row: dict[str, object] = {c.name: getattr(record, c.name) for c in _COLUMNS}
    row["scored_at"] = record.scored_at.isoformat()
    row["as_of"] = record.as_of.isoformat()
    row["claim_key"] = f"{record.claim_key:016x}"
    return row


def _record(row: sa.RowMapping) -> AuditRecord:
    values: dict[str, Any] = dict(row)
    values["scored_at"] = dt.datetime.fromisoformat(values["scored_at"])
    values["as_of"] = dt.date.fromisoformat(values["as_of"])
    values["claim_key"] = int(values["claim_key"], 16)
    return AuditRecord(**values)
