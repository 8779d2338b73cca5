"""What goes out with every answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


def _raw(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


ALWAYS: Final = _raw(
    {
        "Cache-Control": "no-store",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
)
"""Names in lower case, and values."""
_OVER_TLS: Final = _raw({"Strict-Transport-Security": "max-age=31536000"})


class SafeHeaders:
    """Adds headers that keep answers out of caches, frames, scripts and guesses about their type.

    Over TLS they also tell a browser to come no other way (RFC 6797).
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the headers to its answer."""

        added = ALWAYS + _OVER_TLS if scope.get("scheme") == "https" else ALWAYS

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = list(message.get("headers", ()))
                named = {name.lower() for name, _ in own}
                message["headers"] = own + [pair for pair in added if pair[0] not in named]
            await send(message)

        await self._app(scope, receive, sending if scope["type"] == "http" else send)
