"""Taking leave: not ready first, then no new work, then the end, with all that was taken done."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from service.health.readiness import Readiness
    from service.load.share import Share

_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
_log = logging.getLogger("preclear.service")


class Drain:
    """Between a signal to stop and the server's end.

    SIGTERM: readiness fails at once; for ``delay`` seconds work is taken as before, so that who
    distributes it can look elsewhere; then new work is refused and what is under way is finished,
    for ``limit`` seconds at most; then the server is told. SIGINT: the same without the delay.
    A SIGINT that comes while leave is taken goes straight to the server, and so ends the waiting; a
    SIGTERM more changes nothing: who stops a whole group sends several.
    """

    def __init__(self, share: Share, readiness: Readiness, delay: float, limit: float) -> None:
        self._share = share
        self._readiness = readiness
        self._delay = delay
        self._limit = limit
        self._before: dict[int, Any] = {}
        self._task: asyncio.Task[None] | None = None
        self._hurry = asyncio.Event()

    def listen(self) -> None:
        """Hear signals before the server does. In its main thread alone; elsewhere, do nothing."""
        if threading.current_thread() is not threading.main_thread():
            return
        loop = asyncio.get_running_loop()

        def heard(number: int, frame: FrameType | None) -> None:
            del frame
            loop.call_soon_threadsafe(self.begin, number, lambda: self._tell_server(number))

        for number in _SIGNALS:
            self._before[number] = signal.signal(number, heard)

    def close(self) -> None:
        """Give the signals back."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before.clear()

    def begin(self, number: int, then: Callable[[], None]) -> None:
        """Take leave, then call ``then`` (the signal ``number`` was heard)."""
        if self._task is not None:
            if number == signal.SIGINT:
                self._hurry.set()
                then()
            return
        self._readiness.drain()
        _log.info("draining")
        delay = self._delay if number == signal.SIGTERM else 0.0
        self._task = asyncio.get_running_loop().create_task(self._leave(delay, then))

    async def _leave(self, delay: float, then: Callable[[], None]) -> None:
        if delay:
            try:
                async with asyncio.timeout(delay):
                    await self._hurry.wait()
            except TimeoutError:
                pass
        self._share.shut()
        if not await self._share.idle(self._limit):
            _log.warning("%d requests were not finished in time", self._share.now)
        if not self._hurry.is_set():
            then()

    def _tell_server(self, number: int) -> None:
        handler = self._before.get(number)
        if callable(handler):
            handler(number, None)
