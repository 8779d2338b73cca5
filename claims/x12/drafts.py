"""Claims in the making.

A frozen dataclass of forty fields costs 9 microseconds to construct, because each field goes
through ``object.__setattr__``; half of the reader's time would go there. A draft has the same
slots, is filled by plain assignment, and *becomes* the frozen value: Python lets an object change
its class to one with the same layout. The fields must be those of ``claims.types``, name by name;
a test holds it, and Python refuses the change of class when they are not.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from claims.types import (
    ZERO,
    Adjustment,
    Attachment,
    Authorization,
    Claim,
    Eligibility,
    Form,
    LineAdjudication,
    OtherPayer,
    Patient,
    Payer,
    Provider,
    Remittance,
    RemittanceLine,
    ServiceLine,
    Sex,
    Subscriber,
)

Frozen = TypeVar("Frozen")

_PAYER = Payer(payer_id="")
_SUBSCRIBER = Subscriber()
_PATIENT = Patient()
_PROVIDER = Provider()


def freeze(draft: Any, kind: type[Frozen]) -> Frozen:
    """Turn a finished draft into the frozen type with the same slots; the draft is used up."""
    draft.__class__ = kind
    frozen: Frozen = draft
    return frozen


@dataclass(slots=True)
class AdjustmentDraft:
    """Becomes an ``Adjustment``."""

    group: str
    carc: str
    amount: Decimal
    quantity: Decimal | None


@dataclass(slots=True)
class SubscriberDraft:
    """Becomes a ``Subscriber``."""

    member_id: str
    sex: Sex
    birth_date: dt.date | None


@dataclass(slots=True)
class LineDraft:
    """Becomes a ``ServiceLine``."""

    number: int
    procedure: str = ""
    procedure_qualifier: str = "HC"
    modifiers: tuple[str, ...] = ()
    charge: Decimal = ZERO
    units: Decimal | None = None
    unit_basis: str = "UN"
    diagnosis_pointers: tuple[int, ...] = ()
    place_of_service: str = ""
    revenue_code: str = ""
    service_from: dt.date | None = None
    service_to: dt.date | None = None
    authorization_number: str = ""
    referral_number: str = ""
    clia_number: str = ""
    emergency: bool = False
    notes_present: bool = False
    ndc: str = ""
    control_number: str = ""
    rendering: Provider | None = None
    ordering: Provider | None = None
    referring: Provider | None = None
    attachments: tuple[Attachment, ...] = ()
    other_adjudications: tuple[LineAdjudication, ...] = ()


@dataclass(slots=True)
class ClaimDraft:
    """Becomes a ``Claim``."""

    claim_id: str
    payer: Payer = _PAYER
    form: Form = "professional"
    submitted_on: dt.date | None = None
    charge: Decimal = ZERO
    place_of_service: str = ""
    bill_type: str = ""
    frequency: str = ""
    original_reference: str = ""
    accepts_assignment: str = ""
    subscriber: Subscriber = _SUBSCRIBER
    patient: Patient = _PATIENT
    billing: Provider = _PROVIDER
    rendering: Provider | None = None
    referring: Provider | None = None
    supervising: Provider | None = None
    attending: Provider | None = None
    operating: Provider | None = None
    facility: Provider | None = None
    pay_to: Provider | None = None
    authorization: Authorization | None = None
    referral_number: str = ""
    clia_number: str = ""
    delay_reason: str = ""
    related_causes: tuple[str, ...] = ()
    accident_state: str = ""
    accident_on: dt.date | None = None
    onset_on: dt.date | None = None
    statement_from: dt.date | None = None
    statement_to: dt.date | None = None
    admitted_on: dt.date | None = None
    discharged_on: dt.date | None = None
    admission_type: str = ""
    admission_source: str = ""
    patient_status: str = ""
    diagnosis_version: int = 10
    diagnoses: tuple[str, ...] = ()
    admitting_diagnosis: str = ""
    drg: str = ""
    patient_paid: Decimal | None = None
    attachments: tuple[Attachment, ...] = ()
    notes_present: bool = False
    other_payers: tuple[OtherPayer, ...] = ()
    lines: tuple[ServiceLine, ...] = ()
    eligibility: Eligibility | None = None


@dataclass(slots=True)
class RemittanceLineDraft:
    """Becomes a ``RemittanceLine``."""

    procedure: str
    procedure_qualifier: str
    modifiers: tuple[str, ...]
    charge: Decimal
    paid: Decimal
    revenue_code: str
    units: Decimal | None
    service_from: dt.date | None = None
    service_to: dt.date | None = None
    control_number: str = ""
    adjustments: tuple[Adjustment, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(slots=True)
class RemittanceDraft:
    """Becomes a ``Remittance``."""

    claim_id: str
    status: str
    charge: Decimal = ZERO
    paid: Decimal = ZERO
    patient_responsibility: Decimal = ZERO
    filing_code: str = ""
    payer_claim_number: str = ""
    facility_code: str = ""
    frequency: str = ""
    drg: str = ""
    payer_id: str = ""
    payer_name: str = ""
    payee_npi: str = ""
    rendering_npi: str = ""
    crossover_payer_id: str = ""
    service_from: dt.date | None = None
    service_to: dt.date | None = None
    payer_received_on: dt.date | None = None
    file_date: dt.date | None = None
    produced_on: dt.date | None = None
    payment_date: dt.date | None = None
    trace: str = ""
    adjustments: tuple[Adjustment, ...] = ()
    remarks: tuple[str, ...] = ()
    lines: tuple[RemittanceLine, ...] = ()


def adjustment(group: str, carc: str, amount: Decimal, quantity: Decimal | None) -> Adjustment:
    """Make an adjustment, quickly."""
    return freeze(AdjustmentDraft(group, carc, amount, quantity), Adjustment)


DRAFTS: dict[type, type] = {
    AdjustmentDraft: Adjustment,
    SubscriberDraft: Subscriber,
    LineDraft: ServiceLine,
    ClaimDraft: Claim,
    RemittanceLineDraft: RemittanceLine,
    RemittanceDraft: Remittance,
}
