"""Append rows to the log, after its last record, within a transaction that holds its lock.

Before it goes on, a writer sees whether the log still ends where it did: what is gone, or was put
there by somebody without the installation's secret, is stated in the log itself as a ``break``,
and writing goes on after it. Otherwise a cut tail would be overgrown by the next records.
"""

from __future__ import annotations

import logging
from functools import cache
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from service.audit.chain import EMPTY, Head, event_row
from service.audit.event import BREAK
from service.audit.tables import EVENTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.audit.chain import Chain, Row

_LAST: Final = "SELECT sequence, hash, seal FROM events ORDER BY sequence DESC LIMIT 1"
_NAMES: Final = tuple(column.name for column in EVENTS.c)
_log = logging.getLogger("preclear.audit")


def append(
    connection: sa.Connection, chain: Chain, known: Head | None, rows: Sequence[Row]
) -> Head:
    """Append ``rows``; gives the new last record. ``known``: the last one that this machine knows.

    Raises ``SQLAlchemyError``; then nothing is written.
    """
    found = last(connection)
    before: list[Row] = []
    if found != known and not _follows(connection, chain, known, found):
        _log.error("the audit log does not end where it did: run `preclear audit verify`")
        before.append(_break(known or EMPTY, found))
    linked, head = chain.link(found, [*before, *rows])
    if linked:
        insert(connection, linked)
    return head


def insert(connection: sa.Connection, rows: Sequence[Row]) -> None:
    """Write whole rows. In words made once: composing them costs more than the commit."""
    words, named = _insert(connection.dialect)
    values = [row if named else tuple(row[name] for name in _NAMES) for row in rows]
    # One row as one statement: drivers prepare for many.
    connection.exec_driver_sql(words, values[0] if len(values) == 1 else values)


@cache
def _insert(dialect: sa.Dialect) -> tuple[str, bool]:
    """The statement in the driver's own words, and whether its values are named."""
    named = dialect.paramstyle == "pyformat"
    marks = [f"%({name})s" for name in _NAMES] if named else ["?"] * len(_NAMES)
    return f"INSERT INTO events ({', '.join(_NAMES)}) VALUES ({', '.join(marks)})", named  # noqa: S608 -- names of ours


def last(connection: sa.Connection) -> Head:
    """The last record that the log has now."""
    row = connection.exec_driver_sql(_LAST).one_or_none()
    return Head(*row) if row else EMPTY


def _follows(connection: sa.Connection, chain: Chain, known: Head | None, found: Head) -> bool:
    """Whether the log has all that this machine knows of, and ends with a record of ours."""
    if not chain.sealed(found):
        return False
    if known is None or known.sequence == 0:
        return True
    query = sa.select(EVENTS.c.hash).where(EVENTS.c.sequence == known.sequence)
    return connection.execute(query).scalar() == known.hash


def _break(known: Head, found: Head) -> Row:
    """What was expected and what is there; its number is beyond both, so what is gone is a gap."""
    body = {
        "expected": {"sequence": known.sequence, "hash": known.hash},
        "found": {"sequence": found.sequence, "hash": str(found.hash)},
    }
    after = max(known.sequence, found.sequence) + 1
    return {**event_row(BREAK, None, body), "sequence": after}
