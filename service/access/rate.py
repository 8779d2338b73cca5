"""How often one key may ask: a bucket of tokens for each key, in each process."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_SECONDS_OF_BURST: Final = 2.0


class Buckets:
    """Token buckets: ``rate`` requests a second flow in, two seconds' worth are held."""

    def __init__(self, rate: int, clock: Callable[[], float] = time.monotonic) -> None:
        """``rate`` 0: no limit."""
        self._rate = rate
        self._most = max(1.0, rate * _SECONDS_OF_BURST)
        self._clock = clock
        self._left: dict[str, tuple[float, float]] = {}  # as many as there are keys

    def wait(self, key_id: str) -> float:
        """Take a token: 0.0 when there was one, else seconds until there will be."""
        if not self._rate:
            return 0.0
        now = self._clock()
        left, then = self._left.get(key_id, (self._most, now))
        left = min(self._most, left + (now - then) * self._rate)
        if left < 1.0:
            self._left[key_id] = (left, now)
            return (1.0 - left) / self._rate
        self._left[key_id] = (left - 1.0, now)
        return 0.0
