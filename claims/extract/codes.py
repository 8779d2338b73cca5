"""Codes of an extract: diagnoses of claims and lines, their version, words for our codes."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

import numpy as np

from claims.arrays import NO_DAY
from claims.extract.rows import take

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from claims.extract.rows import Rows
    from claims.extract.shape import Shape

    I32 = NDArray[np.int32]

# The day from which US claims carry ICD-10-CM (45 CFR 162.1002).
_ICD_10_FROM: Final = dt.date(2015, 10, 1).toordinal() - dt.date(1970, 1, 1).toordinal()
_MOST_POINTERS: Final = 4
_LAST_PLACE: Final = 127  # what the column of pointers holds
WORDS: Final[dict[str, dict[str, str]]] = {
    "sex": {"male": "M", "female": "F", "1": "M", "2": "F", "unknown": "U", "0": "U"},
    "form": {
        "professional": "professional",
        "prof": "professional",
        "p": "professional",
        "837p": "professional",
        "institutional": "institutional",
        "inst": "institutional",
        "i": "institutional",
        "837i": "institutional",
    },
    "diagnosis_version": {
        **dict.fromkeys(("10", "0", "icd10", "icd-10", "icd-10-cm", "icd10cm", "x"), "10"),
        **dict.fromkeys(("9", "icd9", "icd-9", "icd-9-cm", "icd9cm"), "9"),
    },
    "frequency": {
        **dict.fromkeys(("original", "new", "01"), "1"),
        **dict.fromkeys(("replacement", "corrected", "07"), "7"),
        **dict.fromkeys(("void", "cancel", "08"), "8"),
    },
    "position": {"primary": "P", "secondary": "S", "tertiary": "T", "1": "P", "2": "S", "3": "T"},
}


def diagnoses_of(claims: Rows, lines: Rows, made: Shape) -> tuple[list[list[str]], list[list[int]]]:
    """Codes of each claim, principal first, and for each line the places of its own (1-based)."""
    codes: list[list[str]] = [[] for _ in range(len(made.claim_row))]
    if claims.has("diagnoses"):
        if claims.map.one_row_is == "line":
            stated = take(claims.get("diagnoses"), made.line_row).to_pylist()
            of_claim = made.line_claim.tolist()
        else:
            stated = take(claims.get("diagnoses"), made.claim_row).to_pylist()
            of_claim = list(range(len(stated)))
        for claim, row in zip(of_claim, stated, strict=True):
            _add(codes[claim], row)
    pointers: list[list[int]] = [[] for _ in range(len(made.line_row))]
    if lines.has("diagnoses"):
        own = take(lines.get("diagnoses"), made.line_row).to_pylist()
        for line, (claim, row) in enumerate(zip(made.line_claim.tolist(), own, strict=True)):
            _add(codes[claim], row)
            plain = [code for code in map(_plain, row[:_MOST_POINTERS]) if code]
            places = [codes[claim].index(code) + 1 for code in plain]
            pointers[line] = [place for place in places if place <= _LAST_PLACE]
    return codes, pointers


def _plain(code: str) -> str:
    return code.replace(".", "").upper()


def _add(codes: list[str], more: list[str]) -> None:
    for code in map(_plain, more):
        if code and code not in codes:
            codes.append(code)


def versions(
    codes: list[list[str]], first: I32, stated: list[str] | None = None
) -> NDArray[np.int8]:
    """ICD version of each claim: as ``stated``; else a leading digit is ICD-9, a letter ICD-10.

    Codes with V and E are of both; there the day of service decides.
    """
    made = np.full(len(codes), 10, np.int8)
    made[(first != NO_DAY) & (first < _ICD_10_FROM)] = 9
    for claim, row in enumerate(codes):
        word = stated[claim].lower() if stated is not None else ""
        if word in WORDS["diagnosis_version"]:
            made[claim] = int(WORDS["diagnosis_version"][word])
            continue
        heads = {code[0] for code in row}
        if any(head.isdigit() for head in heads):
            made[claim] = 9
        elif heads - {"V", "E"}:
            made[claim] = 10
    return made
