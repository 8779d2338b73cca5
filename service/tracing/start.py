"""Traces for the length of a process, where ``PRECLEAR_TRACES`` asks for them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from service.tracing.spans import use

if TYPE_CHECKING:
    from collections.abc import Iterator

    from claims.settings import Settings
    from service.tracing.otel import Traces


@contextmanager
def traced(settings: Settings, version: str) -> Iterator[Traces | None]:
    """Make spans within the block. Raises ``UserError`` when OpenTelemetry is not installed."""
    if not settings.traces:
        yield None
        return
    from service.tracing import otel

    traces = otel.open_traces(settings.traces, version)
    use(traces)
    try:
        yield traces
    finally:
        use(None)
        traces.close()
