"""Who is let in: keys and tokens, judged for each request."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from claims.errors import UserError
from claims.keys import load_keys
from service.access import local
from service.access.apikey import PREFIX, ApiKey, presented
from service.access.caller import Caller
from service.access.rate import Buckets
from service.access.sessions import FILE as SESSIONS_FILE
from service.access.sessions import Sessions
from service.access.store import FILE, KeyStore
from service.access.tokens import Granted, Tokens
from service.problems import Problem, unavailable
from service.sqlite import StateError

if TYPE_CHECKING:
    from collections.abc import Callable

    from claims.settings import Settings
    from service.access.sessions import Session

FRESH_SECONDS: Final = 1.0
"""A key that another process revoked is refused after this long at the latest."""
_CHALLENGE: Final = {"WWW-Authenticate": 'Bearer realm="preclear"'}
_REFUSED: Final = {"WWW-Authenticate": 'Bearer realm="preclear", error="invalid_token"'}


class Access:
    """The keys as this process knows them, its tokens, and how often each key may ask."""

    def __init__(
        self,
        store: KeyStore,
        tokens: Tokens,
        buckets: Buckets,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``clock``: Unix seconds."""
        self._store = store
        self._clock = clock
        self.tokens = tokens
        self.buckets = buckets
        self._known: dict[str, ApiKey] = {}
        self._known_until = 0.0

    def close(self) -> None:
        """Give back what was opened."""
        self._store.close()

    def caller(self, credentials: list[str]) -> Caller:
        """Who sent these keys or tokens. Raises ``Problem`` (401) when nobody whom we know."""
        if not credentials:
            text = "Send an API key: `Authorization: Bearer KEY`, or `X-API-Key: KEY`."
            raise Problem(401, "unauthorized", text, headers=_CHALLENGE)
        if len(credentials) > 1:
            raise _refused("More than one key was sent; send one.")
        if credentials[0].startswith(PREFIX):
            key = self.key(credentials[0])
            return Caller(key.key_id, key.scopes)
        granted = self.tokens.read(credentials[0])
        if granted is None:
            raise _refused("The key or token is not valid, or the token is over.")
        key = self._accepted(granted.key_id, granted.digest)
        return Caller(key.key_id, key.scopes & granted.scopes)

    def key(self, text: str) -> ApiKey:
        """The key of which this is the text. Raises ``Problem`` (401)."""
        sent = presented(text)
        if sent is None:
            raise _refused("The key is not valid.")
        return self._accepted(sent.key_id, sent.digest)

    def of_session(self, session: Session) -> Caller:
        """Who signed in, as long as the key of then is good. Raises ``Problem`` (401)."""
        key = self._accepted(session.key_id, session.key_digest)
        return Caller(key.key_id, key.scopes, name=key.name)

    def grant(self, key: ApiKey, text: str, scopes: frozenset[str]) -> tuple[str, Granted]:
        """A token for ``key`` whose text was sent, of those of its scopes that are asked for."""
        sent = presented(text)
        assert sent is not None  # noqa: S101 - `key` was found by it
        granted = Granted(key.key_id, sent.digest, key.scopes & scopes if scopes else key.scopes)
        return self.tokens.issue(granted), granted

    def _accepted(self, key_id: str, digest: bytes) -> ApiKey:
        key = self._find(key_id)
        now = self._clock()
        if key is None or not key.accepts(digest, now):
            raise _refused("The key is not valid.")
        if (state := key.state(now)) != "active":
            raise _refused(f"The key is {state}.")
        return key

    def _find(self, key_id: str) -> ApiKey | None:
        now = time.monotonic()
        if now >= self._known_until:
            try:
                self._known = {key.key_id: key for key in self._store.every()}
            except StateError:
                text = "The keys cannot be read, so nobody is let in; try again shortly."
                raise unavailable(text, "keys-unavailable") from None
            self._known_until = now + FRESH_SECONDS
        return self._known.get(key_id)

    def forget(self) -> None:
        """Read the keys anew at the next request."""
        self._known_until = 0.0


def open_access(settings: Settings) -> Access:
    """The keys of the installation; makes this machine's when only this machine can ask.

    Raises ``UserError`` when the service would be open to others and nobody has a key.
    """
    store = KeyStore(settings.home / FILE)
    try:
        if settings.local_key and local.is_loopback(settings.host):
            local.ensure(store, settings.home)
        elif not store.usable():
            raise UserError(
                f"No API key is there to ask {settings.host} with: make one by `preclear keys "
                "create NAME --scope score`, or serve on 127.0.0.1, where one is made by itself."
            )
        tokens = Tokens(load_keys(settings.home).secret, settings.token_minutes * 60)
    except BaseException:
        store.close()
        raise
    return Access(store, tokens, Buckets(settings.rate_limit))


def open_sessions(settings: Settings) -> Sessions:
    """The sessions of browsers that signed in. Raises ``UserError``."""
    idle, most = settings.session_minutes * 60, settings.session_hours * 3600
    return Sessions(settings.home / SESSIONS_FILE, idle, most)


def _refused(text: str) -> Problem:
    return Problem(401, "unauthorized", text, headers=_REFUSED)
