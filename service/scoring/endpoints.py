"""``POST /score``, ``POST /score/batch`` and ``POST /rank``."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, cast

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from models.rank import Budget
from service.body import kind_of, read_body
from service.deps import Actions, AsOf, Held, Minutes, Precision, Present, Progress, Strict
from service.problems import Problem
from service.scoring.batch import Slot, answers, lines_of, listed, slot_of
from service.scoring.documents import BATCH, RANK, SCORE
from service.scoring.lane import CHUNK
from service.scoring.precision import can_keep
from service.scoring.rank import worklist
from service.scoring.requests import parse_claim, parse_json
from service.scoring.streams.begin import begin, is_stream
from service.scoring.strict import judged
from service.scoring.x12 import claims_of
from service.tracing.spans import span

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from claims.settings import Settings
    from service.deps import State
    from service.serving.serving import Serving

router = APIRouter(tags=["scoring"])


@router.post("/score", response_class=JSONResponse, **SCORE)
async def score(
    request: Request,
    held: Held,
    serving: Present,
    as_of: AsOf = None,
    precision: Precision = None,
    strict: Strict = False,
    progress: Progress = False,
) -> Response:
    """Score one claim (JSON), or every claim of an 837.

    The answer is written to the audit log before it is given. An 837 is answered in JSON lines,
    while it comes, to who accepts them.
    """
    can_keep(serving, precision)
    kind = kind_of(request, ("json", "x12"))
    if is_stream(request, kind):
        if strict:
            text = "strict judges an 837 as a whole: accept application/json, or leave strict out."
            raise Problem(422, "strict-not-streamed", text)
        return begin(request, held, serving, as_of, precision, progress=progress)
    body = await read_body(request, held.settings.max_body_bytes)
    if kind == "x12":
        return await _score_837(held, serving, body, as_of, precision, strict=strict)
    if strict:
        text = "strict judges an 837 by its guide: send application/edi-x12, or leave it out."
        raise Problem(422, "strict-needs-837", text)
    with span("parse"):
        ask = parse_claim(parse_json(body), held.settings.max_lines, as_of)
    return JSONResponse(await held.scoring.score_one(replace(ask, precision=precision), serving))


@router.post("/score/batch", response_class=JSONResponse, **BATCH)
async def score_batch(
    request: Request,
    held: Held,
    serving: Present,
    as_of: AsOf = None,
    precision: Precision = None,
    progress: Progress = False,
) -> Response:
    """Score many claims: ``{"claims": [...]}``, JSON lines, or an 837.

    One bad claim never loses its neighbours: its slot holds a problem. JSON lines are answered as
    JSON lines while they come, however many there are, and so is an 837 to who accepts them.
    """
    can_keep(serving, precision)
    settings = held.settings
    kind = kind_of(request, ("json", "x12", "jsonl"))
    if is_stream(request, kind):
        return begin(request, held, serving, as_of, precision, progress=progress)
    body = await read_body(request, settings.max_body_bytes)
    if kind == "x12":
        return await _score_837(held, serving, body, as_of, precision)

    def slot(claim: object) -> Slot:
        return _promised(slot_of(claim, settings, as_of), precision)

    claims = listed(await asyncio.to_thread(parse_json, body), settings.max_claims)
    scores = [
        one async for part in answers(held.scoring, serving, claims, slot, CHUNK) for one in part
    ]
    return JSONResponse({"scores": scores, "problems": []})


@router.post("/rank", response_class=JSONResponse, **RANK)
async def rank(
    request: Request,
    held: Held,
    serving: Present,
    budget: Actions = None,
    minutes: Minutes = None,
    as_of: AsOf = None,
    precision: Precision = None,
) -> Response:
    """Score a batch and order it for a day's work: money saved per minute first.

    Takes what ``/score/batch`` takes. Every score is written to the audit log before the answer.
    """
    can_keep(serving, precision)
    settings = held.settings
    kind = kind_of(request, ("json", "x12", "jsonl"))
    body = await read_body(request, settings.max_body_bytes)
    problems: list[dict[str, object]] = []
    slots: Sequence[Slot]
    if kind == "x12":
        found = await asyncio.to_thread(
            claims_of, body, settings.max_lines, settings.max_claims, as_of
        )
        slots, problems = found.slots, found.problems
    else:
        slots = await asyncio.to_thread(_slots_of, body, kind == "jsonl", settings, as_of)
    ready = partial(_promised, precision=precision)
    parts = answers(held.scoring, serving, slots, ready, CHUNK)
    scores = [one async for part in parts for one in part]
    day = Budget(
        actions=budget if budget is not None else settings.daily_actions,
        minutes=minutes if minutes is not None else settings.daily_minutes,
    )
    told = await asyncio.to_thread(worklist, scores, day)
    told["problems"] = [*cast("list[dict[str, object]]", told["problems"]), *problems]
    return JSONResponse(told)


def _slots_of(body: bytes, lines: bool, settings: Settings, as_of: dt.date | None) -> list[Slot]:
    """The slots of JSON, one line a claim or all in one list. Raises ``Problem``."""
    claims: Sequence[object]
    if lines:
        claims = lines_of(body, settings.max_claims)
    else:
        claims = listed(parse_json(body), settings.max_claims)
    return [slot_of(claim, settings, as_of) for claim in claims]


def _promised(slot: Slot, precision: float | None) -> Slot:
    return slot if isinstance(slot, Problem) else replace(slot, precision=precision)


async def _score_837(
    held: State,
    serving: Serving,
    body: bytes,
    as_of: dt.date | None,
    precision: float | None,
    *,
    strict: bool = False,
) -> Response:
    settings = held.settings
    found = await asyncio.to_thread(claims_of, body, settings.max_lines, settings.max_claims, as_of)
    if strict:
        found = await asyncio.to_thread(judged, body, found)
    ready = partial(_promised, precision=precision)
    parts = answers(held.scoring, serving, found.slots, ready, CHUNK)
    scores = [one async for part in parts for one in part]
    return JSONResponse({"scores": scores, "problems": found.problems})
