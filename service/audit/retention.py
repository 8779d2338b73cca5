"""Drop what old records hold; that they were, and what followed them, stays in the chain.

Each step is one transaction that also records what it did, so that the log verifies at any moment
and nobody who writes waits for long.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from service.audit.chain import event_row
from service.audit.event import RETENTION
from service.audit.standalone import LASTING, PAYLOAD
from service.audit.tables import EVENTS

if TYPE_CHECKING:
    from service.audit.chain import Row
    from service.audit.database import Database

LEAST_DAYS: Final = 31
"""Longer than an answer is kept for its Idempotency-Key."""
_AT_ONCE: Final = 2000
_HELD: Final = sa.and_(EVENTS.c.salt.is_not(None), EVENTS.c.kind.not_in(LASTING))


def last_before(connection: sa.Connection, before: dt.datetime) -> int:
    """The last record of those of before a moment that stand before all later ones."""
    later = sa.select(sa.func.min(EVENTS.c.sequence)).where(
        EVENTS.c.recorded_at >= before.isoformat(timespec="microseconds")
    )
    first = connection.execute(later).scalar()
    if first is not None:
        return int(first) - 1
    return int(connection.execute(sa.select(sa.func.max(EVENTS.c.sequence))).scalar() or 0)


def drop(
    connection: sa.Connection, through: int, before: dt.datetime, caller: str
) -> tuple[int, Row | None]:
    """Drop what the next records up to ``through`` hold; how many, and the row that says so."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete=ON")  # overwrite, do not only forget
    next_ones = sa.select(EVENTS.c.sequence).where(_HELD, EVENTS.c.sequence <= through)
    numbers = connection.scalars(next_ones.order_by(EVENTS.c.sequence).limit(_AT_ONCE)).all()
    if not numbers:
        return 0, None
    last = through if len(numbers) < _AT_ONCE else numbers[-1]
    dropped = EVENTS.update().where(_HELD, EVENTS.c.sequence <= last)
    connection.execute(dropped.values(dict.fromkeys(PAYLOAD)))
    body = {"through": last, "records": len(numbers), "before": before.date().isoformat()}
    return len(numbers), event_row(RETENTION, None, body, caller)


def forget(database: Database) -> None:
    """Let the database give up what was dropped: its journal, its dead rows."""
    with database.reader.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
            return
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM events")
