"""Requests that come whether or not the ones before were answered, as those of strangers do.

A light client in a process of its own: arrivals by the clock over kept connections, most of them
opened before, a new one where none is free; each answer with its status and the time since its
request was due.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

READY: Final = 400
"""Connections that are open before the first request is due."""
PATIENCE: Final = 20.0
"""Seconds that the last answers are waited for."""


@dataclass
class Flood:
    """What came back: of each answer the second it was due at, its seconds, its status."""

    due: list[float] = field(default_factory=list)
    took: list[float] = field(default_factory=list)
    status: list[int] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    """Of each request the seconds by which this client itself sent it too late."""
    scores: list[str] = field(default_factory=list)
    """Ids of the scores that were given."""
    unsaid: int = 0
    """Refusals that do not say when to come back."""
    lost: int = 0
    """Requests that were not answered."""
    unsent: int = 0
    """Requests for which there was no connection to be had."""

    def seconds(self, status: int) -> NDArray[np.float64]:
        """How long the answers with this status took."""
        return np.array(
            [took for took, one in zip(self.took, self.status, strict=True) if one == status]
        )

    def count(self, status: int, since: float, until: float) -> int:
        """Answers with this status to requests that were due between the two seconds."""
        return sum(
            one == status and since <= due < until
            for due, one in zip(self.due, self.status, strict=True)
        )


class _Connection(asyncio.Protocol):
    def __init__(self, flood: Flood, free: deque[_Connection]) -> None:
        self._flood = flood
        self._free = free
        self._due = 0.0
        self._began = 0.0
        self._got = b""
        self._busy = False
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def ask(self, request: bytes, due: float, moment: float) -> None:
        """Send ``request``, which was due at ``moment`` of the clock, second ``due`` of the run."""
        assert self.transport is not None
        self._due, self._began, self._busy, self._got = due, moment, True, b""
        self._flood.late.append(time.perf_counter() - moment)
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._got += data
        end = self._got.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._got[:end].lower()
        length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
        if len(self._got) < end + 4 + length:
            return
        self._flood.due.append(self._due)
        self._flood.took.append(time.perf_counter() - self._began)
        status = int(head[9:12])
        self._flood.status.append(status)
        if status == 200:
            self._flood.scores.append(_score_id(self._got[end:]))
        elif b"\r\nretry-after: " not in head:
            self._flood.unsaid += 1
        self._busy = False
        if b"connection: close" not in head:
            self._free.append(self)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        if self._busy:
            self._flood.lost += 1
        self.transport = None


async def _run(
    port: int, requests: list[bytes], rate: float, seconds: float, most: int, seed: int
) -> Flood:
    flood, free = Flood(), deque[_Connection]()
    loop = asyncio.get_running_loop()
    chance = random.Random(seed)

    every: list[asyncio.BaseTransport] = []

    async def opened_one() -> _Connection:
        transport, connection = await loop.create_connection(
            lambda: _Connection(flood, free), "127.0.0.1", port
        )
        every.append(transport)
        return connection

    for _ in range(min(READY, most)):
        free.append(await opened_one())
    opened = len(free)
    began = time.perf_counter()
    due = 0.0
    while due < seconds:
        now = time.perf_counter() - began
        if due > now:
            await asyncio.sleep(due - now)
        else:
            await asyncio.sleep(0)
        connection = None
        while free and connection is None:
            candidate = free.pop()
            connection = candidate if candidate.transport is not None else None
        if connection is None and opened < most:
            opened += 1
            connection = await opened_one()
        if connection is None:
            flood.unsent += 1
        else:
            connection.ask(chance.choice(requests), due, began + due)
        due += chance.expovariate(rate)
    until = time.perf_counter() + PATIENCE
    while len(flood.status) + flood.lost < len(flood.late) and time.perf_counter() < until:
        await asyncio.sleep(0.01)
    flood.lost = len(flood.late) - len(flood.status)
    for transport in every:
        transport.close()
    await asyncio.sleep(0)  # they are closed by what the loop does next
    return flood


def _score_id(body: bytes) -> str:
    return body.partition(b'"score_id":"')[2].partition(b'"')[0].decode()


def run(
    port: int, requests: list[bytes], rate: float, seconds: float, most: int = 900, seed: int = 1
) -> Flood:
    """Send ``rate`` requests a second for ``seconds``, at random moments (a Poisson process)."""
    return asyncio.run(_run(port, requests, rate, seconds, most, seed))
