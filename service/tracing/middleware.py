"""The span of each request, where traces were asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from service.logs import METHODS
from service.tracing.parent import TRACE_ID

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from service.tracing.otel import Traces


class RequestSpans:
    """Puts each request into a span named by its method and its route's template."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, within its span."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        traces = cast("Traces", scope["app"].state.traces)
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with traces.request(scope) as span:
            scope[TRACE_ID] = format(span.get_span_context().trace_id, "032x")
            try:
                await self._app(scope, receive, sending)
            finally:
                # The words of OpenTelemetry's semantic conventions for HTTP servers.
                method = scope["method"] if scope["method"] in METHODS else "_OTHER"
                route = scope.get("preclear.route", "")
                span.update_name(f"{method} {route}".strip())
                span.set_attribute("http.request.method", method)
                if route:
                    span.set_attribute("http.route", route)
                if status:
                    span.set_attribute("http.response.status_code", status)
                if status >= 500:
                    traces.failed(span, str(status))
