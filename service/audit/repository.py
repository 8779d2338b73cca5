"""The audit log: add records and events, and find them again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import sqlalchemy as sa

from claims.keys import load_keys
from service.audit.appending import append
from service.audit.chain import CHECKPOINT_ROW, Chain
from service.audit.database import cause, open_sqlite
from service.audit.event import CHECKPOINT, SCORE
from service.audit.head import HeadFile
from service.audit.layout import bring_to_date, there
from service.audit.postgresql import open_postgresql
from service.audit.rows import (
    EVENT_COLUMNS,
    RECORD_COLUMNS,
    event_of,
    key_text,
    record_of,
    row_of,
)
from service.audit.signing import load_signer
from service.audit.tables import EVENTS, AuditError
from service.audit.verify import verify

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from claims.settings import Settings
    from models.record import AuditRecord
    from service.audit.chain import Row
    from service.audit.database import Database
    from service.audit.event import Event, Recorded
    from service.audit.rows import Entry
    from service.audit.verify import Verified

FILE: Final = "audit.db"
_IN_ONE_QUERY: Final = 500
_SCORES: Final = sa.select(*RECORD_COLUMNS).where(
    EVENTS.c.kind == SCORE,
    EVENTS.c.salt.is_not(None),  # retention did not drop it
)
_LAST: Final = sa.select(*EVENT_COLUMNS).order_by(EVENTS.c.sequence.desc()).limit(1)
_EVENTS: Final = sa.select(*EVENT_COLUMNS).where(EVENTS.c.kind != SCORE, EVENTS.c.salt.is_not(None))


class AuditRepository:
    """The records of one audit log, for any number of threads."""

    def __init__(self, place: Path | Database, home: Path | None = None) -> None:
        """Use the log in the file or database ``place``; make it if it is not there.

        ``home`` holds the installation's secret and key; default: the folder of the file.
        Raises ``UserError``.
        """
        database = open_sqlite(place) if isinstance(place, Path) else place
        home = home or database.head.parent
        self._database = database
        self._writer, self._reader = database.writer, database.reader
        self.chain: Final = Chain(load_keys(home).secret, load_signer(home))
        self._head = HeadFile(database.head, self.chain)
        try:
            with self._head.turn():
                bring_to_date(database, self.chain)
        except BaseException:
            self.close()
            raise

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The log of the installation. Raises ``UserError``."""
        if settings.database_url is None:
            return cls(settings.home / FILE)
        return cls(open_postgresql(settings.database_url, settings.home))

    @classmethod
    def existing(cls, settings: Settings) -> Self:
        """The log of the installation, which must be there. Raises ``UserError``."""
        if settings.database_url is None:
            path = settings.home / FILE
            if not path.is_file():
                text = f"There is no audit log at {path}"
                raise AuditError(f"{text}: set PRECLEAR_HOME to its folder.")
        else:
            database = open_postgresql(settings.database_url, settings.home)
            if not there(database):
                raise AuditError(
                    f"There is no audit log {database.name}: set PRECLEAR_DATABASE_URL to the "
                    "database that the service writes."
                )
        return cls.of(settings)

    def add(self, entries: Sequence[Entry]) -> None:
        """Write all of ``entries`` or none; when this returns they survive a power cut.

        Raises ``AuditError``.
        """
        self._write([row_of(entry) for entry in entries])

    def append(self, events: Sequence[Event]) -> None:
        """Write all of ``events`` or none, as ``add`` does. Raises ``AuditError``."""
        self.add(events)

    def checkpoint(self) -> Mapping[str, object] | None:
        """Sign the last record, in the log itself; gives the signed statement.

        A log that ends with a checkpoint is left as it is; ``None``: the log holds nothing yet.
        Raises ``AuditError``.
        """
        last = self._read(_LAST)
        if last and last[0]["kind"] != CHECKPOINT:
            self._write([CHECKPOINT_ROW])
            last = self._read(_LAST)
        return event_of(last[0]).body if last else None

    def verify(
        self,
        published: Iterable[Mapping[str, object]] = (),
        keys: Iterable[Ed25519PublicKey] = (),
    ) -> Verified:
        """Check the whole log (``service.audit.verify``). Raises ``AuditError``."""
        with self._head.turn():
            known = self._head.read()
        return verify(self._database, self.chain, known, published, keys)

    def get(self, score_id: str) -> AuditRecord | None:
        """The record of one score, ``None`` if there is none. Raises ``AuditError``."""
        found = self._records(_SCORES.where(EVENTS.c.score_id == score_id))
        return found[0] if found else None

    def latest(
        self, limit: int = 50, claim_key: int | None = None, before: str | None = None
    ) -> list[AuditRecord]:
        """The latest records, newest first.

        ``claim_key``: of this claim alone; ``before``: older than this score id, to page on.
        """
        query = _SCORES.order_by(EVENTS.c.score_id.desc()).limit(limit)
        if claim_key is not None:
            query = query.where(EVENTS.c.claim_key == key_text(claim_key))
        if before is not None:
            query = query.where(EVENTS.c.score_id < before)
        return self._records(query)

    def scores_of(self, claim_keys: Iterable[int]) -> list[AuditRecord]:
        """Every record of these claims, newest first. Raises ``AuditError``."""
        found: list[AuditRecord] = []
        for keys in _parts({key_text(key) for key in claim_keys}):
            found += self._records(_SCORES.where(EVENTS.c.claim_key.in_(keys)))
        return sorted(found, key=lambda record: record.score_id, reverse=True)

    def events_of(self, score_ids: Iterable[str], kind: str | None = None) -> list[Recorded]:
        """The events about these scores, oldest first; ``kind``: of this kind alone.

        Raises ``AuditError``.
        """
        found: list[Recorded] = []
        for part in _parts(set(score_ids)):
            query = _EVENTS.where(EVENTS.c.score_id.in_(part))
            if kind is not None:
                query = query.where(EVENTS.c.kind == kind)
            found += [event_of(row) for row in self._read(query)]
        return sorted(found, key=lambda event: event.sequence)

    def writable(self) -> bool:
        """Whether a record could be written now (takes and gives back the write lock)."""
        try:
            with self._writer.connect() as connection:
                if connection.dialect.name == "sqlite":
                    return connection.exec_driver_sql("SELECT 1").scalar() == 1
                query = "SELECT current_setting('transaction_read_only')"
                return connection.exec_driver_sql(query).scalar() == "off"
        except (sa.exc.SQLAlchemyError, AuditError):
            return False

    def close(self) -> None:
        """Give back the connections; the log is whole without it."""
        self._database.close()
        self._head.close()

    def _write(self, rows: Sequence[Row]) -> None:
        try:
            with self._head.turn():
                with self._writer.begin() as connection:
                    last = append(connection, self.chain, self._head.read(), rows)
                self._head.write(last)
        except sa.exc.SQLAlchemyError as error:
            text = f"The audit log {self._database.name} cannot be written ({cause(error)})."
            raise AuditError(text) from None

    def _records(self, query: sa.Select[Any]) -> list[AuditRecord]:
        return [record_of(row) for row in self._read(query)]

    def _read(self, query: sa.Select[Any]) -> Sequence[sa.RowMapping]:
        try:
            with self._reader.begin() as connection:
                return connection.execute(query).mappings().all()
        except sa.exc.SQLAlchemyError as error:
            text = f"The audit log {self._database.name} cannot be read ({cause(error)})."
            raise AuditError(text) from None


def _parts(values: Collection[str]) -> Iterator[list[str]]:
    """``values`` in parts that one query can name."""
    every = sorted(values)
    for start in range(0, len(every), _IN_ONE_QUERY):
        yield every[start : start + _IN_ONE_QUERY]
