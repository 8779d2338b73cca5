"""The audit log: add records and events, and find them again."""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Self

import sqlalchemy as sa

from claims.keys import load_keys
from service.audit.appending import append
from service.audit.chain import CHECKPOINT_ROW, Chain
from service.audit.database import cause, open_sqlite
from service.audit.event import CHECKPOINT
from service.audit.export import export
from service.audit.head import HeadFile
from service.audit.layout import bring_to_date, there
from service.audit.postgresql import open_postgresql
from service.audit.retention import drop, forget, last_before
from service.audit.rows import row_of
from service.audit.searching import Searching
from service.audit.signing import load_signer
from service.audit.tables import AuditError
from service.audit.verify import verify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from claims.settings import Settings
    from service.audit.chain import Head, Row
    from service.audit.database import Database
    from service.audit.event import Event
    from service.audit.rows import Entry
    from service.audit.verify import Verified

FILE: Final = "audit.db"


class AuditRepository(Searching):
    """The records of one audit log, for any number of threads."""

    def __init__(self, place: Path | Database, home: Path | None = None) -> None:
        """Use the log in the file or database ``place``; make it if it is not there.

        ``home`` holds the installation's secret and key; default: the folder of the file.
        Raises ``UserError``.
        """
        home = home or (place if isinstance(place, Path) else place.head).parent
        self.chain: Final = Chain(load_keys(home).secret, load_signer(home))
        database = open_sqlite(place) if isinstance(place, Path) else place
        super().__init__(database)
        self._writer = database.writer
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
        last = self.last()
        if last and last.kind != CHECKPOINT:
            self._write([CHECKPOINT_ROW])
            last = self.last()
        return last.body if last else None

    def verify(
        self,
        published: Iterable[Mapping[str, object]] = (),
        keys: Mapping[str, Ed25519PublicKey] | None = None,
        each: Callable[[Row], None] | None = None,
    ) -> Verified:
        """Check the whole log (``service.audit.verify``). Raises ``AuditError``."""
        return verify(self._database, self.chain, self._known(), published, keys, each)

    def export(self, out: BinaryIO) -> dict[str, Any]:
        """Write the whole log (``service.audit.export``); gives the signed manifest.

        Raises ``AuditError`` and ``OSError``.
        """
        return export(self._database, self.chain, self._known(), out)

    def retain(self, days: int, caller: str) -> int:
        """Drop what records older than ``days`` hold; how many. Raises ``AuditError``."""
        before = dt.datetime.now(dt.UTC) - dt.timedelta(days=days)
        count = 0
        with self._writing() as (connection, _):
            through = last_before(connection, before)
        while True:
            with self._writing() as (connection, put):
                dropped, row = drop(connection, through, before, caller)
                if row is None:
                    break
                put([row])
            count += dropped
        forget(self._database)
        return count

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

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give back the connections; the log is whole without it."""
        self._database.close()
        self._head.close()

    def _known(self) -> Head | None:
        with self._head.turn():
            return self._head.read()

    def _write(self, rows: Sequence[Row]) -> None:
        with self._writing() as (_, put):
            put(rows)

    @contextmanager
    def _writing(self) -> Iterator[tuple[sa.Connection, Callable[[Sequence[Row]], None]]]:
        """A transaction that holds the lock of the log, and how to append rows to it."""
        last: Head | None = None

        def put(rows: Sequence[Row]) -> None:
            nonlocal last
            last = append(connection, self.chain, self._head.read(), rows)

        try:
            with self._head.turn():
                with self._writer.begin() as connection:
                    yield connection, put
                if last is not None:
                    self._head.write(last)
        except sa.exc.SQLAlchemyError as error:
            text = f"The audit log {self._database.name} cannot be written ({cause(error)})."
            raise AuditError(text) from None
