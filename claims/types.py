"""What a claim and a remittance are: frozen values, as read, nothing derived.

Conventions, used in every type below:

* A text that was not stated is ``""``; a date or an amount that was not stated is ``None``.
* Money is ``Decimal`` in dollars. Dates are ``datetime.date`` (no time zone: X12 states none).
* Names, addresses, phone numbers and free text are never here: they are dropped at reading.
* ``claim_id``, ``member_id`` and the payer's claim number are here as they were sent, because an
  837 cannot be written without them. They leave this form at the table (see ``claims.tables``),
  which holds keyed hashes only.

>>> line = ServiceLine(number=1, procedure="99213", charge=Decimal("120.00"))
>>> line.modifiers
()
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

ZERO = Decimal(0)

Form = Literal["professional", "institutional"]
Sex = Literal["F", "M", "U", ""]
Position = Literal["P", "S", "T", "U", "A", "B", "C", "D", "E", "F", "G", "H", ""]


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A provider in one role: its NPI (10 digits, as sent) and taxonomy code."""

    npi: str = ""
    taxonomy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """One ``CAS`` triple: group (CO, PR, OA, PI, CR), CARC, amount in dollars, quantity."""

    group: str
    carc: str
    amount: Decimal
    quantity: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Payer:
    """The payer that a claim goes to (837 loop 2010BB, SBR of loop 2000B).

    ``filing_code`` is SBR09 (``MB`` Medicare B, ``MC`` Medicaid, ``CI`` commercial, ``HM`` HMO,
    ``16`` Medicare Advantage ...); ``position`` is SBR01, its place in the payer order.
    """

    payer_id: str
    name: str = ""
    filing_code: str = ""
    position: Position = "P"


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherPayer:
    """Another payer of the same member (837 loop 2320/2330B), and what it said, if it said it."""

    payer_id: str = ""
    filing_code: str = ""
    position: Position = ""
    paid: Decimal | None = None
    adjustments: tuple[Adjustment, ...] = ()
    adjudicated_on: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """Who is insured: member id, sex, birth date; the patient stands in ``Patient``."""

    member_id: str = ""
    sex: Sex = ""
    birth_date: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """Who was treated. ``relationship`` to the subscriber is SBR02 or PAT01 (``18`` = self)."""

    relationship: str = "18"
    sex: Sex = ""
    birth_date: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligibility:
    """What the front desk found when it asked the payer; not carried by an 837."""

    checked_on: dt.date | None = None
    active: bool | None = None
    coverage_end: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """A prior authorization. An 837 carries the number alone (``REF*G1``)."""

    number: str = ""
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    procedures: tuple[str, ...] = ()
    units_left: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """Paperwork that goes with the claim (``PWK``): report type, how it is sent, its number."""

    report_type: str
    transmission: str = ""
    control_number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineAdjudication:
    """What an earlier payer said of one line (837 loop 2430: SVD, CAS, DTP*573)."""

    payer_id: str = ""
    paid: Decimal = ZERO
    procedure: str = ""
    modifiers: tuple[str, ...] = ()
    units: Decimal | None = None
    adjustments: tuple[Adjustment, ...] = ()
    adjudicated_on: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLine:
    """One procedure on a claim (837 loop 2400).

    ``diagnosis_pointers`` are 1-based places in ``Claim.diagnoses``. ``units`` is in
    ``unit_basis`` (``UN`` units, ``MJ`` minutes, ``DA`` days). ``procedure_qualifier`` is ``HC``
    for HCPCS and CPT. ``revenue_code`` is for institutional claims (SV201). ``service_to`` is
    ``None`` when the service took one day. ``control_number`` is ``REF*6R``, which an 835 gives
    back.
    """

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What the provider sends (837 loop 2300 with the loops above it).

    ``place_of_service`` is CLM05-1 of a professional claim; ``bill_type`` is CLM05-1 of an
    institutional one (facility type, two digits). ``frequency`` is CLM05-3: 1 original,
    7 replacement, 8 void. ``original_reference`` is the payer's number of the claim that a 7 or 8
    replaces (``REF*F8``). ``diagnoses`` are ICD codes without the dot, principal first;
    ``diagnosis_version`` is 10 or 9. ``submitted_on`` is the day the transaction was made (BHT04),
    ``None`` when nothing usable was stated. ``eligibility`` is known beside an 837, never in it.
    """

    claim_id: str
    payer: Payer
    form: Form = "professional"
    submitted_on: dt.date | None = None
    charge: Decimal = ZERO
    place_of_service: str = ""
    bill_type: str = ""
    frequency: str = "1"
    original_reference: str = ""
    accepts_assignment: str = ""
    subscriber: Subscriber = Subscriber()
    patient: Patient = Patient()
    billing: Provider = Provider()
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


@dataclass(frozen=True, slots=True, kw_only=True)
class RemittanceLine:
    """The payer's answer to one service line (835 loop 2110). Money in dollars."""

    procedure: str = ""
    procedure_qualifier: str = "HC"
    modifiers: tuple[str, ...] = ()
    charge: Decimal = ZERO
    paid: Decimal = ZERO
    revenue_code: str = ""
    units: Decimal | None = None
    service_from: dt.date | None = None
    service_to: dt.date | None = None
    control_number: str = ""
    adjustments: tuple[Adjustment, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Remittance:
    """The payer's answer to one claim (835 loop 2100, ``CLP``), with its payment's dates.

    ``file_date`` is the day of the interchange (GS04, else ISA09); ``produced_on`` is DTM*405;
    ``payment_date`` is BPR16. ``claims.known_on`` says which of them is the day it became known.
    ``trace`` is TRN02, the number of the check or transfer.
    """

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


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderAdjustment:
    """Money moved apart from any claim (``PLB``): whose, for which fiscal year, why, how much."""

    npi: str
    fiscal_period_end: dt.date | None
    reason: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One 835 transaction (``ST`` to ``SE``): the check or transfer that its remittances share."""

    payer_id: str = ""
    payer_name: str = ""
    payee_npi: str = ""
    amount: Decimal = ZERO
    method: str = ""
    payment_date: dt.date | None = None
    trace: str = ""
    provider_adjustments: tuple[ProviderAdjustment, ...] = ()
