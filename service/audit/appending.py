"""Append rows to the log, after its last record, within a transaction that holds its lock.

Before it goes on, a writer sees whether the log still ends where it did: what is gone, or was put
there by somebody without the installation's secret, is stated in the log itself as a ``break``,
and writing goes on after it. Otherwise a cut tail would be overgrown by the next records.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from service.audit.chain import EMPTY, Head, event_row
from service.audit.event import BREAK
from service.audit.tables import EVENTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.audit.chain import Chain, Row

_LAST: Final = (
    sa.select(EVENTS.c.sequence, EVENTS.c.hash, EVENTS.c.seal)
    .order_by(EVENTS.c.sequence.desc())
    .limit(1)
)
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
        connection.execute(EVENTS.insert(), linked)
    return head


def last(connection: sa.Connection) -> Head:
    """The last record that the log has now."""
    row = connection.execute(_LAST).one_or_none()
    return Head(row.sequence, row.hash, row.seal) if row else EMPTY


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
