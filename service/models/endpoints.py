"""Which model answers here."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from service.deps import Held, Present, State

router = APIRouter(tags=["model"])


class RefusedCandidate(BaseModel):
    """What the registry, or the running history's link, names and this process does not use."""

    alias: str = Field(description="`champion`, `challenger`, or `history`.")
    version: str = Field(description="Empty where none is known.")
    digest: str = Field(description="As registered; empty where none is known.")
    reason: str
    since: dt.datetime


class Shadowing(BaseModel):
    """The challenger, asked about scores that are on record; its answers are events of the log."""

    name: str
    version: str
    digest: str
    share: float = Field(description="Share of the scores that it is asked about.")
    scored: int = Field(description="So many were asked about by this process.")
    dropped: int = Field(description="So many were let pass, because it was behind.")


class ModelCard(BaseModel):
    """The model that a score from this process would name, and what it rests on."""

    name: str
    version: str = Field(description="Its version in the registry.")
    digest: str = Field(description="SHA-256 of the bundle's manifest.")
    threshold: float = Field(description="From this probability a claim is not sent as it is.")
    features: int = Field(description="Feature values that it looks at.")
    history_digest: str = Field(description="SHA-256 of the running history.")
    history_until: dt.date | None = Field(description="Last day that the history knows of.")
    code_version: str
    training: dict[str, Any] = Field(description="What training said about itself.")
    refused: list[RefusedCandidate] = Field(
        description="What was asked to serve here and cannot; the above goes on serving."
    )
    shadow: Shadowing | None = Field(description="The challenger that is asked beside it, if any.")


@router.get("/model", operation_id="model")
async def model(held: Held, serving: Present) -> ModelCard:
    """Name the model, its digest, and the history that it is asked with."""
    return ModelCard(
        name=serving.reference.name,
        version=serving.reference.version,
        digest=serving.reference.digest,
        threshold=serving.model.threshold,
        features=held.feature_count,
        history_digest=serving.history.digest,
        history_until=serving.history_until,
        code_version=held.code_version,
        training=dict(serving.model.facts),
        refused=[RefusedCandidate(**asdict(one)) for one in held.watch.refusals.told()],
        shadow=_shadow(held),
    )


def _shadow(held: State) -> Shadowing | None:
    asked = held.shadow.challenger()
    if asked is None:
        return None
    return Shadowing(
        name=asked.name,
        version=asked.version,
        digest=asked.digest,
        share=held.settings.shadow_share,
        scored=held.shadow.scored,
        dropped=held.shadow.dropped,
    )
