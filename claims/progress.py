"""How long work tells how far it is, without knowing who looks."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Final, Protocol


class Advance(Protocol):
    """Called with the amount of work done since the last call, in the unit of ``total``."""

    def __call__(self, done: float = 1, /) -> None: ...  # noqa: D102


class Progress(Protocol):
    """Shows one stage of work at a time.

    >>> with SILENT.stage("Reading", total=2) as advance:
    ...     advance(1)
    ...     advance(1)
    """

    def stage(self, what: str, total: float | None = None) -> AbstractContextManager[Advance]:
        """Begin a stage; ``what`` is said to the person, ``total`` is ``None`` if not known."""
        ...


class Silent:
    """Shows nothing."""

    def stage(self, what: str, total: float | None = None) -> AbstractContextManager[Advance]:
        """Begin a stage that nobody watches."""
        return nullcontext(_nothing)


def _nothing(done: float = 1, /) -> None:
    return None


SILENT: Final[Progress] = Silent()
