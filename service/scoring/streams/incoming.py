"""The body of a request as it comes, read ahead within bounds."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Self

from starlette.requests import ClientDisconnect

if TYPE_CHECKING:
    from types import TracebackType

    from starlette.types import Receive

PIECE: Final = 1 << 14
"""Bytes handed out at once: what they hold is alive at a time."""


class Incoming:
    """Pieces of a body. Reading goes on meanwhile, up to ``ahead`` bytes that nobody took yet.

    A client that sends all before it reads an answer needs the room; what does not fit stays with
    the client, whose connection is not read. Used as a context; leaving it ends the reading.
    """

    def __init__(self, receive: Receive, ahead: int) -> None:
        self.taken = 0
        """Bytes handed out so far."""
        self.gone = False
        """Whether the client has gone."""
        self._receive = receive
        self._ahead = ahead
        self._parts: deque[memoryview] = deque()
        self._size = 0
        self._ended = False
        self._error: Exception | None = None
        self._there = asyncio.Event()
        self._room = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Begin to read."""
        self._task = asyncio.create_task(self._read())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        """Read no further."""
        assert self._task is not None  # noqa: S101 - entered before
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    def at_hand(self) -> bool:
        """Whether ``next`` would answer without waiting."""
        return bool(self._parts) or self._ended

    async def next(self) -> bytes:
        """The next piece, ``b""`` at the end.

        Raises ``Problem`` (408, 413) where the body may not go on, after all that came before, and
        ``ClientDisconnect`` as soon as the client has gone.
        """
        while not (self.gone or self.at_hand()):
            self._there.clear()
            await self._there.wait()
        if self.gone:
            raise ClientDisconnect
        if not self._parts:
            if self._error is not None:
                raise self._error
            return b""
        part = self._parts.popleft()
        if len(part) > PIECE:
            self._parts.appendleft(part[PIECE:])
        piece = bytes(part[:PIECE])
        self._size -= len(piece)
        self.taken += len(piece)
        if self._size < self._ahead:
            self._room.set()
        return piece

    async def _read(self) -> None:
        """Read to the end, and then until the client goes."""
        try:
            while True:
                message = await self._receive()
                if message["type"] == "http.disconnect":
                    self.gone = True
                    return
                if body := message.get("body", b""):
                    self._parts.append(memoryview(body))
                    self._size += len(body)
                self._ended = self._ended or not message.get("more_body", False)
                self._there.set()
                while self._size >= self._ahead:
                    self._room.clear()
                    await self._room.wait()
        except Exception as error:  # whatever it is, who waits for the body must hear of it
            self._error, self._ended = error, True
        finally:
            self._there.set()
