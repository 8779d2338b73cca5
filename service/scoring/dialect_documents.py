"""What OpenAPI says of claims in the words of others: what is needed of them here.

All else that their own specifications allow may be there too; ``docs/dialects.md`` says what of it
is read.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from service.scoring.claim_form import AuthorizationForm, EligibilityForm
from service.scoring.dialect_examples import CLEARINGHOUSE, FHIR
from service.scoring.fields import AS_OF_MEANING, Day, nullable

_SAID: Final = "What is read of it: docs/dialects.md. Other fields are passed over."
_Id = Annotated[str, Field(min_length=1, max_length=80)]


class ClearinghouseLine(BaseModel):
    """A service line, with its ``professionalService``."""


class ClearinghouseInformation(BaseModel):
    """The claim with its lines."""

    claim_id: _Id = Field(alias="patientControlNumber")
    lines: list[ClearinghouseLine] = Field(alias="serviceLines", min_length=1)


class ClearinghouseClaim(BaseModel):
    """A professional claim as clearinghouses take it (*Professional Claims*, version 3)."""

    model_config = ConfigDict(json_schema_extra={"description": _SAID})

    payer_id: _Id = Field(alias="tradingPartnerServiceId")
    information: ClearinghouseInformation = Field(alias="claimInformation")


class FhirClaim(BaseModel):
    """A FHIR R4 ``Claim``, or a ``Bundle`` with one; it needs an identifier, items and a payer.

    The payer is known by an identifier of the insurer or of the coverage's payor, which may be
    resources sent along: that is beyond a schema.
    """

    kind: Literal["Claim", "Bundle"] = Field(alias="resourceType")


class DialectBeside(BaseModel):
    """A claim in the words of others, and beside it what it does not carry."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=nullable)

    claim: ClearinghouseClaim | FhirClaim
    eligibility: EligibilityForm | None = None
    authorization: AuthorizationForm | None = None
    as_of: Annotated[Day | None, Field(description=AS_OF_MEANING)] = None


FORMS: Final[tuple[type[BaseModel], ...]] = (ClearinghouseClaim, FhirClaim, DialectBeside)
"""What ``/score`` takes beside our flat form."""
AnyDialect = ClearinghouseClaim | FhirClaim | DialectBeside


EXAMPLES: Final[dict[str, Any]] = {
    "clearinghouse": {"summary": "A clearinghouse's claim JSON", "value": CLEARINGHOUSE},
    "fhir": {"summary": "A FHIR R4 Claim with contained resources", "value": FHIR},
}
