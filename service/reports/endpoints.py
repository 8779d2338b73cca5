"""``GET /reports/{score_id}``: the explanation of one score, for people."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any, Final, cast

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, Response

from reports.explanation import explanation
from reports.page import POLICY
from service.problems import Problem
from service.reports.accept import Kind, wanted
from service.reports.gather import logged

if TYPE_CHECKING:
    from service.deps import State
    from service.reports.printer import Printer

from service.deps import Held

router = APIRouter(tags=["reports"])
_PDF: Final = "application/pdf"
_HEADERS: Final = {
    "Content-Security-Policy": f"{POLICY}; frame-ancestors 'none'",
    "Vary": "Accept",
}
_PROBLEM: Final = {
    "application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}
}
_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The report.",
        "content": {
            "text/html": {"schema": {"type": "string"}},
            _PDF: {"schema": {"type": "string", "format": "binary"}},
        },
    },
    404: {"description": "There is no such score.", "content": _PROBLEM},
    422: {"description": "There is no such form.", "content": _PROBLEM},
}
_ID: Final = "The `score_id` of an answer."
_FORM: Final = "`html` or `pdf`; it goes before the Accept header, which asks for HTML by default."
ScoreId = Annotated[str, Path(description=_ID, examples=["01890a5d-ac96-774b-bcce-b302099a8057"])]
Form = Annotated[Kind | None, Query(alias="format", description=_FORM)]


@router.get(
    "/reports/{score_id}",
    operation_id="report",
    response_class=HTMLResponse,
    responses=_ANSWERS,
)
async def report(request: Request, score_id: ScoreId, held: Held, form: Form = None) -> Response:
    """Explain one score for people: a page, or the same page as a PDF.

    It is made from the audit record and what the log says of it. Whose claim it was is not in it.
    """
    page = await asyncio.to_thread(_page, held, score_id)
    if (form or wanted(request.headers.get("accept", ""))) == "html":
        return HTMLResponse(page, headers=_HEADERS)
    printer = cast("Printer", request.app.state.printer)
    name = f'inline; filename="preclear-{score_id.strip().lower()}.pdf"'
    headers = {"Content-Disposition": name, "Vary": "Accept"}
    return Response(await printer.pdf(page), media_type=_PDF, headers=headers)


def _page(held: State, score_id: str) -> str:
    record = held.repository.get(score_id.strip().lower())
    if record is None:
        raise Problem(
            404,
            "no-score",
            "There is no such score in the audit log, or retention dropped it: send the score_id "
            "of an answer.",
        )
    return explanation(record, logged(held.repository, record, held.settings.mlruns))
