"""HTTP by h11 that waits for nobody without end, and answers what is no HTTP with a problem.

uvicorn waits for ever for the head of a request, for the rest of a body that nobody reads any more,
and for a client that does not take its answer; each costs a connection, the last also a place
among the requests at work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from service.limits import LEAST_RATE
from service.load.wire import on_the_wire
from service.problems import Problem

if TYPE_CHECKING:
    import asyncio

PATIENCE: Final = "patience"
"""Where the application's lifespan leaves the seconds that a client may let us wait."""
_SECONDS: Final = 30.0
_CLOSE: Final = {"Connection": "close"}
_MALFORMED: Final = on_the_wire(
    Problem(400, "malformed", "This is no HTTP request that can be read.", headers=_CLOSE)
)
_LATE: Final = on_the_wire(
    Problem(408, "too-slow", "The request did not come in time; send it again.", headers=_CLOSE)
)


class Patient(H11Protocol):
    """A connection with a look at the clock: one timer for its whole life, none for a request."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._patience = float(self.app_state.get(PATIENCE, _SECONDS))
        self._waiting_since: float | None = None  # no request is at work; the next is waited for
        self._unsent = 0
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self.heard()
        self._timer = self.loop.call_later(self._patience, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        if self._timer is not None:
            self._timer.cancel()
        super().connection_lost(exc)

    def heard(self) -> float:
        """Begin anew to wait for a request; the moment, by the loop's clock."""
        now = self._waiting_since = self.loop.time()
        return now

    def handle_events(self) -> None:
        """Take what came; remember whether a request is at work now or waited for."""
        super().handle_events()
        if self._at_work():
            self._waiting_since = None
        elif self._waiting_since is None:
            self.heard()

    def send_400_response(self, msg: str) -> None:
        """Answer what h11 cannot read, as far as an answer can still be given, and hang up."""
        self._hang_up(_MALFORMED)

    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing: the request is answered as if it had asked for no upgrade (RFC 9110)."""

    def _at_work(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _look(self) -> None:
        """Cut the connection if it kept us waiting too long; else look again later."""
        now = self.loop.time()
        unsent = self.transport.get_write_buffer_size()
        if self._unsent and unsent > self._unsent - LEAST_RATE * self._patience:
            self.transport.abort()  # our answers are not taken
            return
        self._unsent = unsent
        wait = self._patience
        if self._waiting_since is not None:
            wait -= now - self._waiting_since
            if wait <= 0 and not self.transport.is_closing():
                begun = self.conn.our_state is h11.IDLE and bool(self.conn.trailing_data[0])
                self._hang_up(_LATE if begun else b"")
                wait = self._patience  # for our last words to be taken
        self._timer = self.loop.call_later(max(wait, 0.01), self._look)

    def _hang_up(self, last: bytes) -> None:
        if self._at_work():
            if self.cycle.response_started:
                self.transport.abort()
                return
            self.cycle.disconnected = True  # whatever is worked out now is not to follow
            self.cycle.message_event.set()
        elif self.conn.our_state is not h11.IDLE:
            last = b""  # it was answered; what came then is no request of its own
        self.transport.write(last)
        self.transport.close()
