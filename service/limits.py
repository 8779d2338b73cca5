"""How long and how large the body of a request may be, whatever its headers say."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final, cast

from service.problems import Problem

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LEAST_RATE: Final = 500
"""Bytes a second that somebody must send or take on an average, as Apache's mod_reqtimeout asks."""
_CLOSE: Final = {"Connection": "close"}
_ALLOWED: Final = "preclear.allowed"


class Pace:
    """How long a peer may let us wait: so many seconds, and one more for so many bytes.

    A peer that sends or takes one byte a minute would otherwise hold its place for ever. No single
    wait may be longer than ``seconds``.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._waited = 0.0
        self._bytes = 0

    def passed(self, size: int) -> None:
        """Count ``size`` bytes that went through."""
        self._bytes += size

    @asynccontextmanager
    async def waiting(self) -> AsyncIterator[None]:
        """Wait for the peer. Raises ``TimeoutError`` when it takes too long."""
        clock = asyncio.get_running_loop().time
        left = self._seconds + self._bytes / LEAST_RATE - self._waited
        began = clock()
        try:
            async with asyncio.timeout(max(min(left, self._seconds), 0.0)):
                yield
        finally:
            self._waited += clock() - began


class OneLength:
    """Refuses a request whose end somebody before us may see elsewhere (RFC 9112, 6.1 and 6.3).

    h11 goes by the chunks; a proxy that goes by Content-Length would take what follows for another
    caller's request.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer with a problem (400) and close the connection."""
        if scope["type"] == "http":
            names = {name for name, _ in scope["headers"]}
            old = scope.get("http_version") == "1.0"
            if b"transfer-encoding" in names and (b"content-length" in names or old):
                text = "The request states its length in two ways; send Content-Length or chunks."
                problem = Problem(400, "length-unclear", text, headers=_CLOSE)
                await problem.response()(scope, receive, send)
                return
        await self._app(scope, receive, send)


class Allowed:
    """What the body of one request may be; an endpoint that reads a stream allows itself more."""

    def __init__(self, most_bytes: int, most_seconds: float, until: float) -> None:
        self.most_bytes = most_bytes
        self.most_seconds = most_seconds
        self.until = until
        self.pace: Pace | None = None


def allow_stream(scope: Scope, most_bytes: int) -> None:
    """Take up to ``most_bytes`` of this body, for as long as it keeps coming (``Pace``)."""
    allowed = cast("Allowed | None", scope.get(_ALLOWED))
    if allowed is not None:
        allowed.most_bytes = most_bytes
        allowed.pace = Pace(allowed.most_seconds)


class BodyLimits:
    """Counts the bytes of each body as they come, and the time that they take.

    Content-Length is not believed: a body in chunks states none, and one that is stated may be a
    lie. (``read_body`` refuses at once what states too much.)
    """

    def __init__(self, app: ASGIApp, most_bytes: int, most_seconds: float) -> None:
        """``most_bytes`` of one body, all of which must have come within ``most_seconds``."""
        self._app = app
        self._most_bytes = most_bytes
        self._most_seconds = most_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; who reads its body meets ``Problem`` (408, 413)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        until = asyncio.get_running_loop().time() + self._most_seconds
        allowed = scope[_ALLOWED] = Allowed(self._most_bytes, self._most_seconds, until)
        size = 0
        whole = False

        async def receiving() -> Message:
            nonlocal size, whole
            if whole:
                return await receive()
            message = await _in_time(receive, allowed)
            if message["type"] == "http.request":
                part = len(message.get("body", b""))
                size += part
                whole = not message.get("more_body", False)
                if size > allowed.most_bytes:
                    raise _too_large(allowed.most_bytes)
                if allowed.pace is not None:
                    allowed.pace.passed(part)
            return message

        await self._app(scope, receiving, send)


async def _in_time(receive: Receive, allowed: Allowed) -> Message:
    try:
        if allowed.pace is not None:
            async with allowed.pace.waiting():
                return await receive()
        async with asyncio.timeout_at(allowed.until):
            return await receive()
    except TimeoutError:
        raise _too_slow(allowed) from None


def _too_slow(allowed: Allowed) -> Problem:
    if allowed.pace is not None:
        text = (
            f"Nothing came for {allowed.most_seconds:g} seconds, or less than {LEAST_RATE} bytes a "
            "second; what came before was answered: send the rest."
        )
    else:
        text = f"The body did not come within {allowed.most_seconds:g} seconds; send it again."
    return Problem(408, "too-slow", text, headers=_CLOSE)


def _too_large(most: int) -> Problem:
    text = f"The body has more than {most} bytes, the most that is taken."
    return Problem(413, "too-large", text, headers=_CLOSE)
