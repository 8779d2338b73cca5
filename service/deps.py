"""What endpoints are given: the process's state, what it answers with, and the day asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

from fastapi import Depends, Query, Request

from service.scoring.fields import AS_OF_MEANING, Day
from service.serving.serving import Serving

if TYPE_CHECKING:
    from claims.carc import Catalogue
    from claims.profiles import Profiles
    from claims.settings import Settings
    from service.audit.repository import AuditRepository
    from service.scoring.service import ScoringService
    from service.scoring.streams.places import Places
    from service.serving.holder import Holder
    from service.serving.shadow import Shadow
    from service.serving.watch import Watch

PRECISION_MEANING: Final = (
    "Share of the claims at or above the threshold that are denied indeed, 0.5 to 0.99: the "
    "threshold that keeps it takes the place of the model's own; 422 when none does."
)
ACTIONS_MEANING: Final = (
    "How many actions the day allows; default: PRECLEAR_DAILY_ACTIONS, and else no limit."
)
MINUTES_MEANING: Final = (
    "How many minutes of work the day allows; default: PRECLEAR_DAILY_MINUTES, and else no limit."
)
STRICT_MEANING: Final = (
    "Also judge an 837 by its implementation guide (pyx12, several milliseconds a claim): what it "
    "finds is in `edits`, with codes that begin with `guide_`."
)

PROGRESS_MEANING: Final = (
    "In an answer in JSON lines: a line after each group of claims says how far it is."
)


@dataclass(frozen=True, slots=True)
class State:
    """What a serving process holds from start to stop; ``serving`` holds what may change."""

    settings: Settings
    catalogue: Catalogue
    profiles: Profiles
    code_version: str
    feature_count: int
    repository: AuditRepository
    scoring: ScoringService
    streams: Places
    serving: Holder
    watch: Watch
    shadow: Shadow


# Coroutines: FastAPI would send a plain function to a thread, for every request.
async def _state(request: Request) -> State:
    held: State = request.app.state.held
    return held


async def _serving(request: Request) -> Serving:
    held: State = request.app.state.held
    return held.serving.now()


Held = Annotated[State, Depends(_state)]
Present = Annotated[Serving, Depends(_serving)]
"""The model and history of this request, taken once: never ask ``held.serving`` again within it."""
AsOf = Annotated[Day | None, Query(description=AS_OF_MEANING)]
Precision = Annotated[
    float | None,
    Query(
        description=PRECISION_MEANING,
        examples=[0.9],
        json_schema_extra={"anyOf": [{"type": "number", "minimum": 0.5, "maximum": 0.99}]},
    ),
]
Strict = Annotated[bool, Query(description=STRICT_MEANING)]
Progress = Annotated[bool, Query(description=PROGRESS_MEANING)]
Actions = Annotated[
    int | None, Query(ge=1, le=1_000_000, description=ACTIONS_MEANING, examples=[40])
]
Minutes = Annotated[
    float | None,
    Query(gt=0, le=1_000_000, allow_inf_nan=False, description=MINUTES_MEANING, examples=[480]),
]
