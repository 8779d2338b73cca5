"""Age and sex against the codes, after the public edits of Medicare's code editor, in our words.

All are warnings: what is wrong may be the birth date or sex that the payer has on file, and both
may be right (a condition from birth, modifier KX). What a CPT code says of age is the AMA's, so
only ICD-10-CM and HCPCS Level II are looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from models.edits.known import Known

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from models.edits.seen import Seen
    from models.score import Edit

T = TypeVar("T")
_ABOUT: Final = "Medicare Code Editor, age and sex conflicts (CMS), by chapter of ICD-10-CM"

AGE: Final = Known(
    code="age_conflict",
    severity="warning",
    text="The diagnosis is one of another age than the patient's.",
    mend="Compare the birth date with the insurance card; if it is right, have the coder review "
    "the diagnosis against the record.",
    source=_ABOUT,
)
SEX: Final = Known(
    code="sex_conflict",
    severity="warning",
    text="The diagnosis is one of the other sex than the patient's on the claim.",
    mend="Compare the sex with what the payer has on file; where both are right, modifier KX (or "
    "condition code 45 on an institutional claim) says so.",
    source=_ABOUT,
)
SEX_OF_SERVICE: Final = Known(
    code="sex_conflict_procedure",
    severity="warning",
    text="The service is one for the other sex than the patient's on the claim.",
    mend="Compare the sex with what the payer has on file; where both are right, modifier KX (or "
    "condition code 45 on an institutional claim) says so.",
    source="HCPCS Level II: cervical, vaginal and prostate cancer screening",
)
KNOWN: Final = (AGE, SEX, SEX_OF_SERVICE)

# Beginnings of codes; ages are whole years, both included. The longest beginning counts.
_AGES: Final[dict[str, tuple[int, int]]] = {
    "P": (0, 0), "Z38": (0, 0), "Z0011": (0, 0),
    "Z0012": (0, 17),
    "Z000": (15, 124),
    "O": (9, 64), "Z33": (9, 64), "Z34": (9, 64), "Z36": (9, 64), "Z37": (9, 64),
    "Z39": (9, 64), "Z3A": (9, 64),
}  # fmt: skip
_SEXES: Final[dict[str, str]] = dict.fromkeys(
    (
        "O", "Z33", "Z34", "Z36", "Z37", "Z39", "Z3A", "Z0141", "Z9071", "Z9072",
        *(f"C{place}" for place in range(51, 59)), "D06", "D25", "D26", "D27", "D28", "E28",
        *(f"N{place}" for place in range(70, 78)), *(f"N{place}" for place in range(80, 99)),
        "Q50", "Q51", "Q52", "R87", "Z8540", "Z8541", "Z8542", "Z8543", "Z8544",
    ),
    "F",
) | dict.fromkeys(
    (
        "C60", "C61", "C62", "C63", "D074", "D075", "D076", "D29", "E29",
        *(f"N{place}" for place in range(40, 54)), "Q53", "Q54", "Q55", "R972", "Z125",
        "Z8545", "Z8546", "Z8547", "Z8548", "Z8549",
    ),
    "M",
)  # fmt: skip
_SERVICES: Final[dict[str, str]] = dict.fromkeys(
    (
        "G0101", "G0123", "G0124", "G0141", "G0143", "G0144", "G0145", "G0147", "G0148",
        "P3000", "P3001", "Q0091",
    ),
    "F",
) | dict.fromkeys(("G0102", "G0103"), "M")  # fmt: skip


def find(seen: Seen) -> Iterator[Edit]:
    """Codes that do not go with the patient's age or sex."""
    claim = seen.claim
    if claim.diagnosis_version == 10:
        age = _age(seen)
        for place, code in enumerate(claim.diagnoses):
            span = _longest(_AGES, code) if age is not None else None
            if span is not None and age is not None and not span[0] <= age <= span[1]:
                yield AGE.at(f"diagnoses[{place}]")
    if claim.patient.sex not in ("F", "M") or any("KX" in one.modifiers for one in claim.lines):
        return
    if claim.diagnosis_version == 10:
        for place, code in enumerate(claim.diagnoses):
            if (_longest(_SEXES, code) or claim.patient.sex) != claim.patient.sex:
                yield SEX.at(f"diagnoses[{place}]")
    for place, line in enumerate(claim.lines):
        if _SERVICES.get(line.procedure, claim.patient.sex) != claim.patient.sex:
            yield SEX_OF_SERVICE.at(f"lines[{place}].procedure")


def _longest(table: dict[str, T], code: str) -> T | None:
    for length in (5, 4, 3, 1):
        if (found := table.get(code[:length])) is not None:
            return found
    return None


def _age(seen: Seen) -> int | None:
    """Whole years on the first day of service."""
    born: dt.date | None = seen.claim.patient.birth_date
    day = seen.first
    if born is None or day is None or day < born:
        return None
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
