"""Is the process alive; may it be sent work. Also in the words of the open inference protocol.

https://github.com/kserve/open-inference-protocol, which KServe, Triton and others speak.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, cast

from fastapi import APIRouter, Request
from pydantic import BaseModel

from models.aliases import MODEL
from service.problem_document import ProblemDocument
from service.problems import Problem

if TYPE_CHECKING:
    from service.deps import State
    from service.health.readiness import Readiness

router = APIRouter(tags=["health"])
_UNREADY: Final[dict[int | str, dict[str, Any]]] = {
    503: {"model": ProblemDocument, "description": "Send no work now; the problem says why."}
}
_NAME: Final = {
    "name": "name",
    "in": "path",
    "required": True,
    "description": f"`{MODEL}`: there is one.",
    "schema": {"type": "string", "examples": [MODEL]},
}


class Alive(BaseModel):
    """The process answers."""

    status: Literal["alive"] = "alive"


class Ready(BaseModel):
    """A verified model and a history are loaded, and scores can be recorded."""

    status: Literal["ready"] = "ready"
    model_version: str


class Live(BaseModel):
    """The process answers, as the open inference protocol says it."""

    live: Literal[True] = True


class ServerReady(BaseModel):
    """The server takes work, as the open inference protocol says it."""

    ready: Literal[True] = True


class ModelReady(BaseModel):
    """The model takes work, as the open inference protocol says it."""

    name: str
    ready: Literal[True] = True


def _check(request: Request) -> None:
    """Raises ``Problem`` (503) when no work should be sent here."""
    problem = cast("Readiness", request.app.state.readiness).problem()
    if problem is not None:
        raise problem


@router.get("/healthz", operation_id="healthz")
async def healthz() -> Alive:
    """200 while the process answers at all."""
    return Alive()


@router.get("/readyz", operation_id="readyz", responses=_UNREADY)
async def readyz(request: Request) -> Ready:
    """200 when a claim sent now would be scored and recorded, else 503."""
    _check(request)
    held = cast("State", request.app.state.held)
    return Ready(model_version=held.serving.now().reference.version)


@router.get("/v2/health/live", operation_id="v2_live")
async def live() -> Live:
    """200 while the process answers at all (open inference protocol)."""
    return Live()


@router.get("/v2/health/ready", operation_id="v2_ready", responses=_UNREADY)
async def ready(request: Request) -> ServerReady:
    """200 when a claim sent now would be scored, else 503 (open inference protocol)."""
    _check(request)
    return ServerReady()


@router.get(
    "/v2/models/{name}/ready",
    operation_id="v2_model_ready",
    responses={404: {"model": ProblemDocument, "description": "No such model."}, **_UNREADY},
    openapi_extra={"parameters": [_NAME]},
)
async def model_ready(request: Request) -> ModelReady:
    """200 when the model takes work, else 503; 404 of a model that is not here."""
    if request.path_params["name"] != MODEL:
        raise Problem(404, "not-found", f"There is one model here, {MODEL}.")
    _check(request)
    return ModelReady(name=MODEL)
