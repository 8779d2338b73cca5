"""*Score a claim*: paste one, or drop an 837, and see what the payer will say and what to do."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from service.deps import Held, Present
from service.pages.layout.form import read_form
from service.pages.layout.page import page
from service.pages.layout.route import PageRoute
from service.pages.score.reading import brought
from service.pages.score.view import detail, rows
from service.problems import Problem
from service.scoring.batch import Slot, answers
from service.scoring.examples import BESIDE
from service.scoring.lane import CHUNK

if TYPE_CHECKING:
    from collections.abc import Sequence

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_EXAMPLE: Final = json.dumps(BESIDE, indent=1)


@router.get("/pages/score")
async def ask() -> Response:
    """The form for a claim."""
    return _form()


@router.post("/pages/score")
async def score(request: Request, held: Held, serving: Present) -> Response:
    """The scores of what was pasted or dropped, each on record before it is shown."""
    form = await read_form(request, held.settings.max_body_bytes)
    content = form.content("file") or form.content("text")
    try:
        found = await asyncio.to_thread(brought, content, held.settings)
    except Problem as problem:
        return _form(problem)
    parts = answers(held.scoring, serving, found.slots, _itself, CHUNK)
    told: Sequence[Any] = [one async for part in parts for one in part]
    single = told[0] if len(told) == 1 else None
    if single is not None and "status" in single:
        slot = found.slots[0]
        return _form(slot if isinstance(slot, Problem) else _problem(single))
    if single is not None:
        return page("score/one.html.j2", one=detail(single), unread=found.unread, recorded=None)
    return page("score/many.html.j2", rows=rows(told), unread=found.unread)


@router.get("/pages/score/{score_id}")
async def recorded(score_id: str, held: Held) -> Response:
    """A score as it is on record. Raises ``Problem`` (404)."""
    record = await asyncio.to_thread(held.repository.get, score_id)
    if record is None:
        raise Problem(404, "no-score", "There is no such score on record.")
    return page("score/one.html.j2", one=detail(record.answered()), unread=(), recorded=record)


def _itself(slot: Slot) -> Slot:
    return slot


def _problem(told: dict[str, Any]) -> Problem:
    return Problem(int(told["status"]), "not-scored", str(told["detail"]))


def _form(problem: Problem | None = None) -> Response:
    status = problem.status if problem else 200
    return page("score/form.html.j2", status=status, problem=problem, example=_EXAMPLE)
