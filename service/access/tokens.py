"""Access tokens of OAuth 2.0 client credentials (RFC 6749, 4.4): signed, and good for minutes.

A token is a JWT signed by HMAC-SHA256 under a key made from the installation's secret: who signs is
who verifies. It is worth what its API key is worth: it ends when the key is revoked, expires, or
loses the secret that it was got with.
"""

from __future__ import annotations

import hmac
import secrets
import time
from dataclasses import dataclass
from typing import Any, Final

import jwt

from service.access.scopes import SCOPES, Scope

_ALGORITHM: Final = "HS256"
_WHO: Final = "preclear"
_NEEDED: Final = ["exp", "iat", "iss", "aud", "sub", "scope", "gen"]


@dataclass(frozen=True, slots=True)
class Granted:
    """What a token says: the key it was got with, its secret's digest, and the scopes."""

    key_id: str
    digest: bytes
    scopes: frozenset[Scope]


class Tokens:
    """Issues and reads the tokens of one installation."""

    def __init__(self, secret: bytes, seconds: int) -> None:
        """``secret``: the installation's; ``seconds`` that a token is good for."""
        self._key = hmac.digest(secret, b"oauth_token\0", "sha256")
        self.seconds = seconds

    def issue(self, granted: Granted, now: float | None = None) -> str:
        """A token for what was granted, from ``now`` (Unix seconds) on."""
        begins = int(time.time() if now is None else now)
        said = {
            "iss": _WHO,
            "aud": _WHO,
            "sub": granted.key_id,
            "scope": " ".join(sorted(granted.scopes)),
            "gen": granted.digest.hex(),
            "iat": begins,
            "exp": begins + self.seconds,
            "jti": secrets.token_hex(8),
        }
        return jwt.encode(said, self._key, algorithm=_ALGORITHM)

    def read(self, text: str) -> Granted | None:
        """What a token grants; ``None`` when it is not ours, was changed, or is over."""
        try:
            said: dict[str, Any] = jwt.decode(
                text,
                self._key,
                algorithms=[_ALGORITHM],
                audience=_WHO,
                issuer=_WHO,
                options={"require": _NEEDED},
            )
            scopes = frozenset(scope for scope in SCOPES if scope in str(said["scope"]).split())
            return Granted(str(said["sub"]), bytes.fromhex(said["gen"]), scopes)
        except (jwt.InvalidTokenError, ValueError, TypeError):
            return None
