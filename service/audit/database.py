"""The database that holds the log: how to open it, and how its writers take turns."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy import event

from service.audit.tables import AuditError

if TYPE_CHECKING:
    from pathlib import Path
    from sqlite3 import Connection as SqliteConnection

BUSY_MS: Final = 5000
HEAD_ENDING: Final = ".head"


@dataclass(frozen=True, slots=True)
class Database:
    """Two engines on one database. A transaction of ``writer`` holds the lock of the log."""

    name: str  # as sentences have it; no password
    writer: sa.Engine
    reader: sa.Engine
    head: Path

    def close(self) -> None:
        """Give back the connections."""
        self.writer.dispose()
        self.reader.dispose()


def open_sqlite(path: Path) -> Database:
    """The file ``path``, which is made (0600) if it is not there. Raises ``AuditError``.

    Write-ahead log, full synchronous: a committed record survives a power cut.
    """
    try:
        # Never open a log that is there: closing it would drop SQLite's locks of this process.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        pass
    except OSError as error:
        text = f"The audit log {path} cannot be opened ({error.strerror})"
        raise AuditError(f"{text}: make its folder writable or set PRECLEAR_HOME.") from None
    head = path.with_name(path.name + HEAD_ENDING)
    return Database(str(path), _sqlite(path, "BEGIN IMMEDIATE"), _sqlite(path, "BEGIN"), head)


def _sqlite(path: Path, begin: str) -> sa.Engine:
    """``BEGIN IMMEDIATE`` takes the write lock at once.

    sqlite3 would otherwise begin late and fail on the first write when another process wrote in
    between.
    """
    engine = sa.create_engine(f"sqlite+pysqlite:///{path}")

    def connected(connection: SqliteConnection, _: object) -> None:
        connection.isolation_level = None  # SQLAlchemy's own BEGIN below, not the driver's
        connection.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")

    def begun(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)
    return engine


def cause(error: Exception) -> str:
    """The kind of ``error`` alone, never its parameters: they may hold what was to be written."""
    return type(getattr(error, "orig", None) or error).__name__
