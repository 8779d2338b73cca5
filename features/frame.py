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

    def first(self, count: int) -> Frame:
        """Return the first ``count`` claims."""
        lines = int(np.searchsorted(self.line_claim, count))
        columns = {name: getattr(self, name)[:count] for name in CLAIM_COLUMNS}
        columns |= {name: getattr(self, name)[:lines] for name in LINE_COLUMNS}
        return Frame(**columns, line_claim=self.line_claim[:lines])

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
_COUNTED: Final = np.array([code_hash(basis) for basis in ("UN", "DA", "")], np.uint64)


def _lookup(codes: U64, table: dict[str, int]) -> I8:
    found = np.zeros(len(codes), np.int8)
    for text, number in table.items():
        found[codes == np.uint64(code_hash(text))] = number
    return found


def _span(first: I32, last: I32) -> I16:
    stated = (first != NO_DAY) & (last != NO_DAY)
    days = np.where(stated, last.astype(np.int64) - first, -1)
    return np.clip(days, -1, 32000).astype(np.int16)


def _frame(claims: Columns, lines: Columns) -> Frame:
    sizes = claims.integers("line_count", 0)
    line_claim = np.repeat(np.arange(len(sizes)), sizes)
    diagnoses = claims.sizes("diagnoses")
    of_claims = _claim_values(claims, diagnoses)
    of_lines = _line_values(claims, lines, line_claim, diagnoses)
    return Frame(**of_claims, **of_lines, line_claim=line_claim)


def _principal(flat: U64, sizes: I64) -> U64:
    starts = np.cumsum(sizes) - sizes
    first = np.zeros(len(sizes), np.uint64)
    first[sizes > 0] = flat[starts[sizes > 0]]
    return first


def _claim_values(c: Columns, diagnoses: I64) -> dict[str, NDArray[Any]]:
    submitted = c.days("submitted_on")
    frequency = c.codes("frequency")
    replaced = (frequency == code_hash("7")) | (frequency == code_hash("8"))
    place, bill = c.codes("place_of_service"), c.codes("bill_type")
    member = c.keys("member_key")
    causes = c.sets("related_causes")
    values: dict[str, NDArray[Any]] = {
        "claim_key": c.keys("claim_key"),
        "member": member,
        "as_of": submitted,
        "submitted": submitted,
        "institutional": c.codes("form") == np.uint64(code_hash("institutional")),
        "original": (frequency == code_hash("1")) | (frequency == 0),
        "replacement": replaced,
        "original_reference": c.keys("original_reference_key") != 0,
        "charge": c.scaled("charge", 2),
        "payer": c.codes("payer_id"),
        "filing_code": c.codes("filing_code"),
        "position": _lookup(c.codes("position"), _POSITIONS),
        "setting": np.where(place != 0, place, bill),
        "self_insured": c.codes("relationship") == np.uint64(code_hash("18")),
        "member_given": member != 0,
        "sex": _lookup(c.codes("sex"), _SEXES),
        "age": c.integers("age", -1).astype(np.int16),
        "service_from": c.days("service_from"),
        "service_to": c.days("service_to"),
        "stay_days": _span(c.days("admitted_on"), c.days("discharged_on")),
        "facility": c.codes("facility_npi"),
        "billing": c.codes("billing_npi"),
        "billing_taxonomy": c.codes("billing_taxonomy"),
        "rendering_taxonomy": c.codes("rendering_taxonomy"),
        "rendering_taxonomy_given": c.given("rendering_taxonomy"),
        "referring_given": c.given("referring_npi"),
        "facility_given": c.given("facility_npi"),
        "authorization": c.flags("authorization_given"),
        "referral": c.flags("referral_given"),
        "clia": c.flags("clia_given"),
        "delay_reason": c.given("delay_reason"),
        "accident": (c.days("accident_on") != NO_DAY) | (causes != 0),
        "employment": causes == np.uint64(code_hash("EM")),
        "attachments": c.sizes("attachments").astype(np.int16),
        "notes": c.flags("notes_present"),
        "other_payers": c.integers("other_payer_count", 0).astype(np.int16),
        "other_adjudicated": c.flags("other_payer_adjudicated"),
        "other_paid": c.scaled("other_payer_paid", 2),
        "diagnosis": _principal(c.ragged_codes("diagnoses"), diagnoses),
        "diagnosis_group": _principal(c.ragged_codes("diagnoses", prefix=3), diagnoses),
        "diagnoses": diagnoses.astype(np.int16),
        "admission_type": c.codes("admission_type"),
        "drg": c.codes("drg"),
    }
    attending = c.codes("attending_npi")
    rendering = c.codes("rendering_npi")
    # An institutional claim has no rendering provider at claim level; its attending stands there.
    values["rendering"] = np.where(rendering != 0, rendering, attending)
    values["rendering_given"] = values["rendering"] != 0
    return values | _front_desk_values(c)


def _front_desk_values(c: Columns) -> dict[str, NDArray[Any]]:
    return {
        "eligibility_checked": c.days("eligibility_checked_on"),
        "eligibility_active": c.integers("eligibility_active", -1).astype(np.int8),
        "coverage_end": c.days("eligibility_coverage_end"),
        "authorization_from": c.days("authorization_valid_from"),
        "authorization_to": c.days("authorization_valid_to"),
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
    c: Columns, rows: Columns, line_claim: I64, diagnoses: I64
) -> dict[str, NDArray[Any]]:
    starts = (np.cumsum(diagnoses) - diagnoses)[line_claim]
    sizes = diagnoses[line_claim]
    pointer = rows.firsts("diagnosis_pointers")
    # A line that points nowhere (institutional ones never do) is for the principal diagnosis.
    at = starts + np.where((pointer >= 1) & (pointer <= sizes), pointer - 1, 0)
    first, last = rows.days("service_from"), rows.days("service_to")
    procedure, basis = rows.codes("procedure"), rows.codes("unit_basis")

    def pointed(prefix: int) -> U64:
        flat = c.ragged_codes("diagnoses", prefix)
        found = np.zeros(len(at), np.uint64)
        found[sizes > 0] = flat[at[sizes > 0]]
        return found

    def either(name: str) -> Flags:
        return rows.flags(name) | c.flags(name)[line_claim]

    return {
        "line_number": rows.integers("number", 0).astype(np.int32),
        "procedure": procedure,
        "procedure_range": rows.codes("procedure", prefix=3),
        "modifiers": rows.sets("modifiers"),
        "modifier_count": rows.sizes("modifiers").astype(np.int8),
        "line_charge": rows.scaled("charge", 2),
        "units": rows.scaled("units", 3),
        "units_counted": np.isin(basis, _COUNTED),
        "line_covered": _covered(c, procedure, line_claim),
        "line_diagnosis": pointed(0),
        "line_diagnosis_group": pointed(3),
        "line_diagnoses": rows.sizes("diagnosis_pointers").astype(np.int8),
        "line_setting": rows.codes("place_of_service"),
        "revenue": rows.codes("revenue_code"),
        "line_rendering": rows.codes("rendering_npi"),
        "line_authorization": either("authorization_given"),
        "line_referral": either("referral_given"),
        "line_clia": either("clia_given"),
        "line_ndc": rows.flags("ndc_given"),
        "line_from": first,
        "line_days": _span(first, last),
    }
