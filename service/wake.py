"""Tell an event loop what other threads have finished: one wake-up for all that is done by then.

``asyncio.wrap_future`` wakes the loop once for each future, by a byte through a pipe. A commit ends
the waiting of a whole group of requests, and each byte more costs the thread a system call during
which the loop may take the interpreter from it.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Final, TypeVar
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from concurrent.futures import Future

Found = TypeVar("Found")


class Bell:
    """The waiters of one event loop for what other threads do."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._done: deque[asyncio.Future[None]] = deque()
        self._rung = False
        self._lock = threading.Lock()

    def ring(self, waiter: asyncio.Future[None]) -> None:
        """Wake ``waiter`` in its loop, with all others that are done by then. From any thread."""
        self._done.append(waiter)
        with self._lock:
            if self._rung:
                return
            self._rung = True
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(self._answer)

    def _answer(self) -> None:
        with self._lock:
            self._rung = False
        while self._done:
            waiter = self._done.popleft()
            if not waiter.done():
                waiter.set_result(None)


_BELLS: Final[WeakKeyDictionary[asyncio.AbstractEventLoop, Bell]] = WeakKeyDictionary()


async def finished(work: Future[Found]) -> Found:
    """What ``work``, which another thread does, gives or raises.

    Who is cancelled while it waits cancels ``work``, which only helps when that has not begun.
    """
    if not work.done():
        loop = asyncio.get_running_loop()
        bell = _BELLS.get(loop)
        if bell is None:
            bell = _BELLS[loop] = Bell(loop)
        ring, waiter = bell.ring, loop.create_future()
        work.add_done_callback(lambda _: ring(waiter))
        try:
            await waiter
        except asyncio.CancelledError:
            work.cancel()
            raise
    return work.result()
