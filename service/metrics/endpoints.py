"""``GET /metrics``: what Prometheus reads."""

from __future__ import annotations

from typing import cast

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from service.metrics.scrape import Scrape

router = APIRouter(tags=["health"])


@router.get("/metrics", operation_id="metrics", response_class=PlainTextResponse)
async def metrics(request: Request) -> Response:
    """Figures of all workers for Prometheus; no piece of a claim, no key, no caller."""
    scrape = cast("Scrape", request.app.state.metrics)
    page, kind = await scrape.page(request.headers.get("accept", ""))
    return Response(page, headers={"Content-Type": kind})
