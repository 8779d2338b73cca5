"""Whether a column's values are such as a field holds, beside what its name says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import pyarrow as pa
import pyarrow.compute as pc

from claims.extract.fields import FIELDS
from claims.extract.values import CONVERTERS, code_lists, plain, texts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from claims.extract.fields import Section
    from claims.extract.guesses import Guess

Confidence = Literal["high", "medium", "low"]

_FITS: Final = 0.8
_SHAPES: Final = {
    "procedure": (r"^[0-9A-Z][0-9]{3}[0-9A-Z]$", "procedure codes"),
    "diagnoses": (r"^[A-Z]?[0-9][0-9A-Z]{1,2}(\.?[0-9A-Z]{1,4})?$", "ICD codes"),
    "admitting_diagnosis": (r"^[A-Z]?[0-9][0-9A-Z]{1,2}(\.?[0-9A-Z]{1,4})?$", "ICD codes"),
    "modifiers": (r"^[0-9A-Z]{2}$", "two characters"),
    "carc": (r"^((CO|PR|OA|PI|CR)-?)?[A-Z]?[0-9]{1,3}$", "adjustment codes"),
    "sex": (r"^([MFU012]|MALE|FEMALE|UNKNOWN)$", "codes of a sex"),
    "place_of_service": (r"^[0-9]{1,2}$", "two digits"),
    "revenue_code": (r"^[0-9]{3,4}$", "three or four digits"),
    "group": (r"^(CO|PR|OA|PI|CR)$", "group codes"),
}
_WORDS: Final = {
    "day": "dates",
    "money": "amounts",
    "quantity": "numbers",
    "whole": "whole numbers",
    "flag": "truth values",
}


@dataclass(frozen=True, slots=True)
class Proposed:
    """One field and its columns; ``why`` in a few words, without any value."""

    section: Section
    name: str
    columns: tuple[str, ...]
    confidence: Confidence
    why: str


def guess(table: pa.Table, names: Iterable[str], guesses: Iterable[Guess]) -> tuple[Proposed, ...]:
    """The fields that columns stand for by name and values; each column for one field alone."""
    found: dict[tuple[Section, str], Proposed] = {}
    every = list(guesses)
    for name in names:
        for one in every:
            place = (one.section, one.field)
            if not one.fits(name) or (place in found and not one.several):
                continue
            judged = judge(plain(table[name]), one.section, one.field)
            if judged is None:
                continue
            before = found.get(place)
            columns = (*before.columns, name) if before else (name,)
            found[place] = Proposed(one.section, one.field, columns, *judged)
            break
    return tuple(found.values())


def judge(column: pa.Array, section: Section, name: str) -> tuple[Confidence, str] | None:
    """How well the values fit the field, and why; ``None`` where they do not."""
    kind = FIELDS[section][name].kind
    if name in _SHAPES:
        shape, what = _SHAPES[name]
        codes = pa.array([code for row in code_lists(column) for code in row], pa.string())
        fitting = pc.match_substring_regex(codes, shape)
        return _verdict(len(codes), pc.sum(fitting).as_py() or 0, what)
    if pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
        return ("medium", "the name") if kind == "texts" else None
    stated = pc.sum(pc.not_equal(texts(column), "")).as_py() or 0
    if stated and kind not in _WORDS:
        return ("high" if kind in ("id", "given") else "medium"), "the name"
    try:
        made = CONVERTERS[kind](column)
    except (pa.ArrowException, ValueError, TypeError):
        return None
    found = _verdict(stated, len(made) - made.null_count, _WORDS.get(kind, ""))
    if found is None and name == "denied":
        return "medium", "the name; its values are words, see denied_words"
    return found


def _verdict(stated: int, fitting: int, what: str) -> tuple[Confidence, str] | None:
    if not stated:
        return "low", "the name; no value is stated"
    if fitting < _FITS * stated:
        return None
    return "high", f"the name, and its values are {what}"
