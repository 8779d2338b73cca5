"""What was answered to each Idempotency-Key, in ``PRECLEAR_HOME/idempotency.db``.

A request is reserved when it begins, each part of its answer is kept before the records of that
part are written to the audit log, and it is released when it ends. One thread writes; who comes
while a commit is under way shares the next. Only a commit that keeps an answer waits for the disk:
a reservation that a power cut loses was of a request that it ended.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, cast

import sqlalchemy as sa

from service.group import Group
from service.sqlite import failed, open_database
from service.wake import finished

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from service.alive import Owner

FILE: Final = "idempotency.db"
LAYOUT: Final = 1
METADATA: Final = sa.MetaData()
REQUESTS: Final = sa.Table(
    "requests",
    METADATA,
    sa.Column("caller", sa.Text, primary_key=True, comment="id of the API key"),
    sa.Column("key", sa.Text, primary_key=True, comment="keyed hash of the Idempotency-Key"),
    sa.Column("digest", sa.Text, nullable=False, comment="keyed hash of the whole request"),
    sa.Column("owner", sa.Text, nullable=False, comment="process at work on it, else empty"),
    sa.Column("expires_at", sa.Integer, nullable=False, comment="seconds since 1970, UTC"),
)
PARTS: Final = sa.Table(
    "parts",
    METADATA,
    sa.Column("caller", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, comment="counted from 0"),
    sa.Column("answers", sa.Text, nullable=False, comment="JSON, every claim_id empty"),
)
_BY_EXPIRY: Final = sa.Index("requests_by_expiry", REQUESTS.c.expires_at)
_MOST: Final = 500


@dataclass(frozen=True, slots=True)
class Name:
    """Whose key it is, and its keyed hash."""

    caller: str
    key: str


@dataclass(frozen=True, slots=True)
class Reserved:
    """The request is this process's now; what it answered before, by number of the part."""

    parts: dict[int, str]


Refused = Literal["in-flight", "another-body"]
Job = tuple["Callable[[sa.Connection], object]", bool]


class IdempotencyStore:
    """The requests of one installation. Every method raises ``StateError`` when it cannot."""

    def __init__(
        self, path: Path, owner: Owner, seconds: int, clock: Callable[[], float] = time.time
    ) -> None:
        """``seconds`` that an answer is kept; ``clock`` in Unix seconds."""
        self._path = path
        self._owner = owner
        self._seconds = seconds
        self._clock = clock
        self._durable = open_database(path, METADATA, LAYOUT)
        self._quick = open_database(path, METADATA, LAYOUT, durable=False)
        self._group: Group[Job, object] = Group("idempotency-writer", self._write, _MOST)

    def close(self) -> None:
        """Write what waits, then give everything back."""
        self._group.close()
        self._durable.dispose()
        self._quick.dispose()
        self._owner.close()

    async def reserve(self, name: Name, digest: str) -> Reserved | Refused:
        """Begin a request, or say why it may not be begun."""

        def job(connection: sa.Connection) -> Reserved | Refused:
            return self._reserve(connection, name, digest)

        return cast("Reserved | Refused", await self._do(job))

    async def keep(self, name: Name, number: int, answers: str) -> None:
        """Keep a part of the answer; when this returns it survives a power cut."""

        def job(connection: sa.Connection) -> None:
            _delete(connection, PARTS, name, number)
            row = {"caller": name.caller, "key": name.key, "number": number, "answers": answers}
            connection.execute(PARTS.insert(), row)

        await self._do(job, durable=True)

    async def release(self, name: Name, *, forget: bool) -> None:
        """End a request; ``forget`` it altogether when no part of an answer was kept."""

        def job(connection: sa.Connection) -> None:
            mine = sa.and_(*_of(REQUESTS, name), REQUESTS.c.owner == self._owner.name)
            if forget and not connection.execute(sa.select(PARTS).where(*_of(PARTS, name))).first():
                connection.execute(REQUESTS.delete().where(mine))
            else:
                connection.execute(REQUESTS.update().where(mine).values(owner=""))

        await self._do(job)

    def _reserve(self, connection: sa.Connection, name: Name, digest: str) -> Reserved | Refused:
        now = int(self._clock())
        _expire(connection, now)
        row = connection.execute(sa.select(REQUESTS).where(*_of(REQUESTS, name))).first()
        if row is None:
            connection.execute(
                REQUESTS.insert(),
                {
                    "caller": name.caller,
                    "key": name.key,
                    "digest": digest,
                    "owner": self._owner.name,
                    "expires_at": now + self._seconds,
                },
            )
            return Reserved({})
        if row.digest != digest:
            return "another-body"
        if self._owner.lives(row.owner):
            return "in-flight"
        mine = REQUESTS.update().where(*_of(REQUESTS, name)).values(owner=self._owner.name)
        connection.execute(mine)
        query = sa.select(PARTS.c.number, PARTS.c.answers).where(*_of(PARTS, name))
        return Reserved({row.number: row.answers for row in connection.execute(query)})

    async def _do(self, job: Callable[[sa.Connection], object], *, durable: bool = False) -> object:
        return await finished(self._group.submit((job, durable)))

    def _write(self, jobs: Sequence[Job]) -> list[object]:
        engine = self._durable if any(durable for _, durable in jobs) else self._quick
        try:
            with engine.begin() as connection:
                return [job(connection) for job, _ in jobs]
        except sa.exc.SQLAlchemyError as error:
            raise failed(self._path, error) from None


def _of(table: sa.Table, name: Name) -> list[sa.ColumnElement[bool]]:
    return [table.c.caller == name.caller, table.c.key == name.key]


def _delete(connection: sa.Connection, table: sa.Table, name: Name, number: int) -> None:
    connection.execute(table.delete().where(*_of(table, name), table.c.number == number))


def _expire(connection: sa.Connection, now: int) -> None:
    over = sa.select(REQUESTS.c.caller, REQUESTS.c.key).where(REQUESTS.c.expires_at <= now)
    for row in connection.execute(over.limit(100)).all():
        name = Name(row.caller, row.key)
        connection.execute(PARTS.delete().where(*_of(PARTS, name)))
        connection.execute(REQUESTS.delete().where(*_of(REQUESTS, name)))
