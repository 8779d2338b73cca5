"""Is the process alive; may it be sent work."""

from __future__ import annotations

import asyncio
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from service.deps import Held
from service.problem_document import ProblemDocument
from service.problems import unavailable

router = APIRouter(tags=["health"])


class Alive(BaseModel):
    """The process answers."""

    status: Literal["alive"] = "alive"


class Ready(BaseModel):
    """A verified model and a history are loaded, and scores can be recorded."""

    status: Literal["ready"] = "ready"
    model_version: str


@router.get("/healthz", operation_id="healthz")
async def healthz() -> Alive:
    """200 while the process answers at all."""
    return Alive()


@router.get(
    "/readyz",
    operation_id="readyz",
    responses={503: {"model": ProblemDocument, "description": "Send no work now."}},
)
async def readyz(held: Held) -> Ready:
    """200 when a claim sent now would be scored and recorded, else 503."""
    if not await asyncio.to_thread(held.repository.writable):
        raise unavailable("The audit log cannot be written.", "audit-unavailable")
    return Ready(model_version=held.serving.now().reference.version)
