"""How many requests one worker has taken on, how many it may, and whether it takes leave."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Final

from service.metrics.requests import IN_FLIGHT, LIMIT, REQUESTS, refused
from service.problems import unavailable

if TYPE_CHECKING:
    from service.metrics.requests import Refusal
    from service.problems import Problem

LIMITED: Final = frozenset(
    {"/score", "/score/batch", "/rank", "/lifecycle", "/triage", "/outcomes"}
)
"""Where a POST is work that is limited. Probes, metrics and the rest always pass."""


class Share:
    """What one worker carries: at most ``most`` limited requests, none new once it takes leave.

    For the event loop alone.
    """

    def __init__(self, most: int) -> None:
        self.now = 0
        self._expected = 0
        self._refused: Counter[tuple[Refusal, str]] = Counter()
        self._most = most
        self._leaving = False
        self._idle = asyncio.Event()
        self._idle.set()
        LIMIT.set(most)

    def closed(self) -> Refusal | None:
        """Why no further request is taken, or ``None``."""
        if self._leaving:
            return "draining"
        return "overloaded" if self.now >= self._most else None

    def full(self) -> Refusal | None:
        """The same, with those counted that were let in and have not begun."""
        if self._leaving:
            return "draining"
        return "overloaded" if self.now + self._expected >= self._most else None

    def expect(self, loop: asyncio.AbstractEventLoop) -> None:
        """Count a request that begins with what ``loop`` does next.

        Between two of its turns the loop reads from all connections and then begins all requests
        that it read. Were nobody counted until then, all would be let in when there is one place.
        """
        self._expected += 1
        loop.call_soon(self._begun)

    def enter(self) -> None:
        """One more request is at work."""
        self.now += 1
        self._idle.clear()
        IN_FLIGHT.inc()

    def leave(self) -> None:
        """One is done."""
        self.now -= 1
        IN_FLIGHT.dec()
        if not self.now:
            self._idle.set()

    def _begun(self) -> None:
        self._expected -= 1

    def refuse(self, reason: Refusal, path: str, loop: asyncio.AbstractEventLoop) -> None:
        """Count a request to ``path`` that was answered without the application.

        The figures are told of all that ``loop`` refuses in one turn together.
        """
        if not self._refused:
            loop.call_soon(self._tell)
        self._refused[reason, path] += 1

    def _tell(self) -> None:
        for (reason, path), times in self._refused.items():
            refused(reason, times)
            REQUESTS.labels("POST", path, "503").inc(times)
        self._refused.clear()

    def shut(self) -> None:
        """Take no further request."""
        self._leaving = True

    async def idle(self, seconds: float) -> bool:
        """Wait until no limited request is at work; whether that was so within ``seconds``."""
        try:
            async with asyncio.timeout(seconds):
                await self._idle.wait()
        except TimeoutError:
            return False
        return True


def refusal(reason: Refusal) -> Problem:
    """What a request is answered that is not taken."""
    refused(reason)
    return problem_of(reason)


def problem_of(reason: Refusal) -> Problem:
    """The same, uncounted."""
    if reason == "draining":
        problem = unavailable("The service is stopping; send this to another.", reason)
        problem.headers["Connection"] = "close"
        return problem
    text = "The service has as many requests as it can carry; try again in a second."
    return unavailable(text, reason)
