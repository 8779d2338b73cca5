"""Who is signed in at a browser: sessions, in ``PRECLEAR_HOME/sessions.db``.

A session begins with a key, ends with it, and never outlives it: each request asks whether the key
is still good. Of the cookie only the SHA-256 is kept, so who reads the file cannot sign in.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from service.sqlite import failed, open_database

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FILE: Final = "sessions.db"
LAYOUT: Final = 1
_SEEN_EVERY: Final = 30
"""Seconds between two notes that a session is in use: not each request writes."""

METADATA: Final = sa.MetaData()
SESSIONS: Final = sa.Table(
    "sessions",
    METADATA,
    sa.Column("digest", sa.LargeBinary, primary_key=True, comment="SHA-256 of the cookie"),
    sa.Column("key_id", sa.Text, nullable=False),
    sa.Column("key_digest", sa.LargeBinary, nullable=False, comment="of the key's secret"),
    sa.Column("created_at", sa.Integer, nullable=False, comment="seconds since 1970, UTC"),
    sa.Column("seen_at", sa.Integer, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Session:
    """One browser that signed in with a key; ``csrf`` stands in each form that is given to it."""

    key_id: str
    key_digest: bytes
    csrf: str


class Sessions:
    """Begins, finds and ends sessions. Every method raises ``StateError`` when it cannot."""

    def __init__(
        self, path: Path, idle: int, most: int, clock: Callable[[], float] = time.time
    ) -> None:
        """``idle``: seconds without a request after which one is over; ``most``: after all."""
        self._path = path
        self._idle = idle
        self._clock = clock
        self.most: Final = most
        # A session that a power cut loses is one more sign-in.
        self._engine = open_database(path, METADATA, LAYOUT, durable=False)

    def close(self) -> None:
        """Give the file back."""
        self._engine.dispose()

    def begin(self, key_id: str, key_digest: bytes) -> str:
        """A new session for a key; its cookie. Those that are over are removed."""
        cookie = secrets.token_urlsafe(32)
        now = int(self._clock())
        row = {
            "digest": _digest(cookie), "key_id": key_id, "key_digest": key_digest,
            "created_at": now, "seen_at": now,
        }  # fmt: skip
        over = sa.or_(
            SESSIONS.c.seen_at <= now - self._idle, SESSIONS.c.created_at <= now - self.most
        )
        try:
            with self._engine.begin() as connection:
                connection.execute(SESSIONS.delete().where(over))
                connection.execute(SESSIONS.insert(), row)
        except sa.exc.SQLAlchemyError as error:
            raise failed(self._path, error) from None
        return cookie

    def find(self, cookie: str) -> Session | None:
        """The session of a cookie, ``None`` when there is none or it is over."""
        now = int(self._clock())
        mine = SESSIONS.c.digest == _digest(cookie)
        try:
            with self._engine.begin() as connection:
                row = connection.execute(sa.select(SESSIONS).where(mine)).first()
                if row is None or row.seen_at <= now - self._idle:
                    return None
                if row.created_at <= now - self.most:
                    return None
                if row.seen_at <= now - _SEEN_EVERY:
                    connection.execute(SESSIONS.update().where(mine).values(seen_at=now))
        except sa.exc.SQLAlchemyError as error:
            raise failed(self._path, error) from None
        return Session(row.key_id, row.key_digest, _csrf(cookie))

    def end(self, cookie: str) -> None:
        """End the session of a cookie, everywhere."""
        try:
            with self._engine.begin() as connection:
                connection.execute(SESSIONS.delete().where(SESSIONS.c.digest == _digest(cookie)))
        except sa.exc.SQLAlchemyError as error:
            raise failed(self._path, error) from None


def _digest(cookie: str) -> bytes:
    return hashlib.sha256(cookie.encode("utf-8", "replace")).digest()


def _csrf(cookie: str) -> str:
    """Another secret of the same session: who reads a page's form learns nothing of the cookie."""
    return hmac.digest(cookie.encode("utf-8", "replace"), b"csrf", "sha256").hex()
