"""*Worklist*: what to do first, and what was done."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from models.rank import Budget
from service.access.caller import caller_id
from service.audit.override import DECISIONS, REASONS, override
from service.audit.searching import Wanted
from service.audit.worked import RESULTS, worked
from service.deps import Held, Present
from service.pages.layout.form import read_form
from service.pages.layout.page import HEADERS, page
from service.pages.layout.route import PageRoute
from service.pages.score.reading import brought
from service.pages.score.view import detail
from service.pages.worklist.gather import gather
from service.pages.worklist.view import DUE, STATES, Filter, shown
from service.problems import Problem
from service.scoring.batch import Slot, answers
from service.scoring.lane import CHUNK
from service.scoring.rank import worklist

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.record import AuditRecord
    from service.deps import State

router = APIRouter(route_class=PageRoute, include_in_schema=False)
WORKLIST = "/pages/worklist"


@router.get(WORKLIST)
async def listed(request: Request, held: Held) -> Response:
    """The open work of all that was scored here, most money saved per minute first."""
    return await _list(held, Filter.of(request.query_params))


@router.post(WORKLIST)
async def of_file(request: Request, held: Held, serving: Present) -> Response:
    """The work that a file of claims asks for, with the caller's own claim ids."""
    form = await read_form(request, held.settings.max_body_bytes)
    try:
        found = await asyncio.to_thread(brought, form.content("file"), held.settings)
    except Problem as problem:
        return await _list(held, Filter(), problem)
    parts = answers(held.scoring, serving, found.slots, _itself, CHUNK)
    scores: Sequence[Any] = [one async for part in parts for one in part]
    day = Budget(actions=held.settings.daily_actions, minutes=held.settings.daily_minutes)
    told = await asyncio.to_thread(worklist, scores, day)
    return page("worklist/file.html.j2", told=told, unread=found.unread)


@router.post("/pages/worklist/find")
async def find(request: Request, held: Held) -> Response:
    """The scores of one claim, by its number, which is hashed and kept nowhere."""
    form = await read_form(request)
    found = await of_claim(request, held, form.text("claim"))
    return page("worklist/found.html.j2", found=found)


@router.get("/pages/worklist/{score_id}")
async def one(score_id: str, held: Held) -> Response:
    """One score: what to do, and what was done."""
    record = await recorded(held, score_id)
    said = await asyncio.to_thread(held.repository.events_of, [score_id])
    return _one(record, said)


@router.post("/pages/worklist/{score_id}")
async def record(score_id: str, request: Request, held: Held) -> Response:
    """Record what was done about a score, or that a person decides otherwise, and why."""
    form = await read_form(request)
    record = await recorded(held, score_id)
    try:
        if form.text("what") == "override":
            event = override(record, form.text("decision"), form.text("reason"), caller_id())
        else:
            event = worked(record, form.text("result"), caller_id())
    except ValueError:
        said = await asyncio.to_thread(held.repository.events_of, [score_id])
        return _one(record, said, "Choose one of the list.")
    await asyncio.to_thread(held.repository.append, [event])
    return RedirectResponse(WORKLIST, 303, headers=HEADERS)


async def recorded(held: State, score_id: str) -> AuditRecord:
    """The record of a score. Raises ``Problem`` (404)."""
    found = await asyncio.to_thread(held.repository.get, score_id)
    if found is None:
        raise Problem(404, "no-score", "There is no such score on record.")
    return found


async def of_claim(request: Request, held: State, claim_id: str) -> Sequence[Any]:
    """The scores of the claim of that number, newest first. Raises ``Problem`` (422)."""
    if not claim_id:
        raise Problem(422, "no-claim", "Enter the number of a claim.")
    key = f"{request.app.state.outcomes.keys.claim(claim_id):016x}"
    wanted = Wanted(claim_key=key)
    return await asyncio.to_thread(held.repository.search, wanted, 50)


async def _list(held: State, asked: Filter, problem: Problem | None = None) -> Response:
    today = dt.datetime.now(dt.UTC).date()
    items = await asyncio.to_thread(gather, held.repository, today)
    return page(
        "worklist/list.html.j2",
        status=problem.status if problem else 200,
        problem=problem,
        shown=shown(items, asked),
        asked=asked,
        every=len(items),
        due=DUE,
        states=STATES,
    )


def _one(record: AuditRecord, said: Sequence[Any], wrong: str = "") -> Response:
    return page(
        "worklist/one.html.j2",
        status=422 if wrong else 200,
        wrong=wrong,
        record=record,
        one=detail(record.answered()),
        said=[event for event in said if event.kind in {"worked", "override", "outcome"}],
        results=RESULTS,
        decisions=[name for name in DECISIONS if name != record.decision],
        reasons=REASONS,
    )


def _itself(slot: Slot) -> Slot:
    return slot
