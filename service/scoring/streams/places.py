"""How many streams of claims a process works on at once."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from service.problems import unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator


class Places:
    """Refuses a stream when ``most`` are under way: each lasts long and takes its share of a core.

    Single scores never wait for a place.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken = 0

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold a place. Raises ``Problem`` (503) when there is none."""
        if self._taken >= self._most:
            text = f"The service answers {self._most} streams already; try again in a few seconds."
            raise unavailable(text, "too-many-streams", seconds=5)
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1
