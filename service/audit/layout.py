"""Bring a database to this program's layout, by Alembic's migrations in ``migrations/versions``.

``PRAGMA user_version`` of a SQLite file keeps programs of before Alembic from taking it for theirs.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from service.audit.tables import AuditError

if TYPE_CHECKING:
    from service.audit.chain import Chain
    from service.audit.database import Database

NEWEST: Final = "v0001"
_BEFORE_ALEMBIC: Final = (0, 1, 2)
_USER_VERSION: Final = 3
_START_SECONDS: Final = 5.0
_MIGRATIONS: Final = Path(__file__).with_name("migrations")


def bring_to_date(database: Database, chain: Chain) -> None:
    """Make the tables if they are not there, and migrate an earlier program's.

    A later program's layout is refused. Several processes may do this at the same moment.
    Raises ``AuditError``.
    """
    try:
        found = _brought(database, chain, time.monotonic() + _START_SECONDS)
    except sa.exc.DBAPIError as error:
        raise _unusable(database, error) from None
    if found != NEWEST:
        text = f"The audit log {database.name} has layout {found}, this program knows {NEWEST}"
        raise AuditError(f"{text}: use the program that wrote it.")


def there(database: Database) -> bool:
    """Whether the database holds a log. Closes its connections. Raises ``AuditError``."""
    try:
        return sa.inspect(database.reader).has_table("events")
    except sa.exc.DBAPIError as error:
        raise _unusable(database, error) from None
    finally:
        database.close()


def _unusable(database: Database, error: sa.exc.DBAPIError) -> AuditError:
    said = str(error.orig).strip().partition("\n")[0]
    text = f"The audit log {database.name} cannot be used ({said})"
    return AuditError(f"{text}: make it writable, or move it aside to begin anew.")


def _brought(database: Database, chain: Chain, deadline: float) -> str:
    while True:
        try:
            with database.writer.begin() as connection:
                found = _layout(connection)
                if found:
                    return found
                _upgrade(connection, chain)
                return NEWEST
        except sa.exc.OperationalError as error:
            # Turning the write-ahead log on does not wait for another worker doing the same.
            if "locked" not in str(error.orig) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def _layout(connection: sa.Connection) -> str:
    """The layout that must stay as it is, ``""`` when there is something to be done."""
    if connection.dialect.name == "sqlite":
        version = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
        if version in _BEFORE_ALEMBIC:
            return ""
        if version != _USER_VERSION:
            return str(version)
    if not sa.inspect(connection).has_table("alembic_version"):
        return ""
    query = sa.text("SELECT version_num FROM alembic_version")
    found = str(connection.execute(query).scalar() or "")
    return "" if found in _known() and found != NEWEST else found


def _known() -> set[str]:
    return {path.stem.split("_")[0] for path in (_MIGRATIONS / "versions").glob("v*.py")}


def _upgrade(connection: sa.Connection, chain: Chain) -> None:
    # Alembic is loaded only where there is something to migrate.
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection, "chain": chain})
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    command.upgrade(config, "head")
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA user_version={_USER_VERSION}")
