"""What OpenAPI says of ``POST /outcomes``; the example works (a test posts it)."""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import BaseModel, Field
from pydantic.json_schema import models_json_schema

from service.body import JSON, X12
from service.problem_document import ProblemDocument
from service.triage.examples import X12_835


class Outcomes(BaseModel):
    """What became of a file of remittances."""

    remittances: int = Field(description="Answers to claims in the file.")
    already_known: int = Field(description="Those that were taken before, word for word.")
    not_decided: int = Field(
        description="Reversals, answers without a decision, and those that state no day."
    )
    joined: int = Field(description="Those whose claim was scored here.")
    unmatched: int = Field(
        description="Those whose claim was neither scored nor sent as far as is known; they are "
        "kept, and count once the claim's 837 comes."
    )
    claims: int = Field(description="Claims in the file.")
    claims_already_known: int = Field(description="Those that were taken before.")
    history: Literal["pending", "current", "absent"] = Field(
        description="`pending`: it is being folded into the history now; `current`: the history "
        "holds it; `absent`: there is no history yet that it could be folded into."
    )
    problems: list[ProblemDocument] = Field(
        description="Parts of the file that could not be read; `segment` says where."
    )


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


_ERRORS: Final = {
    413: "The body is too large.",
    415: "The Content-Type is not taken here.",
    422: "There is neither a remittance nor a claim in it.",
    503: "Overloaded, or the disk failed; Retry-After says when to come back.",
}
OUTCOMES: Final[dict[str, Any]] = {
    "operation_id": "outcomes",
    "responses": {
        200: {
            "description": "Kept and recorded.",
            "content": {JSON: {"schema": _ref("Outcomes")}},
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
                        "description": "An 835 interchange, from ISA to IEA; 837s may stand in it.",
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
        [(Outcomes, "serialization"), (ProblemDocument, "serialization")],
        ref_template="#/components/schemas/{model}",
    )
    found: dict[str, Any] = said["$defs"]
    return found
