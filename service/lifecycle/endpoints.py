"""``POST /lifecycle``: the score of a clearinghouse's claim, in *Claims Lifecycle AI*'s shape."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from claims.dialects import dialect_of
from service.body import Kind, kind_of, read_body
from service.deps import AsOf, Held, Present
from service.lifecycle.answer import predicted
from service.lifecycle.documents import LIFECYCLE, PRECISION
from service.problems import FieldError, invalid
from service.scoring.precision import can_keep
from service.scoring.requests import parse_claim, parse_json

_TAKEN: Final[tuple[Kind, ...]] = ("json",)
router = APIRouter(tags=["scoring"])


@router.post("/lifecycle", response_class=JSONResponse, **LIFECYCLE)
async def lifecycle(request: Request, held: Held, serving: Present, as_of: AsOf = None) -> Response:
    """Foresee denial of a clearinghouse's claim: `claimDenied`, its lines, reasons with CARCs.

    The score is that of `/score`, recorded before it is given; `precisionThreshold` is its
    `precision`. Institutional claims and other forms go to `/score`.
    """
    kind_of(request, _TAKEN)
    body = parse_json(await read_body(request, held.settings.max_body_bytes))
    if not isinstance(body, dict):
        raise invalid((FieldError("", "must be a JSON object"),))
    if dialect_of(body) != "clearinghouse":
        raise invalid((FieldError("claimInformation", "is required"),))
    precision = _precision(body)
    can_keep(serving, precision)
    ask = replace(parse_claim(body, held.settings.max_lines, as_of), precision=precision)
    score = await held.scoring.score_one(ask, serving)
    return JSONResponse(predicted(score, drg=bool(ask.claim.drg)))


def _precision(body: dict[str, Any]) -> float | None:
    """What is asked for; its bounds are judged by what the model can keep."""
    asked = body.get(PRECISION)
    if asked is None:
        return None
    if isinstance(asked, bool) or not isinstance(asked, int | float):
        raise invalid((FieldError(PRECISION, "must be a number from 0.5 to 0.99"),))
    return float(min(max(asked, -1), 2))  # an integer may be too large for a float
