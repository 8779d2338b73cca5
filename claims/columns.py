"""Claims and remittances as columns: the one place where anything is derived from what was read.

The table writer and the path of a single request both take their columns from here, so that a
claim means the same in training and in scoring. Each function gives plain lists, by column name, in
the order of ``claims.schema``; days are dates, money and units Decimals rounded as the schema says.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from claims.outcome import FORWARDED, judge, known_on, plain_status
from claims.schema import (
    ADJUSTMENTS,
    CLAIMS,
    LINES,
    PROVIDER_ADJUSTMENTS,
    REMITTANCE_LINES,
    REMITTANCES,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from claims.carc import Catalogue
    from claims.keys import Keys
    from claims.outcome import Judgement, LineJudgement
    from claims.types import (
        Authorization,
        Claim,
        Eligibility,
        OtherPayer,
        Payment,
        Provider,
        Remittance,
        RemittanceLine,
        ServiceLine,
    )

Columns = dict[str, list[Any]]
Row = tuple[object, ...]

_CENT: Final = Decimal("0.01")
_THOUSANDTH: Final = Decimal("0.001")
_OLDEST: Final = 130
_NU: Final = "NU"
_CLAIMS: Final = tuple(CLAIMS.names)
_LINES: Final = tuple(LINES.names)
_REMITTANCES: Final = tuple(REMITTANCES.names)
_REMITTANCE_LINES: Final = tuple(REMITTANCE_LINES.names)
_ADJUSTMENTS: Final = tuple(ADJUSTMENTS.names)
_PROVIDER_ADJUSTMENTS: Final = tuple(PROVIDER_ADJUSTMENTS.names)


class RemittanceColumns(NamedTuple):
    """The columns of the three tables that remittances fill."""

    remittances: Columns
    lines: Columns
    adjustments: Columns


def claim_columns(claims: Sequence[Claim], keys: Keys) -> tuple[Columns, Columns]:
    """Columns of ``claims`` (n values each) and of ``lines`` (m values each, in claim order)."""
    rows: list[Row] = []
    line_rows: list[Row] = []
    for claim in claims:
        key = keys.claim(claim.claim_id)
        rows.append(_claim_row(claim, key, keys))
        rendering, referring = _npi(claim.rendering), _npi(claim.referring)
        line_rows += [_line_row(line, claim, key, rendering, referring) for line in claim.lines]
    return _columns(_CLAIMS, rows), _columns(_LINES, line_rows)


def remittance_columns(
    remittances: Iterable[Remittance], keys: Keys, catalogue: Catalogue, first_row: int = 0
) -> RemittanceColumns:
    """Columns of ``remittances``, ``remittance_lines`` and ``adjustments``.

    ``first_row`` is the row that the first of them will have in the ``remittances`` table;
    ``adjustments.remittance`` counts from there.
    """
    rows: list[Row] = []
    line_rows: list[Row] = []
    adjustment_rows: list[Row] = []
    for row, remittance in enumerate(remittances, first_row):
        key = keys.claim(remittance.claim_id)
        judgement = judge(remittance, catalogue)
        rows.append(_remittance_row(remittance, judgement, key, keys))
        line_rows += [
            _remittance_line_row(line, verdict, key)
            for line, verdict in zip(remittance.lines, judgement.lines, strict=True)
        ]
        levels = [(-1, remittance.adjustments)]
        levels += [(place, line.adjustments) for place, line in enumerate(remittance.lines)]
        adjustment_rows += [
            (key, row, place, entry.group, entry.carc, entry.amount.quantize(_CENT))
            for place, entries in levels
            for entry in entries
        ]
    return RemittanceColumns(
        _columns(_REMITTANCES, rows),
        _columns(_REMITTANCE_LINES, line_rows),
        _columns(_ADJUSTMENTS, adjustment_rows),
    )


def provider_adjustment_columns(payments: Iterable[Payment]) -> Columns:
    """Columns of ``provider_adjustments``."""
    rows: list[Row] = [
        (entry.npi, payment.payment_date, entry.reason, entry.amount.quantize(_CENT))
        for payment in payments
        for entry in payment.provider_adjustments
    ]
    return _columns(_PROVIDER_ADJUSTMENTS, rows)


def _columns(names: tuple[str, ...], rows: Sequence[Row]) -> Columns:
    if not rows:
        return {name: [] for name in names}
    return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))


def _npi(provider: Provider | None) -> str:
    return "" if provider is None else provider.npi


def _age(born: dt.date | None, day: dt.date | None) -> int | None:
    """Whole years; ``None`` when a date is missing or they make no age."""
    if born is None or day is None:
        return None
    years = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    return years if 0 <= years <= _OLDEST else None


def _line_number(control_number: str) -> int:
    """``REF*6R`` as a line number; 0 when it is a number of another kind."""
    if control_number.isascii() and control_number.isdigit() and len(control_number) <= 4:
        return int(control_number)
    return 0


def _span(claim: Claim) -> tuple[dt.date | None, dt.date | None]:
    """First and last day of service: the widest that the claim's and its lines' dates make."""
    first, last = claim.statement_from, claim.statement_to or claim.statement_from
    for line in claim.lines:
        day = line.service_from
        if day is not None:
            if first is None or day < first:
                first = day
            end = line.service_to or day
            if last is None or end > last:
                last = end
    return first, last


def _claim_row(claim: Claim, key: int, keys: Keys) -> Row:
    """One value for each field of ``schema.CLAIMS``, in its order."""
    first, last = _span(claim)
    return (
        key,
        keys.member(claim.subscriber.member_id),
        len(claim.lines),
        claim.form,
        claim.submitted_on,
        claim.charge.quantize(_CENT),
        claim.place_of_service,
        claim.bill_type,
        claim.frequency,
        keys.payer_claim(claim.original_reference),
        claim.accepts_assignment,
        *_parties(claim, first),
        first,
        last,
        claim.admitted_on,
        claim.discharged_on,
        claim.accident_on,
        claim.onset_on,
        *_providers(claim),
        *_authorization(claim.authorization),
        bool(claim.referral_number),
        bool(claim.clia_number),
        claim.delay_reason,
        claim.related_causes,
        claim.accident_state,
        claim.admission_type,
        claim.admission_source,
        claim.patient_status,
        claim.diagnosis_version,
        claim.diagnoses,
        claim.admitting_diagnosis,
        claim.drg,
        None if claim.patient_paid is None else claim.patient_paid.quantize(_CENT),
        _attachments(claim),
        claim.notes_present,
        *_earlier_payers(claim.other_payers),
        *_eligibility(claim.eligibility),
    )


def _parties(claim: Claim, day: dt.date | None) -> Row:
    """``payer_id`` to ``age``. The patient of relationship 18 is the subscriber."""
    payer, patient, subscriber = claim.payer, claim.patient, claim.subscriber
    born, sex = patient.birth_date, patient.sex
    if patient.relationship == "18":
        born, sex = born or subscriber.birth_date, sex or subscriber.sex
    return (
        payer.payer_id,
        payer.name,
        payer.filing_code,
        payer.position,
        patient.relationship,
        sex,
        _age(born, day),
    )


def _providers(claim: Claim) -> Row:
    """``billing_npi`` to ``pay_to_npi``."""
    return (
        claim.billing.npi,
        claim.billing.taxonomy,
        _npi(claim.rendering),
        "" if claim.rendering is None else claim.rendering.taxonomy,
        _npi(claim.referring),
        _npi(claim.supervising),
        _npi(claim.attending),
        _npi(claim.operating),
        _npi(claim.facility),
        _npi(claim.pay_to),
    )


def _authorization(known: Authorization | None) -> Row:
    """``authorization_given`` to ``authorization_units_left``."""
    if known is None:
        return (False, None, None, (), None)
    units = known.units_left
    return (
        bool(known.number),
        known.valid_from,
        known.valid_to,
        known.procedures,
        None if units is None else units.quantize(_THOUSANDTH),
    )


def _attachments(claim: Claim) -> list[str]:
    """Report types on the claim, then on its lines."""
    types = [entry.report_type for entry in claim.attachments]
    for line in claim.lines:
        if line.attachments:
            types += [entry.report_type for entry in line.attachments]
    return types


def _earlier_payers(others: Sequence[OtherPayer]) -> Row:
    """``other_payer_count`` to ``other_payer_paid``."""
    if not others:
        return (0, False, None)
    paid = [other.paid for other in others if other.paid is not None]
    return (
        len(others),
        any(o.paid is not None or o.adjustments or o.adjudicated_on for o in others),
        sum(paid, Decimal(0)).quantize(_CENT) if paid else None,
    )


def _eligibility(known: Eligibility | None) -> Row:
    """``eligibility_checked_on`` to ``eligibility_coverage_end``."""
    if known is None:
        return (None, None, None)
    return (known.checked_on, known.active, known.coverage_end)


def _line_row(line: ServiceLine, claim: Claim, key: int, rendering: str, referring: str) -> Row:
    """One value for each field of ``schema.LINES``, in its order."""
    first = line.service_from or claim.statement_from
    last = line.service_to or line.service_from or claim.statement_to or claim.statement_from
    return (
        key,
        line.number,
        line.procedure,
        line.modifiers,
        line.charge.quantize(_CENT),
        None if line.units is None else line.units.quantize(_THOUSANDTH),
        line.unit_basis,
        line.diagnosis_pointers,
        line.place_of_service or claim.place_of_service,
        line.revenue_code,
        first,
        last,
        bool(line.authorization_number),
        bool(line.referral_number),
        bool(line.clia_number),
        bool(line.ndc),
        line.notes_present,
        line.emergency,
        rendering if line.rendering is None else line.rendering.npi or rendering,
        _npi(line.ordering),
        referring if line.referring is None else line.referring.npi or referring,
        bool(line.other_adjudications),
    )


def _remittance_row(remittance: Remittance, judgement: Judgement, key: int, keys: Keys) -> Row:
    """One value for each field of ``schema.REMITTANCES``, in its order."""
    status = plain_status(remittance.status)
    return (
        key,
        len(remittance.lines),
        status,
        known_on(remittance),
        remittance.payment_date,
        remittance.charge.quantize(_CENT),
        remittance.paid.quantize(_CENT),
        remittance.patient_responsibility.quantize(_CENT),
        remittance.filing_code,
        keys.payer_claim(remittance.payer_claim_number),
        remittance.frequency,
        remittance.payer_id,
        remittance.payer_name,
        bool(remittance.crossover_payer_id) or status in FORWARDED,
        judgement.first_outcome,
        judgement.outcome,
        judgement.category,
        judgement.carc,
        judgement.denied_amount.quantize(_CENT),
        remittance.remarks,
    )


def _remittance_line_row(line: RemittanceLine, verdict: LineJudgement, key: int) -> Row:
    """One value for each field of ``schema.REMITTANCE_LINES``, in its order.

    Where the payer answers by revenue code alone (SVC01-1 is NU), that code is no procedure.
    """
    by_revenue = line.procedure_qualifier == _NU
    return (
        key,
        "" if by_revenue else line.procedure,
        line.modifiers,
        line.charge.quantize(_CENT),
        line.paid.quantize(_CENT),
        None if line.units is None else line.units.quantize(_THOUSANDTH),
        line.revenue_code or (line.procedure if by_revenue else ""),
        line.service_from,
        _line_number(line.control_number),
        verdict.denied,
        verdict.category,
        verdict.carc,
        line.remarks,
    )
