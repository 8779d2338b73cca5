"""Which model answers here."""

from __future__ import annotations

import datetime as dt
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from service.deps import Held, Present

router = APIRouter(tags=["model"])


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
    )
