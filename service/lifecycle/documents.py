"""What OpenAPI says of ``POST /lifecycle``; the example works (a test posts it)."""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import models_json_schema

from claims.categories import Category
from models.score import Decision, Level
from service.body import JSON
from service.problem_document import ProblemDocument
from service.scoring.dialect_documents import ClearinghouseClaim
from service.scoring.dialect_examples import CLEARINGHOUSE
from service.scoring.fields import nullable

PRECISION: Final = "precisionThreshold"


class LifecycleRequest(ClearinghouseClaim):
    """A clearinghouse's claim, and beside its fields the precision that is asked for."""

    model_config = ConfigDict(json_schema_extra=nullable)

    precision: float | None = Field(
        None,
        alias=PRECISION,
        ge=0.5,
        le=0.99,
        description="Share of the claims told as denied that are denied indeed; 422 with the best "
        "that can be kept when this cannot. Without it the model's own threshold decides.",
    )


class EraCarc(BaseModel):
    """A CARC, without a group code: the model tells none."""

    code: str
    probability: float = Field(description="Given a denial for the reason.")


class DenialReason(BaseModel):
    """One of the three likeliest categories."""

    reason: Category
    probability: float = Field(description="Given a denial.")
    codes: list[EraCarc] = Field(alias="eraCarcCodes", description="The three likeliest.")


class LifecycleLine(BaseModel):
    """One service line."""

    line: str = Field(alias="lineId", description="Its number on the claim.")
    denied: bool = Field(alias="lineDenied")
    probability: float = Field(alias="denialProbability")
    reasons: list[DenialReason] | None = Field(
        None, alias="denialReasons", description="Of a denied line: those of its claim."
    )


class LifecycleClaim(BaseModel):
    """What is foreseen for the claim."""

    claim: str = Field(alias="claimId", description="patientControlNumber, as sent.")
    denied: bool = Field(alias="claimDenied", description="Whether it is at the threshold.")
    probability: float = Field(alias="denialProbability")
    drg: bool = Field(description="Whether the claim states a DRG.")
    lines: list[LifecycleLine]
    reasons: list[DenialReason] = Field(
        alias="denialReasons", description="At most three; none where it is not told as denied."
    )


class LifecycleAnswer(BaseModel):
    """The prediction, with what a decision should rest on."""

    request: str = Field(alias="requestId", description="The score's id in the audit log.")
    version: str = Field(alias="modelVersion")
    threshold: float
    precision: float | None = Field(alias="precisionPromised")
    decision: Decision = Field(description="As /score gives it; never submit without support.")
    support: Level = Field(description="With none, nothing like it was ever answered: a guess.")
    notes: list[str] = Field(description="What is not known.")
    claims: list[LifecycleClaim] = Field(min_length=1, max_length=1)


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


_ERRORS: Final = {
    400: "The body is not JSON.",
    408: "The body did not come in time.",
    413: "The body or the claim is too large.",
    415: "The Content-Type is not taken here.",
    422: "A field is wrong, or the precision cannot be kept; the sentence names the best.",
    503: "Overloaded, or the audit log cannot be written; Retry-After says when to come back.",
}
LIFECYCLE: Final[dict[str, Any]] = {
    "operation_id": "lifecycle",
    "responses": {
        200: {
            "description": "Scored and recorded.",
            "content": {JSON: {"schema": _ref("LifecycleAnswer")}},
        },
        **{
            status: {
                "description": text,
                "content": {"application/problem+json": {"schema": _ref("ProblemDocument")}},
            }
            for status, text in _ERRORS.items()
        },
    },
    "openapi_extra": {
        "requestBody": {
            "required": True,
            "content": {
                JSON: {
                    "schema": _ref("LifecycleRequest"),
                    "examples": {
                        "precise": {
                            "summary": "A clearinghouse's claim, and a precision",
                            "value": {PRECISION: 0.6, **CLEARINGHOUSE},
                        }
                    },
                }
            },
        }
    },
}


def schemas() -> dict[str, Any]:
    """The schemas that the endpoint refers to, for ``components``."""
    _, said = models_json_schema(
        [
            (LifecycleRequest, "validation"),
            (LifecycleAnswer, "serialization"),
            (ProblemDocument, "serialization"),
        ],
        ref_template="#/components/schemas/{model}",
    )
    found: dict[str, Any] = said["$defs"]
    return found
