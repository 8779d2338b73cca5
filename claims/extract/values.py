"""Their values as ours: texts, lists of codes, days, money, flags, whatever they were stored as.

Each function takes a column as the file has it and gives an array of one value a row. What states
something that cannot be understood becomes "not stated"; ``convert`` counts it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.compute as pc

from claims.errors import UserError
from claims.schema import DAY, MONEY, QUANTITY, TEXT, TEXTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from claims.extract.fields import Kind

_EMPTY: Final = pa.array(["nan", "none", "null", "na", "n/a", "nat", "<na>"])
_TRUE: Final = pa.array(["1", "y", "yes", "t", "true", "1.0"])
_FALSE: Final = pa.array(["0", "n", "no", "f", "false", "0.0"])
_PARTS: Final = re.compile(r"[\s;,|^\[\](){}\"']+")
_FORMATS: Final = (
    (r"^\d{4}-\d{1,2}-\d{1,2}", "%Y-%m-%d", r"^(\d{4}-\d{1,2}-\d{1,2}).*$"),
    (r"^\d{4}/\d{1,2}/\d{1,2}", "%Y/%m/%d", r"^(\d{4}/\d{1,2}/\d{1,2}).*$"),
    (r"^\d{8}$", "%Y%m%d", r"^(\d{8})$"),
    (r"^\d{1,2}/\d{1,2}/\d{4}", "%m/%d/%Y", r"^(\d{1,2}/\d{1,2}/\d{4}).*$"),
    (r"^\d{1,2}-?[A-Za-z]{3}-?\d{4}", "%d%b%Y", ""),
)
_NUMBER: Final = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
# What a decimal of 14 digits can hold of dollars and of units.
_MOST: Final = 1e10
_MOST_WHOLE: Final = 32_767


def plain(column: pa.ChunkedArray) -> pa.Array:
    """One array, dictionaries undone."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(whole, pa.ChunkedArray):
        whole = pa.concat_arrays(whole.chunks) if whole.chunks else pa.array([], whole.type)
    return whole.dictionary_decode() if pa.types.is_dictionary(whole.type) else whole


def texts(column: pa.Array) -> pa.Array:
    """Texts without surrounding blanks, ``""`` where nothing is stated; a column of 7.0 is 7."""
    if pa.types.is_floating(column.type):
        number = pc.if_else(pc.is_nan(column), None, column)
        whole = pc.equal(pc.fill_null(pc.floor(number), 0), pc.fill_null(number, 0))
        if pc.all(whole).as_py() is not False and _small(number):
            column = pc.cast(number, pa.int64())
    text = pc.fill_null(pc.utf8_trim_whitespace(pc.cast(column, TEXT)), "")
    text = pc.if_else(pc.is_in(pc.utf8_lower(text), _EMPTY), "", text)
    return _without_zeros(text) if pc.any(pc.ends_with(text, ".0")).as_py() else text


def _without_zeros(text: pa.Array) -> pa.Array:
    """A CSV of whole numbers that had gaps says 99213.0 throughout: the codes are meant."""
    fitting = pc.or_(pc.match_substring_regex(text, r"^\d+\.0$"), pc.equal(text, ""))
    return pc.replace_substring_regex(text, r"\.0$", "") if pc.all(fitting).as_py() else text


def _small(number: pa.Array) -> bool:
    most = pc.max(pc.abs(number)).as_py()
    return most is None or most < 2**53


def code_lists(column: pa.Array) -> list[list[str]]:
    """Codes in upper case: of an Arrow list, a JSON-like list, or parted by ; , | or blanks."""
    if pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
        rows = column.to_pylist()
        return [
            [str(code).strip().upper() for code in row or () if code is not None and str(code)]
            for row in rows
        ]
    encoded = texts(column).dictionary_encode()
    lists = [
        [part.upper() for part in _PARTS.split(text) if part]
        for text in encoded.dictionary.to_pylist()
    ]
    return [lists[at] for at in encoded.indices.to_pylist()]


def days(column: pa.Array) -> pa.Array:
    """Dates; of texts 2008-01-31, 2008/01/31, 20080131, 01/31/2008, 31JAN2008, times left out."""
    if pa.types.is_temporal(column.type):
        return pc.cast(column, DAY, safe=False)
    text = texts(column)
    found = pa.nulls(len(text), DAY)
    for looks, form, cut in _FORMATS:
        part = pc.if_else(pc.match_substring_regex(text, looks), text, None)
        if part.null_count == len(part):
            continue
        if cut:
            part = pc.replace_substring_regex(part, cut, r"\1")
        else:
            part = pc.replace_substring(pc.utf8_slice_codeunits(part, 0, 11), "-", "")
        moment = pc.strptime(part, format=form, unit="s", error_is_null=True)
        found = pc.coalesce(found, pc.cast(moment, DAY, safe=False))
    return found


def amounts(column: pa.Array) -> pa.Array:
    """Floats, null where nothing is stated; $ and thousands' commas go, (12.00) is minus 12."""
    kind = column.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        number = pc.cast(column, pa.float64())
    else:
        text = pc.replace_substring_regex(texts(column), r"[$,\s]", "")
        text = pc.replace_substring_regex(text, r"^\((.*)\)$", r"-\1")
        number = pc.cast(
            pc.if_else(pc.match_substring_regex(text, _NUMBER), text, None), pa.float64()
        )
    fine = pc.and_(pc.is_finite(number), pc.less(pc.abs(number), _MOST))
    return pc.if_else(fine, number, None)


def money(column: pa.Array) -> pa.Array:
    """Dollars and cents."""
    return pc.cast(pc.round(amounts(column), 2), MONEY, safe=False)


def quantities(column: pa.Array) -> pa.Array:
    """Units and thousandths."""
    return pc.cast(pc.round(amounts(column), 3), QUANTITY, safe=False)


def wholes(column: pa.Array) -> pa.Array:
    """Whole numbers as int64, null where nothing is stated or it is no number of a line or age."""
    number = pc.floor(amounts(column))
    small = pc.less_equal(pc.abs(number), _MOST_WHOLE)
    return pc.cast(pc.if_else(small, number, None), pa.int64())


def flags(column: pa.Array) -> pa.Array:
    """Truth values: of numbers 1 and 0, of texts yes and no in their usual short forms."""
    if pa.types.is_boolean(column.type):
        return column
    text = pc.utf8_lower(texts(column))
    false = pc.if_else(pc.is_in(text, _FALSE), False, None)
    return pc.if_else(pc.is_in(text, _TRUE), True, false)


def given(column: pa.Array) -> pa.Array:
    """Whether something is stated; a column of truth values alone is taken at its word."""
    text = texts(column)
    stated = pc.not_equal(text, "")
    as_flags = flags(column)
    if pc.all(pc.or_(pc.is_valid(as_flags), pc.invert(stated))).as_py():
        return pc.fill_null(as_flags, False)
    return stated


def _lists(column: pa.Array) -> pa.Array:
    return pa.array(code_lists(column), TEXTS)


CONVERTERS: Final[dict[Kind, Callable[[pa.Array], pa.Array]]] = {
    "id": texts,
    "text": texts,
    "texts": _lists,
    "day": days,
    "money": money,
    "quantity": quantities,
    "whole": wholes,
    "flag": flags,
    "given": given,
}
_WHAT: Final[dict[Kind, str]] = {
    "day": "dates",
    "money": "amounts",
    "quantity": "numbers",
    "whole": "whole numbers",
    "flag": "truth values (1 and 0, yes and no)",
}


def convert(column: pa.ChunkedArray, kind: Kind, where: str) -> tuple[pa.Array, int]:
    """The column as ``kind``, and how many of its values could not be understood.

    Raises ``UserError`` when that is more than half of those stated; ``where`` names the column.
    """
    raw = plain(column)
    try:
        made = CONVERTERS[kind](raw)
    except (pa.ArrowException, ValueError, TypeError) as error:
        raise UserError(
            f"{where} is of type {raw.type}, which cannot be read as {_WHAT.get(kind, 'codes')}: "
            "map another column"
        ) from error
    if kind not in _WHAT or not made.null_count:
        return made, 0
    stated = pc.sum(pc.not_equal(texts(raw), "")).as_py() or 0
    bad = stated - (len(made) - made.null_count)
    if bad * 2 > stated:
        raise UserError(f"{where} holds no {_WHAT[kind]}: map another column to this field")
    return made, max(bad, 0)
