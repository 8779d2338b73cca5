"""A user's own copy of the official CARC list, which is X12's and does not come with Preclear.

A CSV (comma, semicolon or tab) with a header. Two columns are needed, under any of the names in
``_NAMES``: the code and its description. Optional: a status or stop date, which retires codes, and
our own ``class`` and ``category``, which then replace ours. Other columns are ignored.
"""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, cast, get_args

from claims.categories import CATEGORY_CODE, CarcClass, Category
from claims.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

_NAMES: Final[dict[str, frozenset[str]]] = {
    "code": frozenset(
        {"code", "carc", "carc code", "reason code", "adjustment reason code", "code value"}
        | {"claim adjustment reason code"}
    ),
    "text": frozenset(
        {"description", "text", "meaning", "definition", "official text", "code description"}
        | {"carc description", "long description", "short description"}
    ),
    "status": frozenset({"status", "active", "state"}),
    "stop": frozenset(
        {"stop", "stop date", "end", "end date", "deactivated", "deactivation date", "to"}
    ),
    "class": frozenset({"class"}),
    "category": frozenset({"category"}),
}
_CLASSES: Final[tuple[str, ...]] = get_args(CarcClass)
_LIVE: Final = frozenset({"", "active", "current", "yes", "y", "true", "1"})
_FORMS: Final = ("%Y-%m-%d", "%m/%d/%Y", "%Y%m%d", "%m/%d/%y")


@dataclass(frozen=True, slots=True)
class OfficialCode:
    """One row of the user's list; empty class and category mean that ours stay."""

    code: str
    text: str
    retired: bool
    carc_class: CarcClass | Literal[""]
    category: Category | Literal[""]


def read_official(path: Path) -> list[OfficialCode]:
    """All codes of the list, in its order. Raises ``UserError`` naming the line that is wrong."""
    text = _text(path)
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    rows = csv.reader(text.splitlines(), delimiter=delimiter)
    header = next(rows, [])
    places = _places(path, header)
    found: dict[str, OfficialCode] = {}
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        where = f"line {rows.line_num} of {path}"
        values = {name: row[at].strip() for name, at in places.items() if at < len(row)}
        entry = _entry(values, where)
        if entry.code in found:
            raise UserError(f"{where} lists code {entry.code} again: leave one row for each code")
        found[entry.code] = entry
    if not found:
        raise UserError(f"{path} lists no codes: it needs one row for each code below the header")
    return list(found.values())


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UserError(
            f"the CARC list {path} cannot be read ({error.strerror}): "
            "correct PRECLEAR_CARC_CSV or unset it"
        ) from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _places(path: Path, header: Sequence[str]) -> dict[str, int]:
    """Where each column that we know stands."""
    plain = [" ".join(name.lower().replace("_", " ").split()) for name in header]
    places = {
        ours: next((at for at, name in enumerate(plain) if name in names), -1)
        for ours, names in _NAMES.items()
    }
    for needed, example in (("code", "code"), ("text", "description")):
        if places[needed] < 0:
            raise UserError(
                f"{path} has no column for the {example} (its header: {', '.join(header) or '-'}): "
                f"name one of them {example!r}"
            )
    return {name: at for name, at in places.items() if at >= 0}


def _entry(values: Mapping[str, str], where: str) -> OfficialCode:
    code = values.get("code", "").upper()
    if not code or len(code) > 5 or not code.isalnum():
        raise UserError(f"{where} has no usable code: a CARC has one to five letters and digits")
    carc_class = _one_of(values.get("class", ""), _CLASSES, where)
    category = _one_of(values.get("category", ""), CATEGORY_CODE, where)
    stop = values.get("stop", "")
    retired = values.get("status", "").lower() not in _LIVE or (bool(stop) and _past(stop, where))
    return OfficialCode(
        code=code,
        text=values.get("text", ""),
        retired=retired,
        carc_class=cast("CarcClass | Literal['']", carc_class),
        category=cast("Category | Literal['']", category),
    )


def _one_of(value: str, allowed: Iterable[str], where: str) -> str:
    value = value.lower()
    if value and value not in allowed:
        raise UserError(f"{where} says {value!r}: it has to be one of {', '.join(allowed)}")
    return value


def _past(stop: str, where: str) -> bool:
    for form in _FORMS:
        try:
            day = dt.datetime.strptime(stop, form).replace(tzinfo=dt.UTC).date()
        except ValueError:
            continue
        return day <= dt.datetime.now(dt.UTC).date()
    raise UserError(f"{where} has the stop date {stop!r}: write it as YYYY-MM-DD")
