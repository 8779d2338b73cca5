"""The service's log: one JSON object a line, with the id of the request, and nothing of a claim.

A path or a query may hold a piece of a claim, so the route's template stands for both; a message of
an exception may, so only its type is written.
"""

from __future__ import annotations

import json
import logging
import re
import time
import uuid
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from starlette.datastructures import Headers, MutableHeaders

from service.metrics.requests import answered
from service.tracing.parent import trace_id_of

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER: Final = "X-Request-Id"
REQUEST_ID: Final[ContextVar[str]] = ContextVar("request_id", default="")
TRACE_ID: Final[ContextVar[str]] = ContextVar("trace_id", default="")
_FORM: Final = re.compile(
    r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE
)
"""A UUID or a trace id. Any other text might be a member's or a claim's id, and would be logged."""
_FIELDS: Final = ("method", "route", "status", "milliseconds", "caller")
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_log = logging.getLogger("preclear.request")


class RequestLog:
    """Gives each request an id, answers it with that; writes one line and counts it when done."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on. ``X-Request-Id`` is taken over when it is a UUID or a trace id."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = Headers(scope=scope).get(HEADER, "")
        request_id = asked if _FORM.fullmatch(asked) else str(uuid.uuid4())
        before, traced = REQUEST_ID.set(request_id), TRACE_ID.set(trace_id_of(scope))
        began = time.perf_counter()
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        try:
            await self._app(scope, receive, sending)
        finally:
            seconds = time.perf_counter() - began
            method = scope["method"] if scope["method"] in METHODS else "other"
            route = scope.get("preclear.route", "not listed")
            answered(method, route, status, seconds)
            if _log.isEnabledFor(logging.INFO):
                _log.info("request", extra=_told(scope, method, route, status, seconds))
            REQUEST_ID.reset(before)
            TRACE_ID.reset(traced)


def _told(scope: Scope, method: str, route: str, status: int, seconds: float) -> dict[str, object]:
    return {
        "method": method,
        "route": route,
        "status": status,  # 0: the caller had gone
        "milliseconds": round(seconds * 1000, 2),
        "caller": scope.get("preclear.caller", ""),
    }


class JsonFormatter(logging.Formatter):
    """A record as one line of JSON; of an exception its type alone."""

    def format(self, record: logging.LogRecord) -> str:
        """``time``, ``level``, ``logger``, ``message``, ``request_id``, ``trace_id``, and more."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        told: dict[str, Any] = {
            "time": moment.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id := REQUEST_ID.get():
            told["request_id"] = request_id
        if trace_id := TRACE_ID.get():
            told["trace_id"] = trace_id
        told |= {name: getattr(record, name) for name in _FIELDS if hasattr(record, name)}
        if record.exc_info and record.exc_info[0] is not None:
            told["error"] = record.exc_info[0].__name__
        return json.dumps(told, ensure_ascii=False)


class TextFormatter(logging.Formatter):
    """A record as a line for a person; of an exception its type alone."""

    def format(self, record: logging.LogRecord) -> str:
        """``12:00:00 info preclear.request: request method=POST ...``."""
        moment = datetime.fromtimestamp(record.created, UTC).strftime("%H:%M:%S")
        parts = [f"{moment} {record.levelname.lower()} {record.name}: {record.getMessage()}"]
        parts += [f"{name}={getattr(record, name)}" for name in _FIELDS if hasattr(record, name)]
        if request_id := REQUEST_ID.get():
            parts.append(f"request_id={request_id}")
        if trace_id := TRACE_ID.get():
            parts.append(f"trace_id={trace_id}")
        if record.exc_info and record.exc_info[0] is not None:
            parts.append(f"error={record.exc_info[0].__name__}")
        return " ".join(" ".join(parts).split())


def log_config(level: str, form: str) -> dict[str, Any]:
    """What ``logging.config.dictConfig`` takes: everybody's messages, by one formatter."""
    formatter = JsonFormatter if form == "json" else TextFormatter
    quiet = {"level": "WARNING", "handlers": [], "propagate": True}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": formatter}},
        "handlers": {
            "out": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stderr",
                "formatter": "line",
            }
        },
        "root": {"level": "WARNING", "handlers": ["out"]},
        "loggers": {
            name: {**quiet, "level": level.upper()}
            for name in ("preclear", "uvicorn", "uvicorn.error")
        },
    }
