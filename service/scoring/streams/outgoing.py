"""The lines of an answer, sent no faster than they are taken."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from starlette.requests import ClientDisconnect

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import Send

    from service.limits import Pace

PIECE: Final = 1 << 16
"""Bytes given to the server at once: it keeps no more than that and its own buffer."""
_log = logging.getLogger("preclear.service")


class Outgoing:
    """An answer that begins with its first bytes and waits, within ``pace``, for who takes it."""

    def __init__(self, send: Send, pace: Pace, headers: Mapping[str, str]) -> None:
        self.started = False
        self._send = send
        self._pace = pace
        self._headers = [(name.lower().encode(), text.encode()) for name, text in headers.items()]

    async def put(self, text: bytes, *, last: bool = False) -> None:
        """Send ``text``. Raises ``ClientDisconnect`` when it is not taken in time."""
        try:
            if not self.started:
                self.started = True
                head = {"type": "http.response.start", "status": 200, "headers": self._headers}
                async with self._pace.waiting():
                    await self._send(head)
            for first in range(0, max(len(text), 1), PIECE):
                part = text[first : first + PIECE]
                more = not last or first + PIECE < len(text)
                async with self._pace.waiting():
                    await self._send(
                        {"type": "http.response.body", "body": part, "more_body": more}
                    )
                self._pace.passed(len(part))
        except TimeoutError:
            _log.warning("a stream was cut: its answers were not taken in time")
            raise ClientDisconnect from None
