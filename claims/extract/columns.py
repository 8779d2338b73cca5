"""The tables ``claims`` and ``lines`` of an extract."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from claims.arrays import NO_DAY, cents, days
from claims.extract.codes import WORDS, diagnoses_of, versions
from claims.extract.rows import take
from claims.schema import CLAIMS, DAY, KEY, LINES, MONEY, TEXT, TEXTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from claims.extract.mapping import Mapping
    from claims.extract.rows import Rows
    from claims.extract.shape import Shape
    from claims.keys import Keys

    I32 = NDArray[np.int32]
    I64 = NDArray[np.int64]

_TEXT_DEFAULTS: Final = {
    "form": "professional",
    "frequency": "1",
    "position": "P",
    "relationship": "18",
    "unit_basis": "UN",
}
_UPPER: Final = {"procedure", "revenue_code", "drg", "bill_type", "place_of_service"}
_OLDEST: Final = 130


@dataclass(slots=True)
class Built:
    """The two tables, the ids of the claims in row order, and what was assumed."""

    claims: pa.Table
    lines: pa.Table
    ids: pa.Array
    notes: list[str] = field(default_factory=list)


def build(mapping: Mapping, claims: Rows, lines: Rows, made: Shape, keys: Keys) -> Built:
    """Fill both tables of ``claims.schema``."""
    notes: list[str] = []
    ids = take(claims.get("claim_id"), made.claim_row)
    claim_key = hashed(ids, keys.claim)
    of_lines = _line_columns(lines, made)
    first, last = _service(claims, lines, made, of_lines)
    codes, pointers = diagnoses_of(claims, lines, made)
    values: dict[str, pa.Array] = {
        "claim_key": claim_key,
        "line_count": pa.array(made.sizes, pa.int32()),
        "submitted_on": _submitted(mapping, claims, made, first, last, notes),
        "service_from": dates(first),
        "service_to": dates(last),
        "diagnoses": pa.array(codes, TEXTS),
        "member_key": _ids(claims, "member_id", made, keys.member),
        "original_reference_key": _ids(claims, "original_reference", made, keys.payer_claim),
    }
    if claims.has("birth_date") and not claims.has("age"):
        values["age"] = _ages(take(claims.get("birth_date"), made.claim_row), first)
    stated = None
    if claims.has("diagnosis_version"):
        stated = take(claims.get("diagnosis_version"), made.claim_row).to_pylist()
    values["diagnosis_version"] = pa.array(versions(codes, first, stated), pa.int8())
    if claims.has("bill_type") and not claims.has("form"):
        bill = take(claims.get("bill_type"), made.claim_row)
        values["form"] = pc.if_else(pc.not_equal(bill, ""), "institutional", "professional")
    _charges(claims, made, of_lines, values, notes)
    for entry in CLAIMS:
        if entry.name not in values:
            values[entry.name] = _field(claims, entry, made.claim_row)
    of_lines["claim_key"] = take(claim_key, made.line_claim)
    of_lines["diagnosis_pointers"] = pa.array(pointers, pa.list_(pa.int8()))
    _inherit(of_lines, values, made)
    return Built(
        claims=pa.table([values[name] for name in CLAIMS.names], schema=CLAIMS),
        lines=pa.table([of_lines[name] for name in LINES.names], schema=LINES),
        ids=pc.cast(ids, pa.large_string()),
        notes=notes,
    )


def hashed(ids: pa.Array, key: Callable[[str], int]) -> pa.Array:
    """Keyed hashes of ids, each id hashed once."""
    encoded = pc.fill_null(ids, "").dictionary_encode()
    table = pa.array([key(text) for text in encoded.dictionary.to_pylist()], KEY)
    return table.take(encoded.indices)


def _ids(rows: Rows, name: str, made: Shape, key: Callable[[str], int]) -> pa.Array:
    if not rows.has(name):
        return pa.array(np.zeros(len(made.claim_row), np.uint64))
    return hashed(take(rows.get(name), made.claim_row), key)


def _field(rows: Rows, entry: pa.Field, at: I64) -> pa.Array:
    """A field as the file states it, else what it is where nothing is stated."""
    if not rows.has(entry.name):
        return _unstated(entry, len(at))
    made = take(rows.get(entry.name), at)
    if entry.name in WORDS:
        made = _by_word(made, WORDS[entry.name])
    if entry.name in _UPPER:
        made = pc.utf8_upper(made)
    if entry.type == TEXT:
        return pc.if_else(pc.equal(made, ""), _TEXT_DEFAULTS.get(entry.name, ""), made)
    if entry.type == pa.bool_() and entry.name != "eligibility_active":
        return pc.fill_null(made, False)
    return made.cast(entry.type, safe=False)


def _by_word(texts: pa.Array, words: dict[str, str]) -> pa.Array:
    encoded = texts.dictionary_encode()
    plain = [words.get(text.lower(), text.upper()) for text in encoded.dictionary.to_pylist()]
    return pa.array(plain, TEXT).take(encoded.indices)


def _unstated(entry: pa.Field, count: int) -> pa.Array:
    value: Any = None
    if entry.type == TEXT:
        value = _TEXT_DEFAULTS.get(entry.name, "")
    elif entry.type == TEXTS:
        value = []
    elif entry.type == pa.bool_() and entry.name != "eligibility_active":
        value = False
    elif entry.name == "other_payer_count":
        value = 0
    return pa.array([value], entry.type).take(pa.array(np.zeros(count, np.int64)))


def dates(day: I32) -> pa.Array:
    """Days since 1970-01-01 as dates, null where not stated."""
    return pa.array(day, pa.int32(), mask=day == NO_DAY).cast(DAY)


def _days(array: pa.Array) -> I32:
    return days(pa.chunked_array([array]))


def _line_columns(lines: Rows, made: Shape) -> dict[str, pa.Array]:
    """All columns of the lines that their own file states."""
    columns: dict[str, pa.Array] = {}
    procedures = lines.map.columns.get("procedure", ())
    for entry in LINES:
        name = entry.name
        if name in ("claim_key", "diagnosis_pointers"):
            continue
        own = lines.map.columns.get(name, ())
        if name == "procedure" and made.procedures is not None:
            columns[name] = made.procedures
        elif made.procedures is not None and len(procedures) == len(own) > 1:
            parts = pa.concat_arrays(lines.columns(name))
            rows = len(parts) // len(own)
            columns[name] = take(parts, made.slot * rows + made.line_row).cast(entry.type)
        else:
            columns[name] = _field(lines, entry, made.line_row)
            if name == "modifiers" and made.procedures is not None:
                later = pa.array(made.slot > 0)
                none = pa.array([[]] * len(made.slot), TEXTS)
                columns[name] = pc.if_else(later, none, columns[name])
    if not lines.has("number"):
        place = np.arange(len(made.line_claim)) - made.starts[made.line_claim] + 1
        columns["number"] = pa.array(place, pa.int32())
    columns["number"] = pc.fill_null(columns["number"], 0)
    return columns


def _service(
    claims: Rows, lines: Rows, made: Shape, of_lines: dict[str, pa.Array]
) -> tuple[I32, I32]:
    """First and last day of service: the widest that the claim's and its lines' days make."""
    low = np.full(len(made.claim_row), 2**31 - 1, np.int32)
    high = np.full(len(made.claim_row), NO_DAY, np.int32)

    def widen(name: str, day: I32, at: I64) -> None:
        stated = day != NO_DAY
        np.minimum.at(low, at[stated], day[stated])
        np.maximum.at(high, at[stated], day[stated])

    for name in ("service_from", "service_to"):
        if claims.has(name):
            if claims.map.one_row_is == "line":
                widen(name, _days(take(claims.get(name), made.line_row)), made.line_claim)
            else:
                day = _days(take(claims.get(name), made.claim_row))
                widen(name, day, np.arange(len(day)))
        if lines.has(name):
            widen(name, _days(of_lines[name]), made.line_claim)
    low[high == NO_DAY] = NO_DAY
    return low, high


def _submitted(
    mapping: Mapping, claims: Rows, made: Shape, first: I32, last: I32, notes: list[str]
) -> pa.Array:
    """The stated day, else the last day of service and the lag of the rules."""
    day = np.full(len(last), NO_DAY, np.int32)
    if claims.has("submitted_on"):
        day = _days(take(claims.get("submitted_on"), made.claim_row)).copy()
    lag = mapping.submission_lag
    if lag is not None:
        open_ = (day == NO_DAY) & (last != NO_DAY)
        day[open_] = last[open_] + lag
        if open_.any():
            notes.append(
                f"{int(open_.sum()):,} of {len(day):,} claims state no day of submission: counted "
                f"as sent {lag} days after the last day of service (rules.submission_lag_days)"
            )
    unknown = int((day == NO_DAY).sum())
    if unknown:
        notes.append(f"{unknown:,} claims have no day of submission and are not learned from")
    early = int(((day != NO_DAY) & (first != NO_DAY) & (day < first)).sum())
    if early:
        notes.append(f"{early:,} claims were submitted before their first day of service")
    return dates(day)


def _ages(born: pa.Array, first: I32) -> pa.Array:
    birth = _days(born)
    stated = (birth != NO_DAY) & (first != NO_DAY)
    years = np.zeros(len(birth), np.int64)
    years[stated] = _birthdays(birth[stated], first[stated])
    fine = stated & (years >= 0) & (years <= _OLDEST)
    return pa.array(np.where(fine, years, 0).astype(np.int16), mask=~fine)


def _birthdays(born: I32, day: I32) -> I64:
    """Whole years from one day to another."""
    before, after = born.astype("datetime64[D]"), day.astype("datetime64[D]")
    years = after.astype("datetime64[Y]").astype(np.int64)
    years -= before.astype("datetime64[Y]").astype(np.int64)
    months = [whole.astype("datetime64[M]") for whole in (before, after)]
    of_year = [
        32 * (month.astype(np.int64) % 12) + (whole - month).astype(np.int64)
        for whole, month in zip((before, after), months, strict=True)
    ]
    found: I64 = years - (of_year[1] < of_year[0])
    return found


def _charges(
    claims: Rows,
    made: Shape,
    of_lines: dict[str, pa.Array],
    values: dict[str, pa.Array],
    notes: list[str],
) -> None:
    """The claim's charge is that of its lines and the other way round, where one is not stated."""
    of_claim = _field(claims, CLAIMS.field("charge"), made.claim_row)
    line = of_lines["charge"]
    if claims.has("charge") and line.null_count == len(line):
        of_lines["charge"] = _divided(of_claim, made)
        shared = int((made.sizes > 1).sum())
        if shared:
            notes.append(
                f"{shared:,} claims state one charge for several lines: it is divided evenly"
            )
    elif not claims.has("charge") and line.null_count < len(line):
        of_claim = _sums(line, made)
    if of_claim.null_count == len(of_claim) and len(of_claim):
        notes.append("no charge is mapped: amounts of these claims are unknown")
    values["charge"] = of_claim


def _sums(amounts: pa.Array, made: Shape) -> pa.Array:
    whole = np.bincount(
        made.line_claim, cents(pa.chunked_array([amounts])), minlength=len(made.claim_row)
    )
    return dollars(whole.round().astype(np.int64))


def _divided(amounts: pa.Array, made: Shape) -> pa.Array:
    """Cents of each claim over its lines; what is left over goes to the first ones."""
    whole, sizes = cents(pa.chunked_array([amounts])), made.sizes
    share, rest = np.divmod(whole, np.maximum(sizes, 1))
    place = np.arange(len(made.line_claim)) - made.starts[made.line_claim]
    return dollars(share[made.line_claim] + (place < rest[made.line_claim]))


def dollars(amount: I64) -> pa.Array:
    """Cents as money."""
    scaled = pa.array(amount).cast(pa.decimal128(19, 0))
    return pc.multiply(scaled, pa.scalar(Decimal("0.01"))).cast(MONEY)


def _inherit(of_lines: dict[str, pa.Array], of_claims: dict[str, pa.Array], made: Shape) -> None:
    """What a line does not state by itself is its claim's."""
    for name in ("service_from", "service_to"):
        claim = take(of_claims[name], made.line_claim)
        own = of_lines[name]
        if name == "service_to":
            own = pc.coalesce(own, of_lines["service_from"]) if own.null_count else own
        of_lines[name] = pc.coalesce(own, claim)
    for name in ("place_of_service", "rendering_npi", "referring_npi"):
        claim = take(of_claims[name], made.line_claim)
        own = of_lines[name]
        of_lines[name] = pc.if_else(pc.equal(own, ""), claim, own)
