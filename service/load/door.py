"""Refuses without reading: what uvicorn speaks HTTP with, and a short way to say 503.

Ten times the load that a worker can carry is nine refusals for each request that it takes. Were
each of them parsed, routed and logged, most of the worker's time would go into refusing. Here a
refusal is a look at the first bytes, and an answer that was made before.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import h11

from service.load.patience import Patient
from service.load.share import LIMITED, Share, problem_of
from service.load.wire import on_the_wire, write_short

if TYPE_CHECKING:
    from service.metrics.requests import Refusal

STATE: Final = "share"
"""Where the application's lifespan leaves its ``Share`` for us."""
_HEAD: Final = re.compile(
    rb"POST (" + b"|".join(re.escape(path.encode()) for path in sorted(LIMITED)) + rb")"
    rb"(?:\?[!-~]*)? HTTP/1\.1\r\n(?:[!#$%&'*+.^`|~\w-]+:[\t -~\x80-\xff]*\r\n)*\r\n"
)
"""A request to a limited address in the plainest form; any other goes the long way."""
_LIMITED: Final = tuple(f"POST {path}".encode() for path in sorted(LIMITED))
"""How data begin that are most likely a request which is limited."""
_LENGTH: Final = re.compile(rb"(?i)\r\ncontent-length:([^\r\n]*)(?=\r\n)")
_SPECIAL: Final = re.compile(
    rb"(?i)\r\n(?:transfer-encoding|expect|upgrade|connection(?!:[ \t]*keep-alive[ \t]*\r\n)):?"
)


def refusable(data: bytes) -> str:
    """The limited address to which ``data`` is one whole request with its body, else ``""``.

    A request that is not whole, comes with another, or says anything about its connection is
    left to h11: here nothing is refused whose end is not sure.
    """
    head = _HEAD.match(data)
    if head is None or _SPECIAL.search(data, 0, head.end()):
        return ""
    lengths = _LENGTH.findall(data, 0, head.end())
    length = lengths[0].strip(b" \t") if len(lengths) == 1 else b""
    if not length.isdigit() or len(length) > 18 or head.end() + int(length) != len(data):
        return ""
    return head[1].decode()


class Door(Patient):
    """HTTP by h11, but that a whole request which nobody takes is refused at once."""

    _answers: Final[dict[Refusal, bytes]] = {
        "overloaded": on_the_wire(problem_of("overloaded")),
        "draining": on_the_wire(problem_of("draining")),
    }

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._share: Share | None = self.app_state.get(STATE)
        self._refused_at = 0.0
        self._untouched = False  # since the last refusal h11 has been given nothing

    def data_received(self, data: bytes) -> None:
        """Answer at once what would be refused, or let h11 read it."""
        share = self._share
        if share is not None and (reason := share.full()) is not None and self._between():
            path = refusable(data)
            if path:
                self._refuse(share, reason, path)
                return
        self._untouched = False
        super().data_received(data)
        if share is not None and data.startswith(_LIMITED):
            # The task of this request was made just now, so it begins before what is put behind it.
            share.expect(self.loop)

    def timeout_keep_alive_handler(self) -> None:
        """Close the connection when nothing came for a while; a refused request is something."""
        wait = self._refused_at + self.timeout_keep_alive - self.loop.time()
        if wait > 0:
            self.timeout_keep_alive_task = self.loop.call_later(
                wait, self.timeout_keep_alive_handler
            )
            return
        super().timeout_keep_alive_handler()

    def _between(self) -> bool:
        """Whether no request is under way on this connection, not even in part."""
        if self.transport.is_closing():
            return False
        conn = self.conn
        return self._untouched or (
            conn.their_state is h11.IDLE
            and conn.our_state is h11.IDLE
            and conn.trailing_data == (b"", False)
        )

    def _refuse(self, share: Share, reason: Refusal, path: str) -> None:
        share.refuse(reason, path, self.loop)
        write_short(self.transport, self._answers[reason])
        self._untouched = True
        self._refused_at = self.heard()
        if reason == "draining":
            self.transport.close()
