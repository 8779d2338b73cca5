"""How much is taken on at once, and what goes out with every answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from service.metrics.requests import IN_FLIGHT, LIMIT, refused
from service.problems import unavailable

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


def _raw(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


_ALWAYS: Final = _raw(
    {
        "Cache-Control": "no-store",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
)
_OVER_TLS: Final = _raw({"Strict-Transport-Security": "max-age=31536000"})
_WORK: Final = ("/score", "/rank", "/triage", "/outcomes")


class InFlight:
    """Refuses scoring and triage beyond ``most`` at a time: 503 at once instead of a long queue.

    Health and model routes pass always.
    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most
        self._now = 0
        LIMIT.set(most)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 503 with Retry-After."""
        if scope["type"] != "http" or not scope["path"].startswith(_WORK):
            await self._app(scope, receive, send)
            return
        if self._now >= self._most:
            refused("overloaded")
            text = "The service has as many requests as it can carry; try again in a second."
            await unavailable(text, "overloaded").response()(scope, receive, send)
            return
        self._now += 1
        IN_FLIGHT.inc()
        try:
            await self._app(scope, receive, send)
        finally:
            self._now -= 1
            IN_FLIGHT.dec()


class SafeHeaders:
    """Adds headers that keep answers out of caches, frames, scripts and guesses about their type.

    Over TLS they also tell a browser to come no other way (RFC 6797).
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the headers to its answer."""

        added = _ALWAYS + _OVER_TLS if scope.get("scheme") == "https" else _ALWAYS

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = list(message.get("headers", ()))
                named = {name.lower() for name, _ in own}
                message["headers"] = own + [pair for pair in added if pair[0] not in named]
            await send(message)

        await self._app(scope, receive, sending if scope["type"] == "http" else send)
