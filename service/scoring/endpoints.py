"""``POST /score`` and ``POST /score/batch``."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from service.body import JSON_LINES, kind_of, read_body
from service.deps import AsOf, Held
from service.scoring.batch import Slot, answers, lines_of, listed, slot_of
from service.scoring.documents import BATCH, SCORE
from service.scoring.requests import parse_claim, parse_json
from service.scoring.service import CHUNK
from service.scoring.x12 import claims_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import AsyncIterator

    from service.deps import State
    from service.scoring.service import Answer

router = APIRouter(tags=["scoring"])


@router.post("/score", response_class=JSONResponse, **SCORE)
async def score(request: Request, held: Held, as_of: AsOf = None) -> Response:
    """Score one claim (JSON), or every claim of an 837.

    The answer is written to the audit log before it is given.
    """
    kind = kind_of(request, ("json", "x12"))
    body = await read_body(request, held.settings.max_body_bytes)
    if kind == "x12":
        return await _score_837(held, body, as_of)
    ask = parse_claim(parse_json(body), held.settings.max_lines, as_of)
    return JSONResponse(await held.scoring.score_one(ask))


@router.post("/score/batch", response_class=JSONResponse, **BATCH)
async def score_batch(request: Request, held: Held, as_of: AsOf = None) -> Response:
    """Score many claims: ``{"claims": [...]}``, JSON lines, or an 837.

    One bad claim never loses its neighbours: its slot holds a problem. JSON lines are answered as
    JSON lines, while the rest is still being scored.
    """
    settings = held.settings
    kind = kind_of(request, ("json", "x12", "jsonl"))
    body = await read_body(request, settings.max_body_bytes)
    if kind == "x12":
        return await _score_837(held, body, as_of)
    slot = partial(slot_of, settings=settings, as_of=as_of)
    if kind == "jsonl":
        lines = lines_of(body, settings.max_claims)
        found = answers(held.scoring, lines, slot, CHUNK)
        return StreamingResponse(_as_lines(found), media_type=JSON_LINES)
    claims = listed(await asyncio.to_thread(parse_json, body), settings.max_claims)
    scores = [one async for part in answers(held.scoring, claims, slot, CHUNK) for one in part]
    return JSONResponse({"scores": scores, "problems": []})


async def _score_837(held: State, body: bytes, as_of: dt.date | None) -> Response:
    settings = held.settings
    found = await asyncio.to_thread(claims_of, body, settings.max_lines, settings.max_claims, as_of)
    parts = answers(held.scoring, found.slots, _ready, CHUNK)
    scores = [one async for part in parts for one in part]
    return JSONResponse({"scores": scores, "problems": found.problems})


def _ready(slot: Slot) -> Slot:
    return slot


async def _as_lines(parts: AsyncIterator[list[Answer]]) -> AsyncIterator[str]:
    async for part in parts:
        yield "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in part)
