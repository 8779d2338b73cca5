"""Where the time of a piece of work goes, told to whoever watches; costs next to nothing else.

The rooms of the model do not know of traces. They say what they begin and end (``with
stage("predict"):``), and who called them may listen.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType


class Stage(NamedTuple):
    """One stage of the work: its name, and when it began and ended (nanoseconds since 1970)."""

    name: str
    began: int
    ended: int


_WATCHED: Final[ContextVar[list[Stage] | None]] = ContextVar("stages", default=None)


class stage:  # noqa: N801 - used as a statement, like contextlib's
    """``with stage(name):`` around a stage of the work; ``name`` is the program's own word."""

    __slots__ = ("_began", "_name", "_watched")

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        """Note the time, if somebody watches."""
        self._watched = _WATCHED.get()
        if self._watched is not None:
            self._began = time.time_ns()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Tell who watches."""
        if self._watched is not None:
            self._watched.append(Stage(self._name, self._began, time.time_ns()))


@contextmanager
def watched() -> Iterator[list[Stage]]:
    """Gather the stages that end in this thread (or task) within the block, in that order."""
    stages: list[Stage] = []
    token = _WATCHED.set(stages)
    try:
        yield stages
    finally:
        _WATCHED.reset(token)
