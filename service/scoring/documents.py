"""What OpenAPI says of the scoring endpoints; the examples work (a test posts each)."""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel, Field
from pydantic.json_schema import models_json_schema

from models.score import Score
from service.body import JSON, JSON_LINES, X12
from service.problem_document import ProblemDocument
from service.scoring.claim_form import BesideRequest, ClaimRequest
from service.scoring.examples import BESIDE, FLAT, X12_837


class Scores(BaseModel):
    """Answers in the order of the claims, and what of the file could not be read."""

    scores: list[Score | ProblemDocument] = Field(
        description="One for each claim, in order; a problem where that claim could not be scored."
    )
    problems: list[ProblemDocument] = Field(
        description="Parts of an 837 that could not be read; `segment` says where."
    )


class BatchRequest(BaseModel):
    """Claims, each in either form."""

    claims: list[ClaimRequest | BesideRequest]


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


_CLAIM: Final = {"anyOf": [_ref("ClaimRequest"), _ref("BesideRequest")]}
_X12: Final = {
    "schema": {"type": "string", "description": "An 837 interchange, from ISA to IEA."},
    "examples": {"professional": {"summary": "One professional claim", "value": X12_837}},
}
_ERRORS: Final = {
    400: "The body is not JSON.",
    413: "The body, the batch or a claim is too large.",
    415: "The Content-Type is not taken here.",
    422: "A field is wrong; `errors` says which and how to mend it.",
    503: "Overloaded, or the audit log cannot be written; Retry-After says when to come back.",
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
    "responses": _answers({JSON: {"schema": {"anyOf": [_ref("Score"), _ref("Scores")]}}}),
    "openapi_extra": _body(
        {
            JSON: {
                "schema": _CLAIM,
                "examples": {
                    "flat": {"summary": "A claim in our flat form", "value": FLAT},
                    "beside": {"summary": "With what the front desk knows", "value": BESIDE},
                },
            },
            X12: _X12,
        }
    ),
}
BATCH: Final[dict[str, Any]] = {
    "operation_id": "score_batch",
    "responses": _answers(
        {
            JSON: {"schema": _ref("Scores")},
            JSON_LINES: {"schema": {"type": "string", "description": "One answer a line."}},
        }
    ),
    "openapi_extra": _body(
        {
            JSON: {
                "schema": _ref("BatchRequest"),
                "examples": {"two": {"summary": "Two claims", "value": {"claims": [FLAT, BESIDE]}}},
            },
            JSON_LINES: {"schema": {"type": "string", "description": "One claim a line."}},
            X12: _X12,
        }
    ),
}


def schemas() -> dict[str, Any]:
    """The schemas that the two endpoints refer to, for ``components``."""
    _, said = models_json_schema(
        [
            (ClaimRequest, "validation"),
            (BesideRequest, "validation"),
            (BatchRequest, "validation"),
            (Scores, "serialization"),
            (ProblemDocument, "serialization"),
        ],
        ref_template="#/components/schemas/{model}",
    )
    found: dict[str, Any] = said["$defs"]
    return found
