"""*KPIs*: the figures of a period with their definitions and trends; CSV and Parquet; alerts."""

from __future__ import annotations

import asyncio
import io
from functools import partial
from typing import TYPE_CHECKING, Final, cast

from fastapi import APIRouter, Request
from fastapi.responses import Response

from reports.kpi.period import PeriodError
from service.audit.denial_event import DENIAL, entered_of
from service.deps import Held
from service.pages.kpis.advice import score_rows
from service.pages.kpis.asked import Asked
from service.pages.layout.page import page
from service.pages.layout.route import PageRoute
from service.pages.tables.running import NoTablesError
from service.problems import Problem

if TYPE_CHECKING:
    from claims.dataset import Dataset
    from reports.denials.entered import Entered
    from reports.kpi.advice import ScoreRow
    from reports.kpi.report import KpiReport
    from service.deps import State
    from service.pages.tables.running import Tables

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_MOST: Final = 100_000
_KINDS: Final = {
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}


@router.get("/pages/kpis")
async def kpis(request: Request, held: Held) -> Response:
    """Every KPI of the period that is asked for."""
    asked = Asked.of(request.query_params)
    none, report = "", None
    try:
        report = await _report(request, held, asked)
    except NoTablesError as error:
        none = str(error)
    except PeriodError as error:
        asked = asked.without_days(f"{str(error).capitalize()}.")
        report = await _report(request, held, asked)
    return await asyncio.to_thread(_shown, asked, report, none)


@router.get("/pages/kpis/file")
async def file(request: Request, held: Held) -> Response:
    """The same figures as a table in a file. Raises ``Problem`` (422)."""
    from reports.kpi.rows import WRITERS

    asked = Asked.of(request.query_params)
    kind = request.query_params.get("format", "")
    if kind not in _KINDS or asked.wrong:
        raise Problem(422, "invalid-request", "Choose CSV or Parquet, and a period, on the page.")
    try:
        report = await _report(request, held, asked)
    except PeriodError:
        raise Problem(422, "invalid-request", "The period ends before it begins.") from None
    out = io.BytesIO()
    await asyncio.to_thread(WRITERS[f".{kind}"], report, out)
    name = f"kpis-{report.period.since}-to-{report.period.until}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(out.getvalue(), media_type=_KINDS[kind], headers=headers)


async def _report(request: Request, held: State, asked: Asked) -> KpiReport:
    tables = cast("Tables", request.app.state.tables)
    repository = held.repository
    events = await asyncio.to_thread(repository.of_kind, DENIAL, _MOST)
    judged = await asyncio.to_thread(repository.of_kind, "outcome", 1)
    count = partial(
        _count,
        asked=asked,
        rework=held.settings.rework_cost,
        entered=entered_of(events),
        scores=partial(score_rows, repository),
    )
    marks = tuple(found[-1].sequence if found else 0 for found in (events, judged))
    name = ("kpis", asked.since, asked.until, asked.by, *marks)
    return await asyncio.to_thread(tables.counted, name, count)


def _count(
    dataset: Dataset,
    asked: Asked,
    rework: float,
    entered: list[Entered],
    scores: partial[list[ScoreRow]],
) -> KpiReport:
    from reports.kpi.report import kpis as counted  # DuckDB, only where it is asked for

    return counted(
        dataset,
        asked.first,
        asked.last,
        asked.by,
        rework=rework,
        entered=entered,
        scores=scores(),
    )


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
