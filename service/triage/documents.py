"""What OpenAPI says of ``POST /triage``; the example works (a test posts it)."""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel, Field
from pydantic.json_schema import models_json_schema

from models.triage import Triaged
from service.body import JSON, X12
from service.problem_document import ProblemDocument
from service.triage.examples import X12_835


class History(BaseModel):
    """What the chances of recovery were learned from."""

    days: int = Field(description="Answers within so many days of a denial count.")
    seen: int = Field(description="Denials old enough to tell.")
    resent: int = Field(description="Those of them that were sent again.")
    paid: int = Field(description="Those of the resent ones that were paid in the end.")


class Triage(BaseModel):
    """The denials that stand, the one most worth working first."""

    as_of: str = Field(description="Day that deadlines are counted to.")
    remittances: int = Field(description="Answers to claims in the file; a repeated one once.")
    remittances_denied: int = Field(description="Those of them that deny something.")
    not_decided: int = Field(description="Reversals, and answers without a decision.")
    superseded: int = Field(description="Denials that a later answer in the file took back.")
    recovery: History | None = Field(description="Null where the model counted none.")
    denials: list[Triaged] = Field(description="Ranked: 1 is the most worth working.")
    problems: list[ProblemDocument] = Field(
        description="Parts of the file that could not be read; `segment` says where."
    )


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


_ERRORS: Final = {
    413: "The body is too large, or holds too many remittances.",
    415: "The Content-Type is not taken here.",
    422: "There is no remittance in it.",
    503: "Overloaded; Retry-After says when to come back.",
}
TRIAGE: Final[dict[str, Any]] = {
    "operation_id": "triage",
    "responses": {
        200: {
            "description": "Decoded and ranked.",
            "content": {JSON: {"schema": _ref("Triage")}},
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
                X12: {
                    "schema": {
                        "type": "string",
                        "description": "An 835 interchange, from ISA to IEA.",
                    },
                    "examples": {
                        "two": {"summary": "One claim denied, one in part", "value": X12_835}
                    },
                }
            },
        }
    },
}


def schemas() -> dict[str, Any]:
    """The schemas that the endpoint refers to, for ``components``."""
    _, said = models_json_schema(
        [(Triage, "serialization"), (ProblemDocument, "serialization")],
        ref_template="#/components/schemas/{model}",
    )
    found: dict[str, Any] = said["$defs"]
    return found
