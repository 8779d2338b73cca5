"""The service with an echo beside it: same request and response, nothing in between."""

from __future__ import annotations

from typing import Final

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from service.access.scopes import ANY, ROUTES
from service.app import create_app
from service.body import Kind, kind_of, read_body
from service.deps import Held, Present
from service.scoring.examples import FLAT
from service.scoring.requests import parse_claim, parse_json

_TAKEN: Final[tuple[Kind, ...]] = ("json",)


def create() -> FastAPI:
    """``POST /echo`` reads and checks a claim as ``/score`` does, and answers as long a score."""
    app = create_app(routes={**ROUTES, ("POST", "/echo"): ANY})
    answers: list[dict[str, object]] = []

    @app.post("/echo")
    async def echo(request: Request, held: Held, serving: Present) -> JSONResponse:
        kind_of(request, _TAKEN)
        body = await read_body(request, held.settings.max_body_bytes)
        ask = parse_claim(parse_json(body), held.settings.max_lines)
        if not answers:
            example = parse_claim(FLAT, held.settings.max_lines)
            answers.append(await held.scoring.score_one(example, serving))
        return JSONResponse({**answers[0], "claim_id": ask.claim.claim_id})

    return app
