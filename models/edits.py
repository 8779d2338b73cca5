"""Rules that a claim must keep before any payer looks at it, apart from the model.

A broken rule foresees a *rejection* (stopped at the door) or says that the front desk's own facts
contradict the claim. Sources: the 837 implementation guides' situational rules in our own words;
the NPI check digit (45 CFR 162.406, Luhn over 80840 and the number). Texts hold no value of the
claim.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from typing import Final

from claims.types import ZERO, Authorization, Claim, ServiceLine
from models.score import Edit

_ICD10: Final = re.compile(r"[A-Z][0-9][0-9A-Z][0-9A-Z]{0,4}")
_ICD9: Final = re.compile(r"[0-9]{3,5}|E[0-9]{3,4}|V[0-9]{2,4}")
_HCPCS: Final = re.compile(r"[0-9]{4}[0-9A-Z]|[A-Z][0-9]{4}")
_SAME_DAY_AGAIN: Final = frozenset(
    {"59", "76", "77", "91", "XE", "XP", "XS", "XU", "LT", "RT", "50"}
)
_ROLES: Final = (
    "billing", "rendering", "referring", "supervising", "attending", "operating", "facility",
    "pay_to",
)  # fmt: skip

HOLDING: Final = frozenset(
    {
        "coverage_inactive",
        "coverage_ended",
        "authorization_dates",
        "authorization_procedures",
        "authorization_units",
    }
)
"""Edits by which the practice's own facts say that the payer will deny: such a claim is held."""

Rule = Callable[[Claim], Iterator[Edit]]


def find_edits(claim: Claim, as_of: dt.date) -> tuple[Edit, ...]:
    """All rules that ``claim`` breaks when it is sent on ``as_of``, in the order of the rules."""
    found = [edit for rule in _RULES for edit in rule(claim)]
    found.extend(_future(claim, as_of))
    return tuple(found)


def npi_valid(npi: str) -> bool:
    """Whether ``npi`` has ten digits and the right check digit.

    >>> npi_valid("1234567893"), npi_valid("1234567890"), npi_valid("12345")
    (True, False, False)
    """
    if len(npi) != 10 or not (npi.isascii() and npi.isdigit()):
        return False
    total = 24  # what the prefix 80840 adds
    for place, digit in enumerate(map(int, reversed(npi))):
        doubled = digit * 2 if place % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def _error(code: str, field: str, text: str) -> Edit:
    return Edit(code=code, severity="error", field=field, text=text)


def _warning(code: str, field: str, text: str) -> Edit:
    return Edit(code=code, severity="warning", field=field, text=text)


def _required(claim: Claim) -> Iterator[Edit]:
    if not claim.subscriber.member_id:
        yield _error("member_id_missing", "subscriber.member_id", "The member id is missing.")
    if not claim.payer.payer_id:
        yield _error("payer_id_missing", "payer.payer_id", "The payer's id is missing.")
    if not claim.billing.npi:
        yield _error("billing_npi_missing", "billing.npi", "The billing provider's NPI is missing.")
    if not claim.diagnoses:
        yield _error("diagnosis_missing", "diagnoses", "No diagnosis is on the claim.")
    if not claim.lines:
        yield _error("lines_missing", "lines", "No service line is on the claim.")
    if claim.form == "professional" and not claim.place_of_service:
        yield _error("place_missing", "place_of_service", "The place of service is missing.")
    if claim.form == "institutional" and not claim.bill_type:
        yield _error("bill_type_missing", "bill_type", "The type of bill is missing.")
    if claim.frequency in ("7", "8") and not claim.original_reference:
        yield _error(
            "original_reference_missing",
            "original_reference",
            "A replacement or void must carry the payer's number of the claim it replaces.",
        )


def _npis(claim: Claim) -> Iterator[Edit]:
    for role in _ROLES:
        provider = getattr(claim, role)
        if provider is not None and provider.npi and not npi_valid(provider.npi):
            yield _npi_edit(f"{role}.npi")
    for place, line in enumerate(claim.lines):
        for role in ("rendering", "ordering", "referring"):
            provider = getattr(line, role)
            if provider is not None and provider.npi and not npi_valid(provider.npi):
                yield _npi_edit(f"lines[{place}].{role}.npi")


def _npi_edit(field: str) -> Edit:
    return _error("npi_invalid", field, "This NPI is not ten digits with the right check digit.")


def _totals(claim: Claim) -> Iterator[Edit]:
    if claim.lines and sum((line.charge for line in claim.lines), ZERO) != claim.charge:
        yield _error("total_differs", "charge", "The claim's charge is not the sum of its lines.")
    for place, line in enumerate(claim.lines):
        if line.charge < 0:
            yield _error("charge_negative", f"lines[{place}].charge", "The charge is negative.")
        if line.units is not None and line.units <= 0:
            yield _error(
                "units_not_positive", f"lines[{place}].units", "The units must be above 0."
            )


def _dates(claim: Claim) -> Iterator[Edit]:
    pairs = (
        ("statement_to", claim.statement_from, claim.statement_to, "The statement period"),
        ("discharged_on", claim.admitted_on, claim.discharged_on, "The stay"),
    )
    for field, first, last, what in pairs:
        if first is not None and last is not None and last < first:
            yield _error("dates_reversed", field, f"{what} ends before it begins.")
    for place, line in enumerate(claim.lines):
        first, last = line.service_from, line.service_to
        if first is None and claim.statement_from is None:
            yield _error(
                "service_date_missing", f"lines[{place}].service_from", "No date of service."
            )
        if first is not None and last is not None and last < first:
            yield _error(
                "dates_reversed", f"lines[{place}].service_to", "The service ends before it begins."
            )
    birth, served = claim.patient.birth_date, _first_day(claim)
    if birth is not None and served is not None and served < birth:
        yield _error(
            "service_before_birth", "patient.birth_date", "The service is before the birth date."
        )


def _future(claim: Claim, as_of: dt.date) -> Iterator[Edit]:
    last = _last_day(claim)
    if last is not None and last > as_of:
        yield _error(
            "service_in_future", "lines", "A date of service is after the day the claim is sent."
        )


def _codes(claim: Claim) -> Iterator[Edit]:
    shape = _ICD9 if claim.diagnosis_version == 9 else _ICD10
    for place, diagnosis in enumerate(claim.diagnoses):
        if not shape.fullmatch(diagnosis.replace(".", "")):
            yield _error(
                "diagnosis_shape",
                f"diagnoses[{place}]",
                "This is not shaped like a diagnosis code of the version that is stated.",
            )
    for place, line in enumerate(claim.lines):
        field = f"lines[{place}].procedure"
        if not line.procedure and not line.revenue_code:
            yield _error("procedure_missing", field, "The line has no procedure code.")
        coded = line.procedure if line.procedure_qualifier == "HC" else ""
        if coded and not _HCPCS.fullmatch(coded):
            yield _error("procedure_shape", field, "This is not shaped like a CPT or HCPCS code.")
        yield from _pointers(claim, place, line)


def _pointers(claim: Claim, place: int, line: ServiceLine) -> Iterator[Edit]:
    field = f"lines[{place}].diagnosis_pointers"
    if any(not 1 <= pointer <= len(claim.diagnoses) for pointer in line.diagnosis_pointers):
        yield _error(
            "pointer_out_of_range", field, "The line points to a diagnosis that is not there."
        )
    if claim.form == "professional" and claim.diagnoses and not line.diagnosis_pointers:
        yield _error("pointer_missing", field, "The line points to no diagnosis.")


def _repeated(claim: Claim) -> Iterator[Edit]:
    seen: set[tuple[object, ...]] = set()
    for place, line in enumerate(claim.lines):
        if not line.procedure or _SAME_DAY_AGAIN & set(line.modifiers):
            continue
        rendering = line.rendering.npi if line.rendering else ""
        code = (line.procedure, frozenset(line.modifiers), line.ndc)
        key = (*code, line.service_from, rendering)
        if key in seen:
            yield _warning(
                "line_repeated",
                f"lines[{place}]",
                "An earlier line has the same procedure, modifiers, date and provider: "
                "bill the units together or say why it was done again.",
            )
        seen.add(key)


def _coverage(claim: Claim) -> Iterator[Edit]:
    known = claim.eligibility
    if known is None:
        return
    if known.active is False:
        yield _error(
            "coverage_inactive", "eligibility.active", "The payer said that coverage is not active."
        )
    served = _last_day(claim)
    if known.coverage_end is not None and served is not None and known.coverage_end < served:
        yield _error(
            "coverage_ended", "eligibility.coverage_end", "Coverage ended before the service."
        )


def _authorized(claim: Claim) -> Iterator[Edit]:
    known = claim.authorization
    if known is None:
        return
    first, last = _first_day(claim), _last_day(claim)
    early = known.valid_from is not None and first is not None and first < known.valid_from
    late = known.valid_to is not None and last is not None and last > known.valid_to
    if early or late:
        field = "authorization.valid_from" if early else "authorization.valid_to"
        yield _error(
            "authorization_dates", field, "The authorization is not valid on the date of service."
        )
    yield from _authorized_services(claim, known)


def _authorized_services(claim: Claim, known: Authorization) -> Iterator[Edit]:
    if known.procedures and not any(line.procedure in known.procedures for line in claim.lines):
        yield _error(
            "authorization_procedures",
            "authorization.procedures",
            "The authorization covers none of the procedures on the claim.",
        )
    covered = [
        line
        for line in claim.lines
        if line.unit_basis == "UN" and (not known.procedures or line.procedure in known.procedures)
    ]
    if known.units_left is not None and known.procedures:
        billed = sum((line.units or ZERO for line in covered), ZERO)
        if billed > known.units_left:
            yield _error(
                "authorization_units",
                "authorization.units_left",
                "More units are billed than the authorization has left.",
            )


def _first_day(claim: Claim) -> dt.date | None:
    days = [line.service_from for line in claim.lines if line.service_from]
    return min(days, default=claim.statement_from)


def _last_day(claim: Claim) -> dt.date | None:
    days = [line.service_to or line.service_from for line in claim.lines]
    return max((day for day in days if day), default=claim.statement_to or claim.statement_from)


_RULES: Final[tuple[Rule, ...]] = (
    _required,
    _npis,
    _totals,
    _dates,
    _codes,
    _repeated,
    _coverage,
    _authorized,
)
