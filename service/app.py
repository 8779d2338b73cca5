"""The service as an ASGI application: ``create_app(settings)``."""

from __future__ import annotations

from contextlib import ExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.telemetry import TelemetryConfig

from claims.keys import load_keys
from claims.settings import Settings
from service import problems
from service.access.access import open_access, open_sessions
from service.access.documents import describe
from service.access.endpoints import router as oauth
from service.access.gate import Gate
from service.access.scopes import ROUTES
from service.headers import SafeHeaders
from service.health.endpoints import router as health
from service.health.start import watch
from service.idempotency.middleware import Idempotency
from service.idempotency.start import open_idempotency
from service.lifecycle.documents import schemas as lifecycle_schemas
from service.lifecycle.endpoints import router as lifecycle
from service.limits import BodyLimits, OneLength
from service.load.collector import settle
from service.load.door import STATE
from service.load.drain import Drain
from service.load.limit import InFlight
from service.load.orphan import leave_with_supervisor
from service.load.patience import PATIENCE
from service.load.share import Share
from service.logs import RequestLog
from service.metrics.endpoints import router as metrics
from service.metrics.scrape import Scrape
from service.models.endpoints import router as models
from service.outcomes.documents import schemas as outcome_schemas
from service.outcomes.endpoints import router as outcomes
from service.outcomes.live import Live
from service.outcomes.performance import Performance
from service.outcomes.start import open_outcomes
from service.pages.audit.endpoints import router as audit_page
from service.pages.denials.endpoints import router as denials_page
from service.pages.endpoints import router as docs
from service.pages.kpis.endpoints import router as kpis_page
from service.pages.layout.assets import router as assets
from service.pages.models.endpoints import router as models_page
from service.pages.score.endpoints import router as score_page
from service.pages.session.attempts import Attempts
from service.pages.session.endpoints import router as session
from service.pages.tables.running import Tables
from service.pages.worklist.endpoints import router as worklist_page
from service.reports.endpoints import router as reports
from service.reports.printer import Printer
from service.scoring.documents import schemas
from service.scoring.endpoints import router as scoring
from service.start import code_version, start, stop
from service.tracing.middleware import RequestSpans
from service.tracing.start import traced
from service.triage.documents import schemas as triage_schemas
from service.triage.endpoints import router as triage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping
    from contextlib import AbstractAsyncContextManager

    from service.access.scopes import Needs

    Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[dict[str, Share]]]

_ABOUT = (
    "Tells, before a claim goes out, whether the payer will deny it, why, and what one person "
    "should do about it. Errors are RFC 9457 problems and hold no piece of a claim."
)
_PAGES: Final = (
    assets, session, score_page, worklist_page, denials_page, kpis_page, models_page, audit_page,
)  # fmt: skip
_NO_TELEMETRY: Final[TelemetryConfig] = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
"""Of FastAPI's own, which the environment may turn on: it tells paths, queries and messages."""


def create_app(
    settings: Settings | None = None, routes: Mapping[tuple[str, str], Needs] = ROUTES
) -> FastAPI:
    """The service over ``settings`` (default: the environment's, ``PRECLEAR_...``).

    Keys, model, history and audit log are opened when the application starts; it does not start
    without them (``UserError``). ``routes`` says who may use which; what it does not list, nobody.
    """
    settings = settings or Settings.read()

    app = FastAPI(
        title="Preclear",
        version=code_version().removeprefix("preclear "),
        description=_ABOUT,
        lifespan=_lifespan(settings),
        docs_url=None,  # its page loads scripts from a public network; ours is in service/pages
        redoc_url=None,
        redirect_slashes=False,
        telemetry=_NO_TELEMETRY,
    )
    for router in (scoring, lifecycle, triage, outcomes, health, metrics, models, oauth):
        app.include_router(router)
    app.include_router(reports)
    if settings.api_docs:
        app.include_router(docs)
    if settings.pages:
        for router in _PAGES:
            app.include_router(router)
    app.add_middleware(Idempotency, most_bytes=settings.max_body_bytes)
    app.add_middleware(
        BodyLimits, most_bytes=settings.max_body_bytes, most_seconds=settings.body_seconds
    )
    app.add_middleware(Gate, routes=routes)
    app.add_middleware(InFlight)
    problems.install(app)
    app.add_middleware(OneLength)
    app.add_middleware(SafeHeaders)
    app.add_middleware(RequestLog)
    if settings.traces:
        app.add_middleware(RequestSpans)
    _describe(app, routes)
    return app


def _lifespan(settings: Settings) -> Lifespan:
    """What is opened when the application starts, and given back when it ends."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
        with ExitStack() as stack:
            app.state.traces = stack.enter_context(traced(settings, app.version))
            access = app.state.access = open_access(settings)
            stack.callback(access.close)
            sessions = app.state.sessions = open_sessions(settings)
            stack.callback(sessions.close)
            app.state.attempts = Attempts()
            state, writer = start(settings)
            app.state.held = state
            stack.callback(stop, state, writer)
            app.state.outcomes = open_outcomes(state, writer)
            stack.callback(app.state.outcomes.close)
            app.state.printer = Printer()
            app.state.metrics = Scrape(state.code_version)
            stack.callback(app.state.metrics.close)
            app.state.tables = Tables(settings.home, app.state.outcomes.store)
            app.state.performance = Performance(state.repository)
            app.state.metrics.register(Live(app.state.performance))
            app.state.readiness = watch(state, writer, app.state.metrics)
            stack.callback(app.state.readiness.close)
            app.state.idempotency = open_idempotency(settings)
            app.state.idempotency_secret = load_keys(settings.home).secret
            stack.callback(app.state.idempotency.close)
            share = app.state.share = Share(settings.max_in_flight)
            drain = Drain(
                share, app.state.readiness, settings.drain_seconds, settings.finish_seconds
            )
            drain.listen()
            stack.callback(drain.close)
            leave_with_supervisor()
            stack.callback(settle())
            yield {STATE: share, PATIENCE: settings.body_seconds}

    return lifespan


def _describe(app: FastAPI, routes: Mapping[tuple[str, str], Needs]) -> None:
    """Let OpenAPI know the schemas of bodies that the endpoints read for themselves."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            said = get_openapi(
                title=app.title,
                version=app.version,
                description=app.description,
                routes=app.routes,
            )
            known = said.setdefault("components", {}).setdefault("schemas", {})
            known.update({**schemas(), **lifecycle_schemas()})
            known.update({**triage_schemas(), **outcome_schemas()})
            for name in ("HTTPValidationError", "ValidationError"):
                known.pop(name, None)
            describe(said, routes)
            app.openapi_schema = said
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way
