"""Spans by OpenTelemetry, sent by OTLP over HTTP to a collector of the practice's own."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from claims.errors import UserError
from service.tracing.parent import parent_of

try:
    from opentelemetry import trace
    from opentelemetry.context import Context
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
except ImportError:
    raise UserError(
        "PRECLEAR_TRACES asks for traces, and OpenTelemetry is not installed: "
        "pip install 'preclear[tracing]', or unset it."
    ) from None

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from opentelemetry.sdk.trace import SpanProcessor
    from opentelemetry.trace import Span
    from starlette.types import Scope

    from claims.stages import Stage

_EXPORT_SECONDS: Final = 5.0
"""How long one sending may take, and how long the end of the process waits for a collector."""


class Traces:
    """Makes the spans of requests: of all, or of those that OTEL_TRACES_SAMPLER chooses."""

    def __init__(
        self, processor: SpanProcessor, version: str, give_up: Callable[[], None] = lambda: None
    ) -> None:
        """Hand spans to ``processor``; ``version`` is the program's.

        ``give_up`` lets ``processor`` throw away what it cannot send.
        """
        self._give_up = give_up
        about = Resource.create({"service.name": "preclear", "service.version": version})
        self._provider = TracerProvider(resource=about, shutdown_on_exit=False)
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("preclear", version)

    def close(self) -> None:
        """Send what is left, if the collector takes it within a few seconds."""
        late = threading.Timer(_EXPORT_SECONDS, self._give_up)
        late.daemon = True
        late.start()
        self._provider.shutdown()
        late.cancel()

    @contextmanager
    def request(self, scope: Scope) -> Iterator[Span]:
        """The span of a request, within the caller's trace if it names one."""
        started = self._tracer.start_span("request", _context(scope), trace.SpanKind.SERVER)
        with trace.use_span(
            started, end_on_exit=True, record_exception=False, set_status_on_exception=False
        ):
            yield started

    @contextmanager
    def span(self, name: str) -> Iterator[None]:
        """A span around a block; of an exception that passes it tells the type alone."""
        with self._tracer.start_as_current_span(
            name, record_exception=False, set_status_on_exception=False
        ) as started:
            try:
                yield
            except Exception as error:
                self.failed(started, type(error).__name__)
                raise

    @staticmethod
    def failed(span: Span, kind: str) -> None:
        """Mark ``span`` as failed: ``kind`` is the name of a type or a status, never a message."""
        span.set_attribute("error.type", kind)
        span.set_status(trace.StatusCode.ERROR)

    def tell(self, stages: Sequence[Stage], together: int) -> None:
        """Spans that are over, below the present one."""
        for stage in stages:
            told = self._tracer.start_span(
                stage.name, start_time=stage.began, attributes={"preclear.together": together}
            )
            told.end(stage.ended)


def open_traces(endpoint: str, version: str) -> Traces:
    """Traces that go to the OTLP/HTTP ``endpoint``, in batches, by a thread of their own."""
    exporter = OTLPSpanExporter(endpoint=endpoint, timeout=_EXPORT_SECONDS)
    return Traces(BatchSpanProcessor(exporter), version, exporter.shutdown)


def _context(scope: Scope) -> Context:
    parent = parent_of(scope)
    if parent is None:
        # Not the present context: of a request that came with another it is the other's.
        return Context()
    flags = trace.TraceFlags(trace.TraceFlags.SAMPLED if parent.sampled else 0)
    span = trace.SpanContext(parent.trace_id, parent.span_id, is_remote=True, trace_flags=flags)
    return trace.set_span_in_context(trace.NonRecordingSpan(span), Context())
