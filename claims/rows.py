"""One claim or one remittance as a row to be kept by itself, and such rows as tables again.

A row is what ``claims.columns`` makes of it, so it holds no name, address, birth date or id: ids
are keyed hashes. It is JSON by the names of ``claims.schema``; what was not stated is left out, so
that a later program may add a column.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from claims.columns import claim_columns, remittance_columns
from claims.schema import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from claims.carc import Catalogue
    from claims.columns import Columns
    from claims.keys import Keys
    from claims.types import Claim, Remittance

SAME: Final = ("claim_key", "member_key", "submitted_on", "frequency", "charge", "line_count")
"""Columns by which two rows are one submission: a claim that is read twice is sent once."""
_UNFIT: Final = (ArithmeticError, ValueError, TypeError, pa.ArrowException)
Values = dict[str, Any]
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A claim: its key, what makes it this submission, the digest of all of it, and its JSON."""

    key: int
    identity: str
    digest: str
    text: str


@dataclass(frozen=True, slots=True)
class RemittanceRow:
    """A remittance: the claim's key, since when it is known, its verdict, digest and JSON.

    ``decides``: it is an adjudication (``claims.outcome``) of a day that is known.
    """

    key: int
    known_on: dt.date | None
    decides: bool
    digest: str
    text: str


def claim_rows(claims: Sequence[Claim], keys: Keys) -> list[ClaimRow | None]:
    """The row of each claim; ``None`` where a value is larger than the tables hold."""

    def columns(some: Sequence[Claim]) -> Sequence[Columns]:
        return claim_columns(some, keys)

    return [
        None if row is None else _claim_row(*row)
        for row in _fitting(claims, columns, ("claims", "lines"))
    ]


def remittance_rows(
    remittances: Sequence[Remittance], keys: Keys, catalogue: Catalogue
) -> list[RemittanceRow | None]:
    """The row of each remittance, judged; ``None`` where a value is larger than tables hold."""

    def columns(some: Sequence[Remittance]) -> Sequence[Columns]:
        return remittance_columns(some, keys, catalogue)[:2]

    return [
        None if row is None else _remittance_row(*row)
        for row in _fitting(remittances, columns, ("remittances", "remittance_lines"))
    ]


def _claim_row(values: Values, text: str) -> ClaimRow:
    digest = _digest(text)
    # Without a claim id nothing but the whole of it tells one claim from another.
    same = [_plain(values[name]) for name in SAME] if values["claim_key"] else [digest]
    return ClaimRow(values["claim_key"], _digest(_json(same)), digest, text)


def _remittance_row(values: Values, text: str) -> RemittanceRow:
    known = values["known_on"]
    decides = bool(values["first_outcome"]) and known is not None
    return RemittanceRow(values["claim_key"], known, decides, _digest(text), text)


def claim_tables(texts: Iterable[str]) -> tuple[pa.Table, pa.Table]:
    """``claims`` and ``lines`` of the rows, in their order."""
    return _tables(texts, "claims", "lines")


def remittance_tables(texts: Iterable[str]) -> tuple[pa.Table, pa.Table]:
    """``remittances`` and ``remittance_lines`` of the rows, in their order."""
    return _tables(texts, "remittances", "remittance_lines")


def identities(claims: pa.Table) -> list[str | None]:
    """``ClaimRow.identity`` of each row of a table; ``None`` where there is no claim id."""
    columns = [claims[name].to_pylist() for name in SAME]
    return [
        _digest(_json([_plain(value) for value in row])) if row[0] else None
        for row in zip(*columns, strict=True)
    ]


def remittance_digests(remittances: pa.Table, lines: pa.Table) -> list[str]:
    """``RemittanceRow.digest`` of each row of the tables."""
    return [digest for digest, _ in _whole(remittances, lines)]


def deciding(remittances: pa.Table, lines: pa.Table) -> list[tuple[str, str]]:
    """``RemittanceRow.digest`` and ``.text`` of those rows of the tables that decide."""
    decides = pc.and_(remittances["first_outcome"], pc.is_valid(remittances["known_on"]))
    rows = zip(_whole(remittances, lines), decides.to_pylist(), strict=True)
    return [row for row, decided in rows if decided]


def _whole(remittances: pa.Table, lines: pa.Table) -> Iterator[tuple[str, str]]:
    parts = iter(lines.to_pylist())
    for values in remittances.to_pylist():
        text = _text(values, [next(parts) for _ in range(values["line_count"])])
        yield _digest(text), text


def _fitting(
    items: Sequence[Item],
    columns: Callable[[Sequence[Item]], Sequence[Columns]],
    names: tuple[str, str],
) -> list[tuple[Values, str] | None]:
    """Values and text of each item; ``None`` of those, and only those, that fit no table."""
    if not items:
        return []
    try:
        whole, parts = columns(items)
        for name, part in zip(names, (whole, parts), strict=True):
            pa.Table.from_pydict(part, schema=TABLES[name])
    except _UNFIT:
        if len(items) == 1:
            return [None]
        middle = len(items) // 2
        halves = (items[:middle], items[middle:])
        return [row for half in halves for row in _fitting(half, columns, names)]
    lines = _rows(parts)
    return [
        (values, _text(values, [next(lines) for _ in range(values["line_count"])]))
        for values in _rows(whole)
    ]


def _rows(columns: Columns) -> Iterator[Values]:
    for row in zip(*columns.values(), strict=True):
        yield dict(zip(columns, row, strict=True))


def _text(values: Values, parts: Iterable[Values]) -> str:
    return _json([_stated(values), [_stated(part) for part in parts]])


def _stated(values: Values) -> Values:
    return {
        name: _plain(value)
        for name, value in sorted(values.items())
        if value is not None and value != "" and not (isinstance(value, tuple | list) and not value)
    }


def _plain(value: object) -> object:
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return value


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _tables(texts: Iterable[str], whole: str, part: str) -> tuple[pa.Table, pa.Table]:
    rows: list[Values] = []
    parts: list[Values] = []
    for text in texts:
        values, own = json.loads(text)
        rows.append(values)
        parts += own
    return _table(whole, rows), _table(part, parts)


def _table(name: str, rows: Sequence[Values]) -> pa.Table:
    schema = TABLES[name]
    columns = {field.name: _column(field, rows) for field in schema}
    return pa.Table.from_pydict(columns, schema=schema)


def _column(field: pa.Field, rows: Sequence[Values]) -> list[Any]:
    name, kind = field.name, field.type
    if pa.types.is_date32(kind):
        return [dt.date.fromisoformat(row[name]) if name in row else None for row in rows]
    if pa.types.is_decimal(kind):
        return [Decimal(row[name]) if name in row else None for row in rows]
    missing: Any = "" if pa.types.is_string(kind) else [] if pa.types.is_list(kind) else None
    return [row.get(name, missing) for row in rows]
