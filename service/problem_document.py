"""How OpenAPI describes a problem (RFC 9457)."""

from __future__ import annotations

from pydantic import BaseModel, Field


class FieldProblem(BaseModel):
    """One field that is wrong."""

    field: str = Field(description="Its path in our names; empty for the whole.")
    text: str = Field(description="What is wrong with it.")


class ProblemDocument(BaseModel):
    """Why there is no score. No piece of the claim is in it."""

    type: str = Field(examples=["urn:preclear:problem:invalid-claim"])
    title: str
    status: int
    detail: str = Field(description="One sentence: what, where, how to mend it.")
    errors: list[FieldProblem] | None = None
    instance: str | None = Field(None, description="Names a failure (500) in the service's log.")
    segment: int | None = Field(None, description="Place in the 837, counted from 1 at its ISA.")
