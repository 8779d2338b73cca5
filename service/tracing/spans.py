"""Spans of a request, where traces were asked for; nothing at all where they were not.

Nothing of OpenTelemetry is imported here: a service without traces runs without it. A span's name
and attributes are the program's own words and numbers; nothing that came with a request is among
them, and of an exception its type alone.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from claims.stages import Stage


class Tracer(Protocol):
    """What makes spans (``service.tracing.otel``)."""

    def span(self, name: str) -> AbstractContextManager[None]:
        """A span around a block of the present request."""
        ...

    def tell(self, stages: Sequence[Stage], together: int) -> None:
        """Spans of the present request that are over: stages of the work on so many claims."""
        ...


_NOTHING: Final = nullcontext()
_tracer: Tracer | None = None


def use(tracer: Tracer | None) -> None:
    """Make spans by ``tracer`` from now on, ``None``: make none."""
    global _tracer  # noqa: PLW0603 - one for the process, as the metrics are
    _tracer = tracer


def tracing() -> bool:
    """Whether spans are made."""
    return _tracer is not None


def span(name: str) -> AbstractContextManager[None]:
    """``with span(name):`` around a part of the present request."""
    return _NOTHING if _tracer is None else _tracer.span(name)


def tell(stages: Sequence[Stage], together: int) -> None:
    """Add ``stages`` to the present request's trace; they were ``together`` claims' work."""
    if _tracer is not None and stages:
        _tracer.tell(stages, together)
