"""*KPIs*: the figures of a period with their definitions and trends; CSV and Parquet; alerts."""

from __future__ import annotations

import asyncio
import io
from typing import TYPE_CHECKING, Final, cast

from fastapi import APIRouter, Request
from fastapi.responses import Response

from reports.kpi.period import PeriodError
from service.audit.denial_event import DENIAL, entered_of
from service.deps import Held, Present
from service.pages.kpis.asked import Asked
from service.pages.kpis.counting import Counting
from service.pages.layout.page import page
from service.pages.layout.route import PageRoute
from service.pages.tables.running import NoTablesError
from service.problems import Problem

if TYPE_CHECKING:
    from reports.kpi.report import KpiReport
    from service.deps import State
    from service.outcomes.performance import Performance
    from service.pages.tables.running import Tables
    from service.serving.serving import Serving

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_MOST: Final = 100_000
_KINDS: Final = {
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}


@router.get("/pages/kpis")
async def kpis(request: Request, held: Held, serving: Present) -> Response:
    """Every KPI of the period that is asked for."""
    asked = Asked.of(request.query_params)
    none, report = "", None
    try:
        report = await _report(request, held, serving, asked)
    except NoTablesError as error:
        none = str(error)
    except PeriodError as error:
        asked = asked.without_days(f"{str(error).capitalize()}.")
        report = await _report(request, held, serving, asked)
    return await asyncio.to_thread(_shown, asked, report, none)


@router.get("/pages/kpis/file")
async def file(request: Request, held: Held, serving: Present) -> Response:
    """The same figures as a table in a file. Raises ``Problem`` (422)."""
    from reports.kpi.rows import WRITERS

    asked = Asked.of(request.query_params)
    kind = request.query_params.get("format", "")
    if kind not in _KINDS or asked.wrong:
        raise Problem(422, "invalid-request", "Choose CSV or Parquet, and a period, on the page.")
    try:
        report = await _report(request, held, serving, asked)
    except PeriodError:
        raise Problem(422, "invalid-request", "The period ends before it begins.") from None
    out = io.BytesIO()
    await asyncio.to_thread(WRITERS[f".{kind}"], report, out)
    name = f"kpis-{report.period.since}-to-{report.period.until}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(out.getvalue(), media_type=_KINDS[kind], headers=headers)


async def _report(request: Request, held: State, serving: Serving, asked: Asked) -> KpiReport:
    tables = cast("Tables", request.app.state.tables)
    repository = held.repository
    events = await asyncio.to_thread(repository.of_kind, DENIAL, _MOST)
    judged = await asyncio.to_thread(repository.of_kind, "outcome", 1)
    counting = Counting(
        asked=asked,
        entered=entered_of(events),
        repository=repository,
        performance=cast("Performance", request.app.state.performance),
        profiles=held.profiles,
        model=serving.model,
        rework=held.settings.rework_cost,
    )
    marks = tuple(found[-1].sequence if found else 0 for found in (events, judged))
    name = ("kpis", asked.since, asked.until, asked.by, serving.model.digest, *marks)
    return await asyncio.to_thread(tables.counted, name, counting.count)


def _shown(asked: Asked, report: KpiReport | None, none: str) -> Response:
    from reports.kpi.page import shown_kpis, shown_tables
    from reports.kpi.plot import HEIGHT, WIDTH

    return page(
        "kpis/kpis.html.j2",
        asked=asked,
        absent=none,
        report=report,
        kpis=shown_kpis(report) if report else [],
        tables=shown_tables(report) if report else [],
        width=WIDTH,
        height=HEIGHT,
    )
