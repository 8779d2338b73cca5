"""The API keys of an installation, in ``PRECLEAR_HOME/keys.db``."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, cast

import sqlalchemy as sa

from claims.errors import UserError
from service.access.apikey import ApiKey, new_id, new_text, presented
from service.sqlite import failed, open_database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from service.access.scopes import Scope

FILE: Final = "keys.db"
DAY: Final = 86_400
LAYOUT: Final = 1
NAME_MOST: Final = 80

METADATA: Final = sa.MetaData()
KEYS: Final = sa.Table(
    "keys",
    METADATA,
    sa.Column("key_id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False, comment="what its owner calls it"),
    sa.Column("scopes", sa.Text, nullable=False, comment="blank between them"),
    sa.Column("created_at", sa.Integer, nullable=False, comment="seconds since 1970, UTC"),
    sa.Column("expires_at", sa.Integer, nullable=False),
    sa.Column("revoked_at", sa.Integer, nullable=True),
    sa.Column("digest", sa.LargeBinary, nullable=False, comment="SHA-256 of the secret"),
    sa.Column("previous", sa.LargeBinary, nullable=True, comment="of the one before a rotation"),
    sa.Column("previous_until", sa.Integer, nullable=False),
)


class KeyStore:
    """Makes, lists, rotates and revokes keys. Every method raises ``StateError`` when it cannot."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        """The keys in the file ``path``, made if it is not there; ``clock`` in Unix seconds."""
        self._path = path
        self._clock = clock
        self._engine = open_database(path, METADATA, LAYOUT)

    def close(self) -> None:
        """Give back the connections."""
        self._engine.dispose()

    def every(self) -> list[ApiKey]:
        """All keys, the oldest first."""
        with self.begin() as connection:
            return _every(connection)

    def usable(self) -> bool:
        """Whether any key may be used now."""
        now = self._clock()
        return any(key.state(now) == "active" for key in self.every())

    def create(self, name: str, scopes: Iterable[Scope], days: int) -> tuple[ApiKey, str]:
        """A new key and its text, which nobody can be told again. Raises ``UserError``."""
        with self.begin() as connection:
            return self.created(connection, name, scopes, days)

    def created(
        self, connection: sa.Connection, name: str, scopes: Iterable[Scope], days: int
    ) -> tuple[ApiKey, str]:
        """As ``create``, within a transaction of the caller's."""
        name = name.strip()
        if not 1 <= len(name) <= NAME_MOST or not name.isprintable():
            raise UserError(f"A key's name has 1 to {NAME_MOST} printable characters.")
        now = int(self._clock())
        key_id = new_id()
        text = new_text(key_id)
        key = ApiKey(
            key_id=key_id,
            name=name,
            scopes=frozenset(scopes),
            created_at=now,
            expires_at=now + days * DAY,
            revoked_at=None,
            digest=_digest(text),
            previous=None,
            previous_until=0,
        )
        connection.execute(KEYS.insert(), [_row(key)])
        return key, text

    def rotate(self, key_id: str, grace_hours: int, days: int) -> tuple[ApiKey, str]:
        """A new secret for a key; the old one is good for ``grace_hours`` more.

        Its expiry begins anew. Raises ``UserError`` when there is no such key, or it is revoked.
        """
        with self.begin() as connection:
            now = int(self._clock())
            key = _one(connection, key_id)
            if key.revoked_at is not None:
                raise UserError(
                    f"The key {key_id} is revoked: make another, `preclear keys create`."
                )
            text = new_text(key_id)
            until = min(now + grace_hours * 3600, key.expires_at)
            key = replace(
                key,
                digest=_digest(text),
                previous=key.digest if grace_hours else None,
                previous_until=until if grace_hours else 0,
                expires_at=now + days * DAY,
            )
            connection.execute(KEYS.update().where(KEYS.c.key_id == key_id), _row(key))
            return key, text

    def revoke(self, key_id: str) -> ApiKey:
        """End a key now; revoking twice changes nothing. Raises ``UserError``: no such key."""
        with self.begin() as connection:
            key = _one(connection, key_id)
            if key.revoked_at is None:
                key = replace(key, revoked_at=int(self._clock()))
                connection.execute(KEYS.update().where(KEYS.c.key_id == key_id), _row(key))
            return key

    def active(self, connection: sa.Connection, text: str) -> bool:
        """Whether ``text`` is a key that may be used now, as a transaction sees it."""
        sent = presented(text)
        now = self._clock()
        return sent is not None and any(
            key.key_id == sent.key_id
            and key.state(now) == "active"
            and key.accepts(sent.digest, now)
            for key in _every(connection)
        )

    @contextmanager
    def begin(self) -> Iterator[sa.Connection]:
        """A transaction that holds the write lock from its begin."""
        try:
            with self._engine.begin() as connection:
                yield connection
        except sa.exc.SQLAlchemyError as error:
            raise failed(self._path, error) from None


def _digest(text: str) -> bytes:
    sent = presented(text)
    assert sent is not None  # noqa: S101 - we made it
    return sent.digest


def _every(connection: sa.Connection) -> list[ApiKey]:
    query = sa.select(KEYS).order_by(KEYS.c.created_at, KEYS.c.key_id)
    return [_key(row) for row in connection.execute(query).mappings()]


def _one(connection: sa.Connection, key_id: str) -> ApiKey:
    row = connection.execute(sa.select(KEYS).where(KEYS.c.key_id == key_id)).mappings().first()
    if row is None:
        raise UserError(f"There is no key {key_id}: `preclear keys list` shows them.")
    return _key(row)


def _row(key: ApiKey) -> dict[str, object]:
    row: dict[str, object] = {column.name: getattr(key, column.name) for column in KEYS.c}
    return {**row, "scopes": " ".join(sorted(key.scopes))}


def _key(row: sa.RowMapping) -> ApiKey:
    values: dict[str, Any] = dict(row)
    scopes = cast("list[Scope]", str(values["scopes"]).split())
    return ApiKey(**{**values, "scopes": frozenset(scopes)})
