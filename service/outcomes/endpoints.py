"""``POST /outcomes``: what became of claims."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response

from claims.errors import UserError
from service.body import Kind, kind_of
from service.deps import Held
from service.idempotency.keeping import keep, recalled
from service.outcomes.documents import OUTCOMES
from service.outcomes.posted import Reading
from service.outcomes.start import Opened
from service.problems import Problem, unavailable
from service.unreadable import UnreadablePart

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from service.outcomes.service import Taken

router = APIRouter(tags=["outcomes"])
_TAKEN: Final[tuple[Kind, ...]] = ("x12",)
_CHUNK: Final = 1 << 18
_log = logging.getLogger("preclear.outcomes")


async def _opened(request: Request) -> Opened:
    opened: Opened = request.app.state.outcomes
    return opened


Here = Annotated[Opened, Depends(_opened)]


@router.post("/outcomes", response_class=JSONResponse, **OUTCOMES)
async def outcomes(request: Request, held: Held, here: Here) -> Response:
    """Take the remittances of an 835, and the claims of an 837 that tell what was sent.

    They are kept, joined to earlier scores and recorded in the audit log before the answer; the
    history is brought up to date within moments. The same file again changes nothing.
    """
    kind_of(request, _TAKEN)
    before = await recalled([""])
    if before is not None:
        return JSONResponse(before[0])
    reading = Reading(here.keys, held.catalogue)
    async for chunk in _chunks(request):
        await asyncio.to_thread(reading.feed, chunk)
    found = await asyncio.to_thread(reading.finish)
    if found.empty:
        why = f" {found.problems[0].text}" if found.problems else ""
        text = f"No remittance and no claim could be read; send an 835 from ISA to IEA.{why}"
        raise Problem(422, "no-remittance", text)
    try:
        taken = await asyncio.to_thread(here.service.take, found)
    except UserError as error:
        _log.error("outcomes were not taken: %s", error)
        text = "The outcomes could not be recorded; send the same again shortly."
        raise unavailable(text, "outcomes-unavailable") from None
    answer = document(taken)
    await keep([answer])
    return JSONResponse(answer)


def document(taken: Taken) -> dict[str, object]:
    """The answer: counts, and where something could not be read; no piece of a claim."""
    problems = [UnreadablePart(one).document() for one in taken.problems]
    return {**asdict(taken), "problems": problems}


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    """The body as it comes, in pieces that are worth a thread's while."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        parts.append(part)
        size += len(part)
        if size >= _CHUNK:
            yield b"".join(parts)
            parts, size = [], 0
    if parts:
        yield b"".join(parts)
