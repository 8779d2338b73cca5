"""How columns become a ``Frame``: tables and the claims of a request by the same steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from features.columns import NO_DAY
from features.frame import NO_UNITS, Frame
from features.hashing import code_hash

if TYPE_CHECKING:
    from features.columns import Columns

I8 = NDArray[np.int8]
I16 = NDArray[np.int16]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]
Flags = NDArray[np.bool_]

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


def framed(claims: Columns, lines: Columns) -> Frame:
    """The frame of the rows of ``claims`` and, in their order, of ``lines``."""
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
