"""How many requests one worker has taken on, how many it may, and whether it takes leave."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from service.metrics.requests import IN_FLIGHT, LIMIT, refused
from service.problems import unavailable

if TYPE_CHECKING:
    from service.metrics.requests import Refusal
    from service.problems import Problem

LIMITED: Final = frozenset({"/score", "/score/batch", "/rank", "/triage", "/outcomes"})
"""Where a POST is work that is limited. Probes, metrics and the rest always pass."""


class Share:
    """What one worker carries: at most ``most`` limited requests, none new once it takes leave.

    For the event loop alone.
    """

    def __init__(self, most: int) -> None:
        self.now = 0
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
