"""Our flat JSON form of a claim: the fields of ``claims.types.Claim``, with limits.

Names are those of the types (a test holds them equal). ``null`` is the same as leaving a field out.
Money and units are numbers or texts of a number. A field that is not ours is refused, because a
misspelt one would be a fact silently lost.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Any, Final, Self, cast

from pydantic import Field, StrictBool, model_validator
from pydantic_core import PydanticCustomError

from claims import types
from claims.types import Form, Position, Sex
from service.scoring.fields import (
    AS_OF_MEANING,
    WHOLE,
    Code,
    Day,
    Diagnosis,
    Identifier,
    Money,
    Name,
    Part,
    Quantity,
    SignedMoney,
    SignedQuantity,
    undefaulted,
)

MAX_LINES: Final = 999  # an 837I's own limit; an 837P allows 50
SELF: Final = "18"


def _unnumbered(line: dict[Any, Any]) -> bool:
    return line.get("number") is None


class ProviderForm(Part):
    """A provider in one role."""

    npi: Code = ""
    taxonomy: Code = ""


class AdjustmentForm(Part):
    """An earlier payer's adjustment."""

    group: Code
    carc: Code
    amount: SignedMoney
    quantity: SignedQuantity | None = None


class PayerForm(Part):
    """The payer that the claim goes to."""

    payer_id: Annotated[str, Field(min_length=1, max_length=80, examples=["62308"])]
    name: Name = ""
    filing_code: Annotated[Code, Field(description="SBR09: MB, MC, CI, HM, 16 ...")] = ""
    position: Annotated[Position, Field(description="SBR01: P primary, S secondary ...")] = "P"


class OtherPayerForm(Part):
    """Another payer of the member, and what it said."""

    payer_id: Identifier = ""
    filing_code: Code = ""
    position: Position = ""
    paid: SignedMoney | None = None
    adjustments: Annotated[tuple[AdjustmentForm, ...], Field(max_length=99)] = ()
    adjudicated_on: Day | None = None


class SubscriberForm(Part):
    """Who is insured."""

    member_id: Identifier = ""
    sex: Sex = ""
    birth_date: Day | None = None


class PatientForm(Part):
    """Who was treated; relationship 18 is the subscriber."""

    relationship: Code = "18"
    sex: Sex = ""
    birth_date: Day | None = None


class EligibilityForm(Part):
    """What the front desk found when it asked the payer."""

    checked_on: Day | None = None
    active: StrictBool | None = None
    coverage_end: Day | None = None


class AuthorizationForm(Part):
    """A prior authorization."""

    number: Identifier = ""
    valid_from: Day | None = None
    valid_to: Day | None = None
    procedures: Annotated[tuple[Code, ...], Field(max_length=99)] = ()
    units_left: Quantity | None = None


class AttachmentForm(Part):
    """Paperwork that goes with the claim (PWK)."""

    report_type: Code
    transmission: Code = ""
    control_number: Identifier = ""


class LineAdjudicationForm(Part):
    """What an earlier payer said of one line."""

    payer_id: Identifier = ""
    paid: SignedMoney = Decimal(0)
    procedure: Code = ""
    modifiers: Annotated[tuple[Code, ...], Field(max_length=4)] = ()
    units: Quantity | None = None
    adjustments: Annotated[tuple[AdjustmentForm, ...], Field(max_length=99)] = ()
    adjudicated_on: Day | None = None


class ServiceLineForm(Part):
    """One procedure on the claim."""

    number: Annotated[
        int,
        Field(strict=True, ge=1, le=9999, description="default: its place"),
        Field(json_schema_extra=undefaulted),
        WHOLE,
    ] = 0
    procedure: Annotated[Code, Field(examples=["99213"])] = ""
    procedure_qualifier: Code = "HC"
    modifiers: Annotated[tuple[Code, ...], Field(max_length=4)] = ()
    charge: Money = Decimal(0)
    units: Quantity | None = None
    unit_basis: Code = "UN"
    diagnosis_pointers: Annotated[
        tuple[Annotated[int, Field(strict=True, ge=1, le=99), WHOLE], ...], Field(max_length=12)
    ] = ()
    place_of_service: Code = ""
    revenue_code: Code = ""
    service_from: Day | None = None
    service_to: Day | None = None
    authorization_number: Identifier = ""
    referral_number: Identifier = ""
    clia_number: Identifier = ""
    emergency: StrictBool = False
    notes_present: StrictBool = False
    ndc: Code = ""
    control_number: Identifier = ""
    rendering: ProviderForm | None = None
    ordering: ProviderForm | None = None
    referring: ProviderForm | None = None
    attachments: Annotated[tuple[AttachmentForm, ...], Field(max_length=10)] = ()
    other_adjudications: Annotated[tuple[LineAdjudicationForm, ...], Field(max_length=15)] = ()


class ClaimForm(Part):
    """A claim: flat, in our names, with its lines and what the front desk knows."""

    claim_id: Annotated[str, Field(min_length=1, max_length=80)]
    payer: PayerForm
    form: Form = "professional"
    submitted_on: Day | None = None
    charge: Money = Decimal(0)
    place_of_service: Code = ""
    bill_type: Code = ""
    frequency: Annotated[Code, Field(description="1 original, 7 replacement, 8 void")] = "1"
    original_reference: Identifier = ""
    accepts_assignment: Code = ""
    subscriber: SubscriberForm = SubscriberForm()
    patient: PatientForm = PatientForm()
    billing: ProviderForm = ProviderForm()
    rendering: ProviderForm | None = None
    referring: ProviderForm | None = None
    supervising: ProviderForm | None = None
    attending: ProviderForm | None = None
    operating: ProviderForm | None = None
    facility: ProviderForm | None = None
    pay_to: ProviderForm | None = None
    authorization: AuthorizationForm | None = None
    referral_number: Identifier = ""
    clia_number: Identifier = ""
    delay_reason: Code = ""
    related_causes: Annotated[tuple[Code, ...], Field(max_length=10)] = ()
    accident_state: Code = ""
    accident_on: Day | None = None
    onset_on: Day | None = None
    statement_from: Day | None = None
    statement_to: Day | None = None
    admitted_on: Day | None = None
    discharged_on: Day | None = None
    admission_type: Code = ""
    admission_source: Code = ""
    patient_status: Code = ""
    diagnosis_version: Annotated[int, Field(strict=True, ge=9, le=10), WHOLE] = 10
    diagnoses: Annotated[
        tuple[Diagnosis, ...], Field(max_length=99, description="ICD codes, principal first")
    ] = ()
    admitting_diagnosis: Diagnosis = ""
    drg: Code = ""
    patient_paid: Money | None = None
    attachments: Annotated[tuple[AttachmentForm, ...], Field(max_length=10)] = ()
    notes_present: StrictBool = False
    other_payers: Annotated[tuple[OtherPayerForm, ...], Field(max_length=10)] = ()
    lines: Annotated[tuple[ServiceLineForm, ...], Field(min_length=1, max_length=MAX_LINES)]
    eligibility: EligibilityForm | None = None

    @model_validator(mode="before")
    @classmethod
    def _lines_are_numbered(cls, data: Any) -> Any:
        lines = data.get("lines") if isinstance(data, dict) else None
        if not isinstance(lines, list):
            return data
        numbered = [
            {**line, "number": place} if isinstance(line, dict) and _unnumbered(line) else line
            for place, line in enumerate(lines, 1)
        ]
        return {**data, "lines": numbered}

    @model_validator(mode="after")
    def _line_numbers_differ(self) -> Self:
        if len({line.number for line in self.lines}) < len(self.lines):
            raise PydanticCustomError("same_number", "two lines with one number")
        return self


class ClaimRequest(ClaimForm):
    """A claim, flat, with the day as of which to judge it."""

    as_of: Annotated[Day | None, Field(description=AS_OF_MEANING)] = None


class BesideRequest(Part):
    """A claim, and beside it what an 837 does not carry."""

    claim: ClaimForm
    eligibility: EligibilityForm | None = None
    authorization: AuthorizationForm | None = None
    as_of: Annotated[Day | None, Field(description=AS_OF_MEANING)] = None


_TYPES: Final[dict[type[Part], type[object]]] = {
    ProviderForm: types.Provider,
    AdjustmentForm: types.Adjustment,
    PayerForm: types.Payer,
    OtherPayerForm: types.OtherPayer,
    SubscriberForm: types.Subscriber,
    PatientForm: types.Patient,
    EligibilityForm: types.Eligibility,
    AuthorizationForm: types.Authorization,
    AttachmentForm: types.Attachment,
    LineAdjudicationForm: types.LineAdjudication,
    ServiceLineForm: types.ServiceLine,
    ClaimForm: types.Claim,
    ClaimRequest: types.Claim,
}
FIELD_NAMES: Final = tuple(sorted({name for form in _TYPES for name in form.model_fields}))


def _built(value: object) -> object:
    if isinstance(value, Part):
        sent = value.model_fields_set - {"as_of"}
        return _TYPES[type(value)](**{name: _built(getattr(value, name)) for name in sent})
    if isinstance(value, tuple):
        return tuple(_built(item) for item in value)
    return value


def to_claim(form: ClaimForm | BesideRequest) -> types.Claim:
    """The claim that ``form`` describes; what was not sent takes the type's own default.

    What follows from the rest may be left out: the claim's ``charge`` is then the sum of its lines,
    and sex and birth date of a patient who is the subscriber are the subscriber's, as in an 837.
    What is stated beside a claim goes before the same within it.
    """
    if isinstance(form, BesideRequest):
        beside = form.model_fields_set & {"eligibility", "authorization"}
        given = {name: _built(getattr(form, name)) for name in beside}
        return replace(to_claim(form.claim), **cast("dict[str, Any]", given))
    claim = cast("types.Claim", _built(form))
    if "charge" not in form.model_fields_set:
        total = sum((line.charge for line in claim.lines), start=types.ZERO)
        claim = replace(claim, charge=total)
    if claim.patient.relationship == SELF:
        claim = replace(claim, patient=_as_subscriber(claim.patient, claim.subscriber))
    return claim


def _as_subscriber(patient: types.Patient, subscriber: types.Subscriber) -> types.Patient:
    return replace(
        patient,
        sex=patient.sex or subscriber.sex,
        birth_date=patient.birth_date or subscriber.birth_date,
    )
