"""The audit table and the SQLite file that holds it.

Write-ahead log, full synchronous: a committed record survives a power cut. The file is readable by
its owner alone. ``PRAGMA user_version`` names the layout, so that a later program can tell.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.schema import CreateIndex, CreateTable

from claims.errors import UserError

if TYPE_CHECKING:
    from pathlib import Path
    from sqlite3 import Connection as DriverConnection

LAYOUT: Final = 2
_CHANGES: Final = {
    1: ("ALTER TABLE scores ADD COLUMN rules_digest TEXT NOT NULL DEFAULT ''",),
}
"""What makes a log of each earlier layout one of the next; its records stay as they are."""
_BUSY_MS: Final = 5000
_START_SECONDS: Final = 5.0

METADATA: Final = sa.MetaData()
SCORES: Final = sa.Table(
    "scores",
    METADATA,
    sa.Column("sequence", sa.Integer, primary_key=True, comment="order of writing"),
    sa.Column("score_id", sa.Text, nullable=False, unique=True),
    sa.Column("scored_at", sa.Text, nullable=False, comment="ISO 8601, UTC"),
    sa.Column("as_of", sa.Text, nullable=False, comment="ISO date"),
    sa.Column("claim_key", sa.Text, nullable=False, comment="keyed hash of claim_id, 16 hex"),
    sa.Column("claim_digest", sa.Text, nullable=False, comment="keyed hash of the whole claim"),
    sa.Column("model_name", sa.Text, nullable=False),
    sa.Column("model_version", sa.Text, nullable=False),
    sa.Column("model_digest", sa.Text, nullable=False),
    sa.Column("history_digest", sa.Text, nullable=False),
    sa.Column("code_version", sa.Text, nullable=False),
    sa.Column("features_digest", sa.Text, nullable=False, comment="SHA-256 of names in order"),
    sa.Column("features", sa.LargeBinary, nullable=False, comment="float32, little endian"),
    sa.Column("denial_probability", sa.Float, nullable=False),
    sa.Column("decision", sa.Text, nullable=False),
    sa.Column("threshold", sa.Float, nullable=False),
    sa.Column("answer", sa.Text, nullable=False, comment="JSON, without claim_id"),
    sa.Column(
        "rules_digest",
        sa.Text,
        nullable=False,
        server_default="",
        comment="of payers' profiles and CMS's lists",
    ),
    sqlite_autoincrement=True,
)
BY_CLAIM: Final = sa.Index("scores_by_claim", SCORES.c.claim_key)


class AuditError(UserError):
    """The audit log cannot be read or written; one sentence that says how to mend it."""


def open_engine(path: Path, *, begin: str) -> sa.Engine:
    """An engine on the SQLite file ``path``; each transaction starts with ``begin``.

    ``BEGIN IMMEDIATE`` takes the write lock at once (sqlite3 would otherwise begin late and fail
    on the first write when another process wrote in between).
    """
    engine = sa.create_engine(f"sqlite+pysqlite:///{path}")

    def connected(connection: DriverConnection, _: object) -> None:
        connection.isolation_level = None  # SQLAlchemy's own BEGIN below, not the driver's
        connection.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")

    def begun(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)
    return engine


def create(path: Path) -> None:
    """Make the file and its tables if they are not there, and bring an earlier layout to ours.

    A later program's layout is refused.

    Several workers may do this at the same moment. Raises ``AuditError``.
    """
    try:
        # Never open a log that is there: closing it would drop SQLite's locks of this process.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        pass
    except OSError as error:
        text = f"The audit log {path} cannot be opened ({error.strerror})"
        raise AuditError(f"{text}: make its folder writable or set PRECLEAR_HOME.") from None
    engine = open_engine(path, begin="BEGIN IMMEDIATE")
    try:
        layout = _created(engine, time.monotonic() + _START_SECONDS)
    except sa.exc.DatabaseError as error:
        text = f"The audit log {path} cannot be used ({error.orig})"
        raise AuditError(f"{text}: make it writable, or move it aside to begin anew.") from None
    finally:
        engine.dispose()
    if layout != LAYOUT:
        text = f"The audit log {path} has layout {layout}, this program knows {LAYOUT}"
        raise AuditError(f"{text}: use the program that wrote it.")


def _created(engine: sa.Engine, deadline: float) -> int:
    while True:
        try:
            with engine.begin() as connection:
                layout = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
                if layout == 0:
                    connection.execute(CreateTable(SCORES, if_not_exists=True))
                    connection.execute(CreateIndex(BY_CLAIM, if_not_exists=True))
                    connection.exec_driver_sql(f"PRAGMA user_version={LAYOUT}")
                    layout = LAYOUT
                while layout in _CHANGES:
                    for change in _CHANGES[layout]:
                        connection.exec_driver_sql(change)
                    layout += 1
                    connection.exec_driver_sql(f"PRAGMA user_version={layout}")
                return layout
        except sa.exc.OperationalError as error:
            # Turning the write-ahead log on does not wait for another worker doing the same.
            if "locked" not in str(error.orig) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
