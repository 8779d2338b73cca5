"""How often somebody may fail to sign in."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_MOST_KNOWN: Final = 10_000


class Attempts:
    """Counts failures of each address in one process; ``most`` within ``seconds`` are let pass.

    A key has 256 random bits, which nobody guesses; this keeps who tries from wearing us out.
    """

    def __init__(
        self, most: int = 10, seconds: float = 60.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = most
        self._seconds = seconds
        self._clock = clock
        self._failed: dict[str, list[float]] = {}

    def wait(self, address: str) -> float:
        """Seconds until this address may try again; 0.0 when it may now."""
        recent = self._recent(address)
        if len(recent) < self._most:
            return 0.0
        return recent[-self._most] + self._seconds - self._clock()

    def failed(self, address: str) -> None:
        """Count one more failure."""
        if address not in self._failed and len(self._failed) >= _MOST_KNOWN:
            self._failed.pop(next(iter(self._failed)))
        self._failed[address] = [*self._recent(address), self._clock()]

    def _recent(self, address: str) -> list[float]:
        since = self._clock() - self._seconds
        return [at for at in self._failed.get(address, ()) if at > since]
