"""``Idempotency-Key``: the same key and request from the same caller has the same answer, once."""

from __future__ import annotations

import asyncio
import hmac
import re
from typing import TYPE_CHECKING, Final, cast

from starlette.datastructures import Headers
from starlette.requests import Request

from claims.errors import UserError
from service.access.caller import caller_id
from service.body import lines_accepted, read_body
from service.idempotency.keeping import KEEPING, Keeping
from service.idempotency.store import Name, Reserved
from service.problems import Problem, unavailable
from service.sqlite import StateError

if TYPE_CHECKING:
    from collections.abc import Collection

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from service.deps import State
    from service.idempotency.store import IdempotencyStore

HEADER: Final = "idempotency-key"
ROUTES: Final = frozenset({"/score", "/score/batch", "/rank", "/lifecycle", "/triage", "/outcomes"})
"""Where a POST may carry the header; elsewhere it is passed over."""
_KEY: Final = re.compile(r'"?[\x21\x23-\x7e]{1,255}"?', re.ASCII)


class Idempotency:
    """Answers a repeated request as it was answered, and refuses what only looks like one.

    A repeated request is worked through again with the answers of its scores put in place: nothing
    is scored and nothing recorded twice, and what could not be finished before is finished now.
    """

    def __init__(self, app: ASGIApp, most_bytes: int, routes: Collection[str] = ROUTES) -> None:
        """``most_bytes`` of a body."""
        self._app = app
        self._most_bytes = most_bytes
        self._routes = frozenset(routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer with a problem (400, 409, 422, 503)."""
        if scope["type"] != "http" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        keys = Headers(scope=scope).getlist(HEADER)
        if not keys or scope["path"] not in self._routes:
            await self._app(scope, receive, send)
            return
        try:
            await self._once(keys, scope, receive, send)
        except Problem as problem:
            await problem.response()(scope, receive, send)

    async def _once(self, keys: list[str], scope: Scope, receive: Receive, send: Send) -> None:
        if len(keys) > 1 or not _KEY.fullmatch(keys[0]):
            text = "The Idempotency-Key must be one text of 1 to 255 visible ASCII characters."
            raise Problem(400, "invalid-idempotency-key", text)
        state = scope["app"].state
        store = cast("IdempotencyStore", state.idempotency)
        held = cast("State", state.held)
        secret = cast("bytes", state.idempotency_secret)
        body = await read_body(Request(scope, receive), self._most_bytes)
        name = Name(caller_id(), _hash(secret, b"key", keys[0].strip('"').encode()))
        reserved = await _reserve(store, name, _digest(secret, scope, body))

        async def recorded(score_id: str) -> bool:
            try:
                return await asyncio.to_thread(held.repository.get, score_id) is not None
            except UserError:
                text = "The audit log cannot be read, so no answer is repeated; try again shortly."
                raise unavailable(text, "audit-unavailable") from None

        status = 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        before = KEEPING.set(Keeping(store, name, reserved.parts, recorded))
        try:
            await self._app(scope, _again(body, receive), sending)
        finally:
            KEEPING.reset(before)
            # A refused request did nothing: its key may be used for the one that is mended.
            await asyncio.shield(store.release(name, forget=status >= 400))


async def _reserve(store: IdempotencyStore, name: Name, digest: str) -> Reserved:
    try:
        found = await store.reserve(name, digest)
    except StateError:
        text = "The Idempotency-Key cannot be looked up now; try again shortly."
        raise unavailable(text, "idempotency-unavailable") from None
    if found == "in-flight":
        text = "A request with this Idempotency-Key is being answered; ask again in a second."
        raise Problem(409, "idempotency-in-flight", text, headers={"Retry-After": "1"})
    if found == "another-body":
        text = "This Idempotency-Key was used for another request; send this one with its own."
        raise Problem(422, "idempotency-key-reused", text)
    return found


def _again(body: bytes, receive: Receive) -> Receive:
    """A ``receive`` that gives the body that was read, then what comes after it."""
    given = False

    async def receiving() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receiving


def _digest(secret: bytes, scope: Scope, body: bytes) -> str:
    """A keyed hash of all that makes the request; a plain one could be guessed at."""
    kind = Headers(scope=scope).get("content-type", "").encode("latin-1")
    if lines_accepted(Request(scope)) is not None:
        kind += b"\0lines"  # an 837 is then answered in other parts
    head = b"\0".join([scope["path"].encode(), scope["query_string"], kind, b""])
    return _hash(secret, b"request", head + body)


def _hash(secret: bytes, what: bytes, message: bytes) -> str:
    return hmac.digest(secret, b"idempotency_" + what + b"\0" + message, "sha256").hex()
