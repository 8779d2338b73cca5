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

from features.columns import NO_DAY, ArrowColumns, ListColumns

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
        from features.framing import framed

        return framed(ArrowColumns(claims), ArrowColumns(lines))

    @classmethod
    def from_claims(cls, claims: Sequence[Claim], keys: Keys) -> Frame:
        """Read claims as they were sent; as of submission."""
        from claims.columns import claim_columns
        from features.framing import framed

        of_claims, of_lines = claim_columns(claims, keys)
        return framed(ListColumns(of_claims), ListColumns(of_lines))

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
