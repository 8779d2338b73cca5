"""A batch of claims as numpy columns: all that the feature builder may see.

``Frame.from_tables`` takes a million claims from Arrow tables, ``Frame.from_claims`` takes the one
claim of a request. Both end in the same arrays, bit for bit (``tests/features/test_frame.py``).

Units: days are int32 days since 1970-01-01 (``NO_DAY`` where not stated), money is int64 cents,
units are int64 thousandths, codes are 64-bit hashes (``features.hashing``; 0 where not stated).
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from claims.keys import Keys
    from claims.types import Claim

NO_DAY: Final = np.int32(-(2**31))

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
    # one value a line
    line_claim: I64
    line_number: I32
    procedure: U64
    modifiers: U64  # the set of modifiers, in any order
    modifier_count: I8
    line_charge: I64
    units: I64
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
