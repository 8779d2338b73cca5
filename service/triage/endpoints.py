"""``POST /triage``: what to do about each denial in an 835."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from models.triage import of_history, to_dict
from models.triage import triage as ranked
from service.body import Kind, kind_of, read_body
from service.deps import AsOf, Held, Present
from service.triage.documents import TRIAGE
from service.triage.remittances import ledger_of

if TYPE_CHECKING:
    from service.deps import State
    from service.serving.serving import Serving

router = APIRouter(tags=["triage"])
_TAKEN: Final[tuple[Kind, ...]] = ("x12",)


@router.post("/triage", response_class=JSONResponse, **TRIAGE)
async def triage(request: Request, held: Held, serving: Present, as_of: AsOf = None) -> Response:
    """Decode every denial that stands in an 835, and rank them by what working them is worth.

    `as_of` is the day that deadlines are counted to; today (UTC) by default. Nothing is kept.
    """
    kind_of(request, _TAKEN)
    body = await read_body(request, held.settings.max_body_bytes)
    day = as_of or dt.datetime.now(dt.UTC).date()
    return JSONResponse(await asyncio.to_thread(triaged, held, serving, body, day))


def triaged(held: State, serving: Serving, body: bytes, day: dt.date) -> dict[str, object]:
    """The answer for an 835 as of a day. Raises ``Problem``."""
    recovery = serving.model.recovery
    found = ledger_of(body, held.catalogue, held.settings.max_claims)
    denials = ranked(found.ledger, day, limits=held.profiles.of, recovery=recovery)
    return {
        "as_of": day.isoformat(),
        "remittances": found.ledger.remittances,
        "remittances_denied": found.ledger.denied,
        "not_decided": found.ledger.undecided,
        "superseded": found.ledger.superseded,
        "recovery": of_history(recovery),
        "denials": [to_dict(one) for one in denials],
        "problems": found.problems,
    }
