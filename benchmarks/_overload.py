"""Ten times what a service can carry, beside what it carries with a full house and no more.

The service time is that of a full house: one over the answers a second when as many clients as may
be at work each send the next request as soon as they have an answer. ``cap`` times that is how long
a full house takes to be served, and so what somebody waits who is let in last.

Claims that arrive together are scored together, so a full house is served sooner than one after the
other: ``alone`` is the time of a request with nobody else there, and ``cap`` times that a line.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmarks._flood import Flood
from benchmarks._flood import run as flood
from benchmarks._load import run as load

TIMES: Final = 10.0
BACK: Final = 0.9
"""Share of the capacity at which a service counts as being at full speed again."""
WITHIN: Final = 5.0
_WINDOW: Final = 0.5


@dataclass(frozen=True)
class Overload:
    """One run: capacity and load in requests a second, times in seconds."""

    cap: int
    alone: float
    """Seconds of a request while there is no other: the median."""
    capacity: float
    flood: Flood
    seconds: float
    back_after: float | None
    """Seconds from the end of the flood to the end of the first half second at full speed."""

    @property
    def house(self) -> float:
        """How long a full house takes to be served."""
        return self.cap / self.capacity

    def lines(self, percent: float) -> float:
        """A percentile of the time of those let in, in lines: ``cap`` requests one by one."""
        return self.accepted(percent) * self.house / (self.cap * self.alone)

    @property
    def throughput(self) -> float:
        """Requests answered under overload, for each that is answered without."""
        return len(self.flood.scores) / self.seconds / self.capacity

    def accepted(self, percent: float) -> float:
        """A percentile of the time of those let in, in full houses."""
        return self._took(200, percent)

    def refused(self, percent: float) -> float:
        """A percentile of the time of refusals, in full houses."""
        return self._took(503, percent)

    def _took(self, status: int, percent: float) -> float:
        took = self.flood.seconds(status)
        return float(np.percentile(took, percent)) / self.house if len(took) else float("nan")


def trial(
    port: int, requests: list[bytes], cap: int, seconds: float, back: float = BACK
) -> Overload:
    """Measure the capacity, flood for ``seconds``, and see when full speed is reached again.

    ``back``: the share of the capacity that counts as full speed.
    """
    load(port, requests, cap, 1.0)
    alone = load(port, requests, 1, seconds / 2).p50 / 1000
    capacity = load(port, requests, cap, seconds).rate
    found = flood(port, requests, TIMES * capacity, seconds)
    return Overload(
        cap, alone, capacity, found, seconds, _back(port, requests, cap, back * capacity)
    )


def _back(port: int, requests: list[bytes], cap: int, enough: float) -> float | None:
    began = time.perf_counter()
    while time.perf_counter() - began < WITHIN:
        try:
            rate = load(port, requests, cap, _WINDOW).rate
        except RuntimeError:  # refused: the house is still full
            rate = 0.0
        if rate >= enough:
            return time.perf_counter() - began
    return None
