"""An API key: what is kept of it, and how its text is made, read and compared.

The text is ``preclear_ID_SECRET``; of the 256 random bits of the secret only the SHA-256 is kept. A
slow hash (bcrypt, argon2) makes guessing dear where there is something to guess: a password. Nobody
guesses 256 random bits, and a slow hash on every request would only help who wants to wear us out.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from service.access.scopes import Scope

PREFIX: Final = "preclear_"
_TEXT: Final = re.compile(r"preclear_([0-9a-f]{12})_([A-Za-z0-9_-]{43})", re.ASCII)
_NOBODY: Final = bytes(32)
State = Literal["active", "expired", "revoked"]


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is kept of a key. Moments are seconds since 1970-01-01 UTC.

    After a rotation ``previous`` is accepted until ``previous_until``; the id stays.
    """

    key_id: str
    name: str
    scopes: frozenset[Scope]
    created_at: int
    expires_at: int
    revoked_at: int | None
    digest: bytes
    previous: bytes | None
    previous_until: int

    def state(self, now: float) -> State:
        """Whether it may be used at ``now``."""
        if self.revoked_at is not None:
            return "revoked"
        return "active" if now < self.expires_at else "expired"

    def accepts(self, digest: bytes, now: float) -> bool:
        """Whether ``digest`` is of its secret, or of the one before within its grace."""
        current = hmac.compare_digest(digest, self.digest)
        before = hmac.compare_digest(digest, self.previous or _NOBODY)
        return current or (before and self.previous is not None and now < self.previous_until)


@dataclass(frozen=True, slots=True)
class Presented:
    """A key as somebody sent it: its id, and the digest of its secret."""

    key_id: str
    digest: bytes


def new_id() -> str:
    """An id of a key; no secret."""
    return secrets.token_hex(6)


def new_text(key_id: str) -> str:
    """A new key of that id, as its owner is told it once."""
    return f"{PREFIX}{key_id}_{secrets.token_urlsafe(32)}"


def presented(text: str) -> Presented | None:
    """What was sent, ``None`` when it has not the form of a key.

    >>> presented("hello") is None
    True
    >>> presented(new_text("00ff00ff00ff")).key_id
    '00ff00ff00ff'
    """
    found = _TEXT.fullmatch(text)
    if found is None:
        return None
    return Presented(found[1], hashlib.sha256(found[2].encode()).digest())
