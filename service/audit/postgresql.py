"""The log in a PostgreSQL database, named by ``PRECLEAR_DATABASE_URL``."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy import event

from service.audit.database import BUSY_MS, HEAD_ENDING, Database
from service.audit.tables import AuditError

if TYPE_CHECKING:
    from pathlib import Path

    from psycopg import Connection as PsycopgConnection

_DRIVER: Final = "postgresql+psycopg"
_NAMES: Final = ("postgresql", "postgres", _DRIVER)
_LOCK: Final = int.from_bytes(
    hashlib.sha256(b"preclear audit log").digest()[:8], "big", signed=True
)
_PATIENCE: Final = {"connect_timeout": 5, "tcp_user_timeout": 10_000}
"""Seconds to wait for a connection, and milliseconds for an answer of one that broke off."""
_ON_CONNECT: Final = f"""
    SELECT set_config('lock_timeout', '{BUSY_MS}', false),
      CASE current_setting('synchronous_commit')
        WHEN 'off' THEN set_config('synchronous_commit', 'on', false) END,
      current_setting('fsync')"""


def open_postgresql(url: str, home: Path) -> Database:
    """The database at ``url``; ``home`` keeps the last record that this machine knows of.

    Raises ``AuditError``, which never says the password.
    """
    try:
        parsed = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        parsed = None
    if parsed is None or parsed.drivername not in _NAMES or not parsed.database:
        raise AuditError(
            "PRECLEAR_DATABASE_URL is no address of a PostgreSQL database: write "
            "postgresql://USER:PASSWORD@HOST:PORT/DATABASE, or unset it to use SQLite."
        )
    host = parsed.host or parsed.query.get("host") or "local"
    port = parsed.port or parsed.query.get("port") or 5432
    place = f"{host} {port} {parsed.database} {parsed.query.get('options', '')}"
    head = home / f"audit-{hashlib.sha256(place.encode()).hexdigest()[:12]}{HEAD_ENDING}"
    whole = parsed.set(drivername=_DRIVER)
    name = f"in the database {parsed.database}"
    return Database(name, _engine(whole, locking=True), _engine(whole, locking=False), head)


def _engine(url: sa.URL, *, locking: bool) -> sa.Engine:
    patience = {name: value for name, value in _PATIENCE.items() if name not in url.query}
    try:
        engine = sa.create_engine(url, connect_args=patience)
    except ModuleNotFoundError:
        text = "PRECLEAR_DATABASE_URL needs the package psycopg: install preclear[postgres]."
        raise AuditError(text) from None

    def connected(connection: PsycopgConnection, _: object) -> None:
        connection.autocommit = True
        (row,) = connection.execute(_ON_CONNECT).fetchall()
        connection.autocommit = False
        if row[-1] != "on":
            raise AuditError(
                "The PostgreSQL server runs with fsync = off, so that it may lose what it "
                "acknowledged: turn fsync on."
            )

    def begun(connection: sa.Connection) -> None:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")

    event.listen(engine, "connect", connected)
    if locking:
        event.listen(engine, "begin", begun)
    return engine
