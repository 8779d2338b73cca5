"""A batch of claims as numpy columns: all that the feature builder may see.

``Frame.from_tables`` takes a million claims from Arrow tables, ``Frame.from_claims`` takes the one
claim of a request. Both end in the same arrays, bit for bit (``tests/features/test_frame.py``).

Units: days are int32 days since 1970-01-01 (``NO_DAY`` where not stated), money is int64 cents,
units are int64 thousandths, codes are 64-bit hashes (``features.hashing``; 0 where not stated).
What the front desk found (eligibility, authorization) stands here as it was given, whenever that
was: ``features.front_desk`` says what of it was known as of the claim's day.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from features.columns import NO_DAY, ArrowColumns, Columns, ListColumns
from features.hashing import code_hash

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from claims.keys import Keys
    from claims.types import Claim

__all__ = ["NO_DAY", "NO_UNITS", "Frame"]

NO_UNITS: Final = -(2**62)
"""Where no units are stated."""

I8 = NDArray[np.int8]
I16 = NDArray[np.int16]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """n claims and their m lines. ``line_claim`` is each line's claim row, ascending."""

    # one value a claim
    claim_key: U64
    member: U64
    as_of: I32
    submitted: I32
    institutional: Flags
    original: Flags  # frequency is 1
    replacement: Flags  # frequency is 7 or 8
    original_reference: Flags
    charge: I64
    payer: U64
    filing_code: U64
    position: I8  # 1 primary, 2 secondary, 3 tertiary, 0 other
    setting: U64  # place of service, or facility type of the bill
    self_insured: Flags  # the patient is the subscriber
    member_given: Flags
    sex: I8  # 0 unknown, 1 female, 2 male
    age: I16  # years, -1 unknown
    service_from: I32
    service_to: I32
    stay_days: I16  # discharge minus admission, -1 unknown
    billing: U64
    rendering: U64
    facility: U64
    billing_taxonomy: U64
    rendering_taxonomy: U64
    rendering_given: Flags
    rendering_taxonomy_given: Flags
    referring_given: Flags
    facility_given: Flags
    authorization: Flags
    referral: Flags
    clia: Flags
    delay_reason: Flags
    accident: Flags
    employment: Flags
    attachments: I16
    notes: Flags
    other_payers: I16
    other_adjudicated: Flags
    other_paid: I64
    diagnosis: U64  # principal
    diagnosis_group: U64  # its first three characters
    diagnoses: I16
    admission_type: U64
    drg: U64
    eligibility_checked: I32
    eligibility_active: I8  # -1 unknown, 0 no, 1 yes
    coverage_end: I32
    authorization_from: I32
    authorization_to: I32
    authorization_units: I64  # left, ``NO_UNITS`` where not known
    # one value a line
    line_claim: I64
    line_number: I32
    procedure: U64
    procedure_range: U64  # its first three characters: CPT and HCPCS are in order of subject
    modifiers: U64  # the set of modifiers, in any order
    modifier_count: I8
    line_charge: I64
    units: I64
    units_counted: Flags  # units or days, not minutes or another measure
    line_covered: I8  # by the authorization's procedures: -1 unknown, 0 no, 1 yes
    line_diagnosis: U64  # the first that the line points to
    line_diagnosis_group: U64
    line_diagnoses: I8
    line_setting: U64
    revenue: U64
    line_rendering: U64
    line_authorization: Flags  # on the line or on the claim
    line_referral: Flags
    line_clia: Flags
    line_ndc: Flags
    line_from: I32
    line_days: I16  # last day minus first day

    @classmethod
    def from_tables(cls, claims: pa.Table, lines: pa.Table) -> Frame:
        """Read tables of ``claims.schema`` (lines in the order of claims); as of submission."""
        return _frame(ArrowColumns(claims), ArrowColumns(lines))

    @classmethod
    def from_claims(cls, claims: Sequence[Claim], keys: Keys) -> Frame:
        """Read claims as they were sent; as of submission."""
        from claims.columns import claim_columns

        of_claims, of_lines = claim_columns(claims, keys)
        return _frame(ListColumns(of_claims), ListColumns(of_lines))

    def __len__(self) -> int:
        """Count the claims."""
        return len(self.payer)

    @property
    def starts(self) -> I64:
        """First line of each claim, and the number of lines at the end: shape (n + 1,)."""
        return np.searchsorted(self.line_claim, np.arange(len(self) + 1))

    def replace(self, **columns: NDArray[Any]) -> Frame:
        """Return the same claims with some columns replaced (same shapes)."""
        return replace(self, **columns)

    def as_of_days(self, days: NDArray[np.int32] | int) -> Frame:
        """Return the same claims, judged as of other days (strictly earlier ones are known)."""
        return replace(self, as_of=np.broadcast_to(np.int32(days), self.as_of.shape))

    def take(self, rows: NDArray[np.int64]) -> Frame:
        """Return the claims at ``rows`` (repeats allowed), each with all its lines."""
        starts = self.starts
        sizes = np.diff(starts)[rows]
        ends = np.cumsum(sizes)
        total = int(ends[-1]) if len(ends) else 0
        within = np.arange(total) - np.repeat(ends - sizes, sizes)
        lines = np.repeat(starts[:-1][rows], sizes) + within
        return self._gather(rows, lines, np.repeat(np.arange(len(rows)), sizes))

    def take_lines(self, lines: NDArray[np.int64]) -> Frame:
        """Return one claim for each line of ``lines``: its claim with that line alone."""
        taken = self._gather(self.line_claim[lines], lines, np.arange(len(lines)))
        return taken.replace(charge=taken.line_charge)

    def _gather(
        self, rows: NDArray[np.int64], lines: NDArray[np.int64], line_claim: NDArray[np.int64]
    ) -> Frame:
        columns = {name: getattr(self, name)[rows] for name in CLAIM_COLUMNS}
        columns |= {name: getattr(self, name)[lines] for name in LINE_COLUMNS}
        return Frame(**columns | {"line_claim": line_claim})


_NAMES: Final = tuple(field.name for field in fields(Frame))
_FIRST_LINE: Final = _NAMES.index("line_claim")
CLAIM_COLUMNS: Final = _NAMES[:_FIRST_LINE]
LINE_COLUMNS: Final = _NAMES[_FIRST_LINE + 1 :]
_POSITIONS: Final = {"P": 1, "S": 2, "T": 3}
_SEXES: Final = {"F": 1, "M": 2}
_COUNTED: Final = ("UN", "DA", "")

# Columns of a claim that are read as they are: their names here, and in ``claims.schema``.
_CODES: Final = {
    "payer": "payer_id",
    "filing_code": "filing_code",
    "facility": "facility_npi",
    "billing": "billing_npi",
    "billing_taxonomy": "billing_taxonomy",
    "rendering": "rendering_npi",
    "rendering_taxonomy": "rendering_taxonomy",
    "setting": "place_of_service",
    "admission_type": "admission_type",
    "drg": "drg",
}
_DAYS: Final = {
    "submitted": "submitted_on",
    "service_from": "service_from",
    "service_to": "service_to",
    "eligibility_checked": "eligibility_checked_on",
    "coverage_end": "eligibility_coverage_end",
    "authorization_from": "authorization_valid_from",
    "authorization_to": "authorization_valid_to",
}
_GIVEN: Final = {
    "rendering_taxonomy_given": "rendering_taxonomy",
    "referring_given": "referring_npi",
    "facility_given": "facility_npi",
    "delay_reason": "delay_reason",
}
_FLAGS: Final = {
    "authorization": "authorization_given",
    "referral": "referral_given",
    "clia": "clia_given",
    "notes": "notes_present",
    "other_adjudicated": "other_payer_adjudicated",
}
# The same of a line.
_LINE_CODES: Final = {
    "procedure": "procedure",
    "line_setting": "place_of_service",
    "revenue": "revenue_code",
    "line_rendering": "rendering_npi",
}
_LINE_FLAGS: Final = {
    "line_authorization": "authorization_given",
    "line_referral": "referral_given",
    "line_clia": "clia_given",
    "line_ndc": "ndc_given",
}
# Of either, only to make something of.
_ASIDE: Final = tuple(
    {name: name for name in names.split()}
    for names in (
        "form frequency relationship bill_type attending_npi",
        "accident_on admitted_on discharged_on",
        "unit_basis",
        "service_to",
    )
)


def _span(first: I32, last: I32) -> I16:
    stated = (first != NO_DAY) & (last != NO_DAY)
    days = np.where(stated, last.astype(np.int64) - first, -1)
    return np.minimum(np.maximum(days, -1), 32000).astype(np.int16)


def _frame(claims: Columns, lines: Columns) -> Frame:
    sizes = claims.integers("line_count", 0)
    line_claim = np.repeat(np.arange(len(sizes)), sizes)
    diagnoses = _Diagnoses(claims)
    of_claims = _claim_values(claims, diagnoses)
    of_lines = _line_values(claims, lines, line_claim, diagnoses)
    for name in ("authorization", "referral", "clia"):
        of_lines[f"line_{name}"] = of_lines[f"line_{name}"] | of_claims[name][line_claim]
    return Frame(**of_claims, **of_lines, line_claim=line_claim)


class _Diagnoses:
    """The diagnoses of all claims, one after the other: their codes, and those of their groups."""

    def __init__(self, c: Columns) -> None:
        self.sizes = c.sizes("diagnoses")
        self.starts = np.cumsum(self.sizes) - self.sizes
        self._codes = (c.ragged_codes("diagnoses"), c.ragged_codes("diagnoses", prefix=3))

    def at(self, places: I64, there: Flags) -> tuple[U64, U64]:
        """Codes and groups at ``places``; 0 but where they are ``there``."""
        if there.all():
            return self._codes[0][places], self._codes[1][places]
        found = np.zeros((2, len(places)), np.uint64)
        for row, codes in zip(found, self._codes, strict=True):
            row[there] = codes[places[there]]
        return found[0], found[1]


def _claim_values(c: Columns, diagnoses: _Diagnoses) -> dict[str, NDArray[Any]]:
    codes, days = c.codes({**_CODES, **_ASIDE[0]}), c.days({**_DAYS, **_ASIDE[1]})
    form, frequency, relationship, bill, attending = (codes.pop(name) for name in _ASIDE[0])
    accident, admitted, discharged = (days.pop(name) for name in _ASIDE[1])
    member, causes = c.keys("member_key"), c.sets("related_causes")
    principal, group = diagnoses.at(diagnoses.starts, diagnoses.sizes > 0)
    # An institutional claim has no rendering provider at claim level; its attending stands there.
    rendering = np.where(codes["rendering"] != 0, codes["rendering"], attending)
    return {
        **codes,
        **days,
        **c.given(_GIVEN),
        **c.flags(_FLAGS),
        "claim_key": c.keys("claim_key"),
        "member": member,
        "as_of": days["submitted"],
        "institutional": form == code_hash("institutional"),
        "original": (frequency == code_hash("1")) | (frequency == 0),
        "replacement": (frequency == code_hash("7")) | (frequency == code_hash("8")),
        "original_reference": c.keys("original_reference_key") != 0,
        "charge": c.scaled("charge", 2),
        "position": c.numbers("position", _POSITIONS),
        "setting": np.where(codes["setting"] != 0, codes["setting"], bill),
        "self_insured": relationship == code_hash("18"),
        "member_given": member != 0,
        "sex": c.numbers("sex", _SEXES),
        "age": c.integers("age", -1).astype(np.int16),
        "stay_days": _span(admitted, discharged),
        "rendering": rendering,
        "rendering_given": rendering != 0,
        "accident": (accident != NO_DAY) | (causes != 0),
        "employment": causes == code_hash("EM"),
        "attachments": c.sizes("attachments").astype(np.int16),
        "other_payers": c.integers("other_payer_count", 0).astype(np.int16),
        "other_paid": c.scaled("other_payer_paid", 2),
        "diagnosis": principal,
        "diagnosis_group": group,
        "diagnoses": diagnoses.sizes.astype(np.int16),
        "eligibility_active": c.integers("eligibility_active", -1).astype(np.int8),
        "authorization_units": c.scaled("authorization_units_left", 3, missing=NO_UNITS),
    }


def _covered(c: Columns, procedure: U64, line_claim: I64) -> I8:
    """Whether the claim's authorization lists the line's procedure; -1 without list or code."""
    sizes = c.sizes("authorization_procedures")
    found = np.full(len(procedure), -1, np.int8)
    if not sizes.any():
        return found
    listed = c.ragged_codes("authorization_procedures")
    owner = np.repeat(np.arange(len(sizes)), sizes)[listed != 0]
    listed = listed[listed != 0]
    # One number for each code, so that claim and code make one exact number together.
    codes, number = np.unique(np.concatenate([listed, procedure]), return_inverse=True)
    number = np.concatenate([owner, line_claim]) * len(codes) + number
    asked = (np.bincount(owner, minlength=len(sizes)) > 0)[line_claim] & (procedure != 0)
    inside = np.isin(number[len(listed) :], number[: len(listed)])
    found[asked] = inside[asked]
    return found


def _line_values(
    c: Columns, rows: Columns, line_claim: I64, diagnoses: _Diagnoses
) -> dict[str, NDArray[Any]]:
    codes = rows.codes({**_LINE_CODES, **_ASIDE[2]})
    days = rows.days({"line_from": "service_from", **_ASIDE[3]})
    basis, last = codes.pop("unit_basis"), days.pop("service_to")
    sizes = diagnoses.sizes[line_claim]
    pointer = rows.firsts("diagnosis_pointers")
    # A line that points nowhere (institutional ones never do) is for the principal diagnosis.
    within = np.where((pointer >= 1) & (pointer <= sizes), pointer - 1, 0)
    pointed, group = diagnoses.at(diagnoses.starts[line_claim] + within, sizes > 0)
    counted = np.zeros(len(basis), np.bool_)
    for text in _COUNTED:
        counted |= basis == code_hash(text)
    return {
        **codes,
        **days,
        **rows.flags(_LINE_FLAGS),
        "line_number": rows.integers("number", 0).astype(np.int32),
        "procedure_range": rows.codes({"procedure": "procedure"}, prefix=3)["procedure"],
        "modifiers": rows.sets("modifiers"),
        "modifier_count": rows.sizes("modifiers").astype(np.int8),
        "line_charge": rows.scaled("charge", 2),
        "units": rows.scaled("units", 3),
        "units_counted": counted,
        "line_covered": _covered(c, codes["procedure"], line_claim),
        "line_diagnosis": pointed,
        "line_diagnosis_group": group,
        "line_diagnoses": rows.sizes("diagnosis_pointers").astype(np.int8),
        "line_days": _span(days["line_from"], last),
    }
