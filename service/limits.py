"""How long and how large the body of a request may be, whatever its headers say."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from service.problems import Problem

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_CLOSE: Final = {"Connection": "close"}


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
        size = 0
        whole = False

        async def receiving() -> Message:
            nonlocal size, whole
            if whole:
                return await receive()
            try:
                async with asyncio.timeout_at(until):
                    message = await receive()
            except TimeoutError:
                raise self._too_slow() from None
            if message["type"] == "http.request":
                size += len(message.get("body", b""))
                whole = not message.get("more_body", False)
                if size > self._most_bytes:
                    raise self._too_large()
            return message

        await self._app(scope, receiving, send)

    def _too_slow(self) -> Problem:
        text = f"The body did not come within {self._most_seconds:g} seconds; send it again."
        return Problem(408, "too-slow", text, headers=_CLOSE)

    def _too_large(self) -> Problem:
        text = f"The body has more than {self._most_bytes} bytes, the most that is taken."
        return Problem(413, "too-large", text, headers=_CLOSE)
