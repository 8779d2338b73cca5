"""What each row of the answers says: denied or not, why, or nothing yet.

The first of these that a mapping names decides: ``denied`` (their own flag), ``status`` where it is
a word, ``carc`` with ``paid`` (design.md section 5), ``paid`` alone. A row in which none of them is
stated is no answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from claims.arrays import cents
from claims.categories import CATEGORY_CODE
from claims.errors import UserError
from claims.outcome import plain_status

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from claims.carc import Catalogue
    from claims.extract.mapping import Words
    from claims.extract.rows import Rows

    Flags = NDArray[np.bool_]
    I8 = NDArray[np.int8]
    I64 = NDArray[np.int64]

NOTHING, PAID, DENIED, ADJUDICATED = -1, 0, 1, 2
# CO-197, CO197 and "CO 197" say a group before the code
_GROUP: Final = re.compile(r"^(CO|PR|OA|PI|CR)-?(?=[A-Z]?\d|$)")
_TRUE: Final = frozenset({"1", "1.0", "true", "t", "yes", "y", "denied", "deny", "denial", "d"})
_FALSE: Final = frozenset({"0", "0.0", "false", "f", "no", "n", "paid", "allowed", "approved"})
_STATUS: Final = {
    "1": ADJUDICATED,
    "2": ADJUDICATED,
    "3": ADJUDICATED,
    "4": DENIED,
    "19": ADJUDICATED,
    "20": ADJUDICATED,
    "21": ADJUDICATED,
    "22": NOTHING,
    "23": NOTHING,
    "25": NOTHING,
}
_STATUS_WORDS: Final = {
    **dict.fromkeys(("denied", "deny", "denial", "partially denied", "partial denial"), DENIED),
    **dict.fromkeys(("paid", "approved", "allowed", "finalized paid", "paid in full"), PAID),
    **dict.fromkeys(("processed", "adjudicated", "finalized", "complete", "closed"), ADJUDICATED),
    **dict.fromkeys(("pending", "pended", "open", "in process", "submitted"), NOTHING),
    **dict.fromkeys(("rejected", "reversed", "reversal", "void", "voided", "received"), NOTHING),
}


@dataclass(frozen=True, slots=True, eq=False)
class Verdicts:
    """One value a row of the answers; ``said`` is NOTHING, PAID or DENIED."""

    said: I8
    category: I8
    carc: list[str]
    carcs: list[list[str]]
    paid: I64
    paid_stated: Flags
    without_reason: int


def verdicts(rows: Rows, words: Words, catalogue: Catalogue) -> Verdicts:
    """Judge every row by itself. Raises ``UserError`` for a word of the answer that is unknown."""
    count = len(rows)
    carcs: list[list[str]] = [[]] * count
    if rows.has("carc"):
        carcs = [_plain(codes) for codes in rows.get("carc").to_pylist()]
    reasons = [_reason(codes, catalogue) for codes in carcs]
    denying = np.array([category >= 0 for _, category in reasons], np.bool_)
    paid, paid_stated = np.zeros(count, np.int64), np.zeros(count, np.bool_)
    if rows.has("paid"):
        paid = cents(pa.chunked_array([rows.get("paid")]))
        paid_stated = np.asarray(rows.get("paid").is_valid())
    unpaid = paid == 0
    said = np.full(count, NOTHING, np.int8)
    if rows.has("denied"):
        said = _words(rows, "denied", words, {})
    elif rows.has("status"):
        said = _words(rows, "status", words, _STATUS | _STATUS_WORDS)
        undecided = said == ADJUDICATED
        by_reason = np.where(denying & unpaid, DENIED, PAID)
        if not rows.has("carc") and rows.has("paid"):
            by_reason = np.where(paid_stated & unpaid & _nothing_shared(rows), DENIED, PAID)
        said[undecided] = by_reason[undecided]
    elif rows.has("carc"):
        stated = np.array([bool(codes) for codes in carcs], np.bool_) | paid_stated
        said[stated] = np.where(denying & unpaid, DENIED, PAID)[stated]
    else:
        said[paid_stated] = np.where(unpaid & _nothing_shared(rows), DENIED, PAID)[paid_stated]
    theirs = _categories(rows, words)
    denied = said == DENIED
    other = CATEGORY_CODE["other"]
    category = np.array([place for _, place in reasons], np.int8)
    category = np.where(category >= 0, category, np.where(theirs >= 0, theirs, other))
    return Verdicts(
        said=said,
        category=np.where(denied, category, -1).astype(np.int8),
        carc=[code if hit else "" for (code, _), hit in zip(reasons, denied, strict=True)],
        carcs=carcs,
        paid=paid,
        paid_stated=paid_stated,
        without_reason=int((denied & ~denying).sum()) if rows.has("carc") else 0,
    )


def _plain(codes: list[str]) -> list[str]:
    """CARCs without their groups."""
    return [code for code in (_GROUP.sub("", code) for code in codes) if code]


def _reason(codes: list[str], catalogue: Catalogue) -> tuple[str, int]:
    """The first CARC of class denial and its category; else the first code, and -1."""
    for code in codes:
        facts = catalogue.facts(code)
        if facts.carc_class == "denial" and facts.category:
            return facts.code, CATEGORY_CODE[facts.category]
    return (catalogue.facts(codes[0]).code if codes else ""), -1


def _words(rows: Rows, name: str, words: Words, known: dict[str, int]) -> I8:
    """What the words of a column say."""
    encoded = rows.get(name, "text").dictionary_encode()
    meaning = [_meaning(text.lower(), words, known) for text in encoded.dictionary.to_pylist()]
    if None in meaning:
        column = ", ".join(rows.map.columns.get(name, ("",)))
        raise UserError(
            f"the column {column} of {rows.path} holds words for the outcome that are not known: "
            "list them in denied_words, paid_words or open_words of [remittances]"
        )
    table = np.array(meaning or [NOTHING], np.int8)
    said: I8 = table[np.asarray(encoded.indices)]
    return said


def _meaning(text: str, words: Words, known: dict[str, int]) -> int | None:
    for said, listed in ((DENIED, words.denied), (PAID, words.paid), (NOTHING, words.open)):
        if text in listed:
            return said
    if not text:
        return NOTHING
    if known:
        return known.get(plain_status(text), known.get(text))
    if words.denied:  # the words for a denial are listed: all others are none
        return PAID
    if text in _TRUE:
        return DENIED
    return PAID if text in _FALSE else None


def _nothing_shared(rows: Rows) -> Flags:
    """Where nothing was left to the patient: an amount unpaid for that is no denial."""
    if not rows.has("patient_responsibility"):
        return np.ones(len(rows), np.bool_)
    left = cents(pa.chunked_array([rows.get("patient_responsibility")]))
    nothing: Flags = left == 0
    return nothing


def _categories(rows: Rows, words: Words) -> I8:
    if not rows.has("category"):
        return np.full(len(rows), -1, np.int8)
    encoded = rows.get("category").dictionary_encode()
    places = [
        CATEGORY_CODE.get(words.categories.get(text.lower(), text.lower()), -1)
        for text in encoded.dictionary.to_pylist()
    ]
    found: I8 = np.array(places or [-1], np.int8)[np.asarray(encoded.indices)]
    return found
