"""What OpenAPI says of the scoring endpoints; the examples work (a test posts each)."""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import models_json_schema

from claims.categories import Action, Owner
from models.score import Decision, Score
from service.body import JSON, JSON_LINES, NDJSON, X12
from service.problem_document import ProblemDocument
from service.scoring.claim_form import BesideRequest, ClaimRequest
from service.scoring.dialect_documents import EXAMPLES, FORMS, AnyDialect
from service.scoring.dialect_examples import CLEARINGHOUSE
from service.scoring.examples import BESIDE, FLAT, X12_837


class Scores(BaseModel):
    """Answers in the order of the claims, and what of the file could not be read."""

    scores: list[Score | ProblemDocument] = Field(
        description="One for each claim, in order; a problem where that claim could not be scored."
    )
    problems: list[ProblemDocument] = Field(
        description="Parts of an 837 that could not be read; `segment` says where."
    )


class RankedClaim(BaseModel):
    """One claim of the worklist: its score in short, and the first action with what it is worth."""

    rank: int = Field(description="1 is to be worked first.")
    chosen: bool = Field(description="Whether it fits into the day's budget and saves anything.")
    claim_id: str
    score_id: str
    denial_probability: float
    decision: Decision
    decision_reason: str
    action: Action
    owner: Owner
    text: str
    minutes: float
    saving: str = Field(description="Dollars, net of the cost of the minutes.")
    saving_per_minute: str | None = Field(description="null for what takes no time.")
    deadline: str | None = Field(description="Last day on which it helps, ISO; null: not known.")
    amount_at_risk: str


class DayBudget(BaseModel):
    """What the day allows; null is no limit."""

    actions: int | None
    minutes: float | None


class RankTotals(BaseModel):
    """Counts and sums over the batch."""

    claims: int
    hold: int
    review: int
    submit: int
    chosen: int
    minutes: float = Field(description="Of the chosen.")
    saving: str = Field(description="Of the chosen, dollars.")
    saving_of_all: str = Field(description="Of all that save anything, whatever the budget.")
    budget: DayBudget


class RankProblem(ProblemDocument):
    """A claim of the batch, or a part of an 837, that could not be ranked."""

    claim: int | None = Field(None, description="Which claim of the batch, counted from 1.")


class Worklist(BaseModel):
    """A day's work, the most money saved per minute first."""

    worklist: list[RankedClaim]
    totals: RankTotals
    problems: list[RankProblem]


class BatchRequest(BaseModel):
    """Claims, each in any form."""

    model_config = ConfigDict(extra="forbid")

    claims: list[ClaimRequest | BesideRequest | AnyDialect]


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


_CLAIM: Final = {
    "anyOf": [
        _ref("ClaimRequest"),
        _ref("BesideRequest"),
        *(_ref(form.__name__) for form in FORMS),
    ]
}
_X12: Final = {
    "schema": {"type": "string", "description": "An 837 interchange, from ISA to IEA."},
    "examples": {"professional": {"summary": "One professional claim", "value": X12_837}},
}
_ERRORS: Final = {
    400: "The body is not JSON.",
    408: "The body did not come in time.",
    413: "The body, the batch or a claim is too large.",
    415: "The Content-Type is not taken here.",
    422: "A field is wrong; `errors` says which and how to mend it.",
    503: "Overloaded, or the audit log cannot be written; Retry-After says when to come back.",
}
_LINES: Final = {
    "schema": {
        "type": "string",
        "description": "For each claim a line, a score or a problem; then one with `summary`.",
    }
}
_PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    status: {
        "description": text,
        "content": {"application/problem+json": {"schema": _ref("ProblemDocument")}},
    }
    for status, text in _ERRORS.items()
}


def _answers(content: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    return {200: {"description": "Scored and recorded.", "content": content}, **_PROBLEMS}


def _body(content: dict[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": content}}


SCORE: Final[dict[str, Any]] = {
    "operation_id": "score",
    "responses": _answers(
        {
            JSON: {"schema": {"anyOf": [_ref("Score"), _ref("Scores")]}},
            JSON_LINES: _LINES,
            NDJSON: _LINES,
        }
    ),
    "openapi_extra": _body(
        {
            JSON: {
                "schema": _CLAIM,
                "examples": {
                    "flat": {"summary": "A claim in our flat form", "value": FLAT},
                    "beside": {"summary": "With what the front desk knows", "value": BESIDE},
                    **EXAMPLES,
                },
            },
            X12: _X12,
        }
    ),
}
_BATCH_BODY: Final = _body(
    {
        JSON: {
            "schema": _ref("BatchRequest"),
            "examples": {
                "two": {"summary": "Two claims", "value": {"claims": [FLAT, BESIDE]}},
                "forms": {
                    "summary": "Each claim in its own form",
                    "value": {"claims": [FLAT, CLEARINGHOUSE]},
                },
            },
        },
        JSON_LINES: {"schema": {"type": "string", "description": "One claim a line."}},
        NDJSON: {"schema": {"type": "string", "description": "One claim a line."}},
        X12: _X12,
    }
)
BATCH: Final[dict[str, Any]] = {
    "operation_id": "score_batch",
    "responses": _answers(
        {
            JSON: {"schema": _ref("Scores")},
            JSON_LINES: _LINES,
            NDJSON: _LINES,
        }
    ),
    "openapi_extra": _BATCH_BODY,
}
RANK: Final[dict[str, Any]] = {
    "operation_id": "rank",
    "responses": _answers({JSON: {"schema": _ref("Worklist")}}),
    "openapi_extra": _BATCH_BODY,
}


def schemas() -> dict[str, Any]:
    """The schemas that the endpoints refer to, for ``components``."""
    _, said = models_json_schema(
        [
            (ClaimRequest, "validation"),
            (BesideRequest, "validation"),
            *((form, "validation") for form in FORMS),
            (BatchRequest, "validation"),
            (Scores, "serialization"),
            (Worklist, "serialization"),
            (ProblemDocument, "serialization"),
        ],
        ref_template="#/components/schemas/{model}",
    )
    found: dict[str, Any] = said["$defs"]
    return found
