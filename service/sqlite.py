"""A small SQLite file of the service's own, with its tables; its owner's alone, never half made.

Write-ahead log, full synchronous: what is committed survives a power cut, unless a caller asks for
less. ``PRAGMA user_version`` names the layout, so that a later program can tell.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy import event

from claims.errors import UserError

if TYPE_CHECKING:
    from pathlib import Path
    from sqlite3 import Connection as DriverConnection

_BUSY_MS: Final = 5000
_START_SECONDS: Final = 5.0


class StateError(UserError):
    """A file of the service's state cannot be read or written; one sentence how to mend it."""


def open_database(
    path: Path, tables: sa.MetaData, layout: int, *, durable: bool = True
) -> sa.Engine:
    """The file ``path`` with ``tables``; it and its folder are made (0600, 0700) if not there.

    Each transaction takes the write lock at its begin. Not ``durable``: a commit survives the end
    of the process, and of the machine once a durable one follows. Several processes may call this
    at once.
    Raises ``StateError``.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Never open a file that is there: closing it would drop SQLite's locks of this process.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        pass
    except OSError as error:
        text = f"The file {path} cannot be opened ({error.strerror})"
        raise StateError(f"{text}: make its folder writable or set PRECLEAR_HOME.") from None
    engine = _engine(path, "FULL" if durable else "NORMAL")
    try:
        found = _made(engine, tables, layout, time.monotonic() + _START_SECONDS)
    except sa.exc.DatabaseError as error:
        engine.dispose()
        text = f"The file {path} cannot be used ({error.orig})"
        raise StateError(f"{text}: make it writable, or move it aside to begin anew.") from None
    if found != layout:
        engine.dispose()
        text = f"The file {path} has layout {found}, this program knows {layout}"
        raise StateError(f"{text}: use the program that wrote it.")
    return engine


def failed(path: Path, error: sa.exc.SQLAlchemyError) -> StateError:
    """What to raise when ``path`` failed: the kind of ``error`` alone, never its parameters."""
    cause = type(getattr(error, "orig", None) or error).__name__
    return StateError(f"The file {path} cannot be used ({cause}).")


def _engine(path: Path, synchronous: str) -> sa.Engine:
    engine = sa.create_engine(f"sqlite+pysqlite:///{path}")

    def connected(connection: DriverConnection, _: object) -> None:
        connection.isolation_level = None  # SQLAlchemy's own BEGIN below, not the driver's
        connection.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={synchronous}")

    def begun(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)
    return engine


def _made(engine: sa.Engine, tables: sa.MetaData, layout: int, deadline: float) -> int:
    while True:
        try:
            with engine.begin() as connection:
                found = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
                if found == 0:
                    tables.create_all(connection)
                    connection.exec_driver_sql(f"PRAGMA user_version={layout}")
                    found = layout
                return found
        except sa.exc.OperationalError as error:
            # Turning the write-ahead log on does not wait for another process doing the same.
            if "locked" not in str(error.orig) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
