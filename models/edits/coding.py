"""Codes by their shape and their day, and which diagnosis each line points to.

CPT is known by its shape alone (its list is the AMA's). ICD-10-CM and HCPCS Level II are public,
and known by chapter and letter; where a practice has loaded CMS's own files (``claims.lists``),
each code is looked up on the day of service. Advice is to review: no code is ever proposed.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Final

from models.edits.known import Known

if TYPE_CHECKING:
    from collections.abc import Iterator

    from claims.types import ServiceLine
    from models.edits.seen import Seen
    from models.score import Edit

ICD10_BEGAN: Final = dt.date(2015, 10, 1)
NOT_HIPAA: Final = frozenset({"WC", "AM", "LM", "LI"})
MOST_POINTERS: Final = 4
_ICD10: Final = re.compile(r"[A-Z][0-9][0-9A-Z][0-9A-Z]{0,4}")
_ICD9: Final = re.compile(r"[0-9]{3,5}|E[0-9]{3,4}|V[0-9]{2,4}")
_HCPCS: Final = re.compile(r"[0-9]{4}[0-9A-Z]|[A-Z][0-9]{4}")
_LEVEL_TWO: Final = frozenset("ABCDEGHJKLMPQRSTUV")
# First and last category of each run of chapters of ICD-10-CM (CDC/NCHS, public domain).
_CHAPTERS: Final = {
    "A": ("A00", "A99"), "B": ("B00", "B99"), "C": ("C00", "C96"), "D": ("D00", "D89"),
    "E": ("E00", "E89"), "F": ("F01", "F99"), "G": ("G00", "G99"), "H": ("H00", "H95"),
    "I": ("I00", "I99"), "J": ("J00", "J99"), "K": ("K00", "K95"), "L": ("L00", "L99"),
    "M": ("M00", "M99"), "N": ("N00", "N99"), "O": ("O00", "O9A"), "P": ("P00", "P96"),
    "Q": ("Q00", "Q99"), "R": ("R00", "R99"), "S": ("S00", "S99"), "T": ("T07", "T88"),
    "U": ("U07", "U09"), "V": ("V00", "V99"), "W": ("W00", "W99"), "X": ("X00", "X99"),
    "Y": ("Y00", "Y99"), "Z": ("Z00", "Z99"),
}  # fmt: skip

DIAGNOSIS_SHAPE: Final = Known(
    code="diagnosis_shape",
    severity="error",
    text="This is not shaped like a diagnosis code of the version that is stated.",
    mend="Have the coder check the code against the record and the version that is stated.",
    source="ICD-10-CM and ICD-9-CM, form of a code",
)
CHAPTER: Final = Known(
    code="diagnosis_chapter",
    severity="error",
    text="No chapter of ICD-10-CM has a category that begins like this code.",
    mend="Have the coder check the code against the record; usually a character was mistyped.",
    source="ICD-10-CM tabular list, first and last category of each chapter",
)
INCOMPLETE: Final = Known(
    code="diagnosis_incomplete",
    severity="error",
    text="A code of this chapter (injuries) has seven characters; this one has fewer.",
    mend="Have the coder complete the code from the record: site, side and encounter.",
    source="ICD-10-CM guidelines, section I.A.5 and chapter 19: S00 to S99",
)
VERSION: Final = Known(
    code="diagnosis_version",
    severity="error",
    also="warning",
    text="The version of the diagnosis codes is not the one in force on the day of service.",
    mend="Have the coder code the diagnoses in the version in force: ICD-10-CM from "
    "1 October 2015, ICD-9-CM before.",
    source="45 CFR 162.1002",
)
DIAGNOSIS_DAY: Final = Known(
    code="diagnosis_not_valid",
    severity="error",
    text="CMS's list for the day of service does not hold this diagnosis code as a valid one.",
    mend="Have the coder review the code against the record and that year's list: it may be "
    "incomplete, retired, or not yet in force.",
    source="ICD-10-CM files of CMS that the practice loaded (PRECLEAR_ICD10CM)",
)
DIAGNOSIS_TWICE: Final = Known(
    code="diagnosis_repeated",
    severity="warning",
    text="The same diagnosis is on the claim twice.",
    mend="Have the coder remove the second and set the pointers anew.",
    source="ICD-10-CM guidelines, section I.B.12: each code once for an encounter",
)
EXTERNAL_FIRST: Final = Known(
    code="external_cause_first",
    severity="warning",
    text="The first diagnosis is an external cause, which never stands first.",
    mend="Have the coder put the condition that was treated first.",
    source="ICD-10-CM guidelines, section I.C.20.a.6",
)
PROCEDURE_MISSING: Final = Known(
    code="procedure_missing",
    severity="error",
    text="The line has no procedure code.",
    mend="Have the coder enter the procedure that the record documents, or remove the line.",
    source="837 guides, SV101 and SV202",
)
PROCEDURE_SHAPE: Final = Known(
    code="procedure_shape",
    severity="error",
    text="This is not shaped like a CPT or HCPCS code.",
    mend="Have the coder check the code against the record; usually a character was mistyped.",
    source="45 CFR 162.1002: five characters",
)
LETTER: Final = Known(
    code="procedure_letter",
    severity="warning",
    text="No section of HCPCS Level II begins with this letter.",
    mend="Have the coder check the code; only a payer's own local codes begin so.",
    source="HCPCS Level II, sections A to V",
)
PROCEDURE_DAY: Final = Known(
    code="procedure_not_valid",
    severity="error",
    text="CMS's list for the day of service does not hold this HCPCS Level II code as a valid one.",
    mend="Have the coder review the code against the record and that quarter's list.",
    source="HCPCS files of CMS that the practice loaded (PRECLEAR_HCPCS)",
)
POINTER_RANGE: Final = Known(
    code="pointer_out_of_range",
    severity="error",
    text="The line points to a diagnosis that is not there.",
    mend="Have the coder point the line to the diagnosis it was given for.",
    source="837P guide, SV107",
)
POINTER_MISSING: Final = Known(
    code="pointer_missing",
    severity="error",
    text="The line points to no diagnosis.",
    mend="Have the coder point the line to the diagnosis it was given for.",
    source="837P guide, SV107-1",
)
POINTERS_MANY: Final = Known(
    code="pointers_too_many",
    severity="error",
    text="A line points to four diagnoses at most.",
    mend="Have the coder keep the four that the service was given for.",
    source="837P guide, SV107",
)
KNOWN: Final = (
    DIAGNOSIS_SHAPE, CHAPTER, INCOMPLETE, VERSION, DIAGNOSIS_DAY, DIAGNOSIS_TWICE, EXTERNAL_FIRST,
    PROCEDURE_MISSING, PROCEDURE_SHAPE, LETTER, PROCEDURE_DAY, POINTER_RANGE, POINTER_MISSING,
    POINTERS_MANY,
)  # fmt: skip


def find(seen: Seen) -> Iterator[Edit]:
    """Codes that cannot be, or not on that day."""
    claim = seen.claim
    yield from _version(seen)
    met: set[str] = set()
    for place, written in enumerate(claim.diagnoses):
        field = f"diagnoses[{place}]"
        code = written.replace(".", "")
        yield from _diagnosis(seen, code, field)
        if code in met:
            yield DIAGNOSIS_TWICE.at(field)
        met.add(code)
    if claim.diagnosis_version == 10 and claim.diagnoses and claim.diagnoses[0][:1] in set("VWXY"):
        yield EXTERNAL_FIRST.at("diagnoses[0]")
    for place, line in enumerate(claim.lines):
        yield from _procedure(seen, line, f"lines[{place}].procedure")
        yield from _pointers(seen, line, f"lines[{place}].diagnosis_pointers")


def _version(seen: Seen) -> Iterator[Edit]:
    claim, first, last = seen.claim, seen.first, seen.last
    if not claim.diagnoses or first is None or last is None:
        return
    wrong = first >= ICD10_BEGAN if claim.diagnosis_version == 9 else last < ICD10_BEGAN
    if wrong:
        free = claim.payer.filing_code in NOT_HIPAA
        yield VERSION.at("diagnosis_version", severity="warning" if free else None)


def _diagnosis(seen: Seen, code: str, field: str) -> Iterator[Edit]:
    if seen.claim.diagnosis_version == 9:
        if not _ICD9.fullmatch(code):
            yield DIAGNOSIS_SHAPE.at(field)
        return
    if not _ICD10.fullmatch(code):
        yield DIAGNOSIS_SHAPE.at(field)
        return
    listed = seen.rules.diagnoses
    if listed is not None and seen.first is not None and seen.last is not None:
        # A code that was in force on either end of the services may be right.
        valid = listed.valid(code, seen.last)
        if valid is False and listed.valid(code, seen.first) is False:
            yield DIAGNOSIS_DAY.at(field)
        if valid is not None:
            return
    first, last = _CHAPTERS[code[0]]
    if not first <= code[:3] <= last:
        yield CHAPTER.at(field)
    elif code[0] == "S" and len(code) < 7:
        yield INCOMPLETE.at(field)


def _procedure(seen: Seen, line: ServiceLine, field: str) -> Iterator[Edit]:
    code = line.procedure
    if not code and not line.revenue_code:
        yield PROCEDURE_MISSING.at(field)
    if not code or line.procedure_qualifier != "HC":
        return
    if not _HCPCS.fullmatch(code):
        yield PROCEDURE_SHAPE.at(field)
        return
    if code[0].isdigit():
        return
    served, listed = line.service_from or seen.first, seen.rules.procedures
    if listed is not None and served is not None and listed.valid(code, served) is False:
        yield PROCEDURE_DAY.at(field)
    elif code[0] not in _LEVEL_TWO:
        yield LETTER.at(field)


def _pointers(seen: Seen, line: ServiceLine, field: str) -> Iterator[Edit]:
    pointers, count = line.diagnosis_pointers, len(seen.claim.diagnoses)
    if pointers and not (min(pointers) >= 1 and max(pointers) <= count):
        yield POINTER_RANGE.at(field)
    if count and not pointers and seen.claim.form == "professional":
        yield POINTER_MISSING.at(field)
    if len(pointers) > MOST_POINTERS:
        yield POINTERS_MANY.at(field)
