"""The drawn practice (``benchmarks._practice``) as the six Arrow tables of ``claims.schema``."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from benchmarks._practice import MODIFIERS, Drawn
from claims.categories import CATEGORIES
from claims.dataset import Dataset
from claims.schema import TABLES

I64 = NDArray[np.int64]

CARCS: Final = {
    "eligibility": "27", "authorization": "197", "coding": "4", "bundling": "97",
    "medical_necessity": "50", "timely_filing": "29", "duplicate": "18",
    "coordination_of_benefits": "22", "missing_information": "16", "documentation": "252",
    "non_covered": "96", "benefit_limit": "119", "provider_enrollment": "B7", "other": "A1",
}  # fmt: skip
_KEY: Final = np.uint64(0x9E3779B97F4A7C15)
_MODIFIERS: Final = ("25", "59", "76", "LT", "RT", "GT", "50")
_DIGITS: Final = "0123456789ABCDEF"


def _texts(places: I64, words: list[str]) -> pa.Array:
    return pa.array(words, pa.string()).take(pa.array(places))


def _codes(places: I64, prefix: str) -> pa.Array:
    return _texts(places, [f"{prefix}{place:04d}" for place in range(int(places.max()) + 1)])


def _diagnosis_words(count: int) -> list[str]:
    """Codes of which eight share their first three characters."""
    return [f"{chr(65 + p // 800 % 26)}{p // 8 % 100:02d}{_DIGITS[p % 8]}" for p in range(count)]


def _keys(places: I64, salt: int) -> pa.Array:
    """64-bit numbers as a keyed hash would give them: spread, and never 0."""
    return pa.array((places.astype(np.uint64) + np.uint64(salt + 1)) * _KEY | np.uint64(1))


def _decimals(values: I64, kind: pa.DataType) -> pa.Array:
    """Counts of the last decimal place as decimal128: the low word holds all of it."""
    words = np.stack([values, np.zeros_like(values)], axis=1)
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(words.tobytes())])


def _days(values: I64, missing: int = -1) -> pa.Array:
    return pa.array(values.astype(np.int32), pa.date32(), mask=values == missing)


def _lists(values: pa.Array, sizes: I64) -> pa.Array:
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), values)


def _optional(places: I64, words: list[str]) -> pa.Array:
    """Lists of one text, empty where the place is 0."""
    stated = places > 0
    return _lists(_texts(places[stated] - 1, words), stated.astype(np.int64))


def _table(name: str, rows: int, columns: dict[str, Any]) -> pa.Table:
    """A table of the schema; what is not given is not stated."""
    schema = TABLES[name]
    unknown = set(columns) - set(schema.names)
    if unknown:
        raise ValueError(f"{name} has no column {sorted(unknown)}")
    filled = []
    for field in schema:
        if field.name in columns:
            given = columns[field.name]
            filled.append(given if isinstance(given, pa.Array) else pa.array(given, field.type))
        else:
            filled.append(_nothing(field.type, rows))
    return pa.table([column.cast(f.type) for column, f in zip(filled, schema, strict=True)], schema)


def _nothing(kind: pa.DataType, rows: int) -> pa.Array:
    if pa.types.is_string(kind):
        return pa.repeat(pa.scalar("", kind), rows)
    if pa.types.is_boolean(kind):
        return pa.repeat(pa.scalar(False), rows)
    if pa.types.is_list(kind):
        return _lists(pa.array([], kind.value_type), np.zeros(rows, np.int64))
    if pa.types.is_integer(kind):
        return pa.repeat(pa.scalar(0, kind), rows)
    return pa.nulls(rows, kind)


def dataset(made: Drawn) -> Dataset:
    """The tables; every remittance answers its claim line by line, half of them by line number."""
    claims, lines = _claims(made), _lines(made)
    answered = made.answered_on >= 0
    remittances, answers, adjustments = _answers(made, np.flatnonzero(answered))
    return Dataset(
        claims=claims,
        lines=lines,
        remittances=remittances,
        remittance_lines=answers,
        adjustments=adjustments,
        provider_adjustments=TABLES["provider_adjustments"].empty_table(),
    )


def _claims(made: Drawn) -> pa.Table:
    rows = len(made.claim)
    money = TABLES["claims"].field("charge").type
    words = _diagnosis_words(int(made.diagnoses.max()) + 1)
    return _table(
        "claims",
        rows,
        {
            "claim_key": _keys(made.claim, 0),
            "member_key": _keys(made.member, 1 << 40),
            "line_count": made.sizes,
            "form": pa.repeat("professional", rows),
            "submitted_on": _days(made.submitted),
            "charge": _decimals(_summed(made.charge, made.of, rows), money),
            "place_of_service": _texts(made.place % 4, ["11", "22", "23", "10"]),
            "frequency": _texts(made.replaces.astype(np.int64), ["1", "7"]),
            "payer_id": _codes(made.payer, "P"),
            "payer_name": _codes(made.payer, "PAYER "),
            "filing_code": _texts(made.payer % 3, ["CI", "MB", "BL"]),
            "position": pa.repeat("P", rows),
            "relationship": _texts(made.member % 2, ["18", "19"]),
            "sex": _texts(made.member // 2 % 2, ["F", "M"]),
            "age": made.age,
            "service_from": _days(made.service),
            "service_to": _days(made.service),
            "billing_npi": _codes(made.place, "188800"),
            "billing_taxonomy": pa.repeat("261QM1300X", rows),
            "rendering_npi": _codes(made.provider, "199900"),
            "rendering_taxonomy": _codes(made.provider % 25, "2080P"),
            "facility_npi": _codes(made.place, "177700"),
            "authorization_given": made.authorization,
            "referral_given": made.referral,
            "diagnosis_version": np.full(rows, 10, np.int8),
            "diagnoses": _lists(_texts(made.diagnoses.ravel(), words), np.full(rows, 3)),
            "attachments": _optional(made.attachment.astype(np.int64), ["OZ"]),
            "other_payer_count": made.second_payer.astype(np.int16),
        },
    )


def _lines(made: Drawn) -> pa.Table:
    rows, of, schema = len(made.of), made.of, TABLES["lines"]
    starts = np.cumsum(made.sizes) - made.sizes
    number = np.arange(rows) - starts[of] + 1
    pointer = pa.array((number % 3 + 1).astype(np.int8))
    return _table(
        "lines",
        rows,
        {
            "claim_key": _keys(made.claim[of], 0),
            "number": number,
            "procedure": _codes(made.procedure, "9"),
            "modifiers": _modifiers(made.modifier),
            "charge": _decimals(made.charge, schema.field("charge").type),
            "units": _decimals(made.units * 1000, schema.field("units").type),
            "unit_basis": pa.repeat("UN", rows),
            "diagnosis_pointers": _lists(pointer, np.ones(rows, np.int64)),
            "place_of_service": _texts(made.place[of] % 4, ["11", "22", "23", "10"]),
            "service_from": _days(made.service[of]),
            "service_to": _days(made.service[of]),
            "authorization_given": made.authorization[of],
            "referral_given": made.referral[of],
            "rendering_npi": _codes(made.provider[of], "199900"),
        },
    )


def _modifiers(places: I64) -> pa.Array:
    return _optional(places % MODIFIERS, list(_MODIFIERS))


def _last(category: I64) -> I64:
    """Where nothing is denied, the place behind the categories."""
    return np.where(category < 0, len(CATEGORIES), category)


def _summed(values: I64, of: I64, rows: int) -> I64:
    return np.bincount(of, weights=values, minlength=rows).astype(np.int64)


def _answers(made: Drawn, rows: I64) -> tuple[pa.Table, pa.Table, pa.Table]:
    """Remittances, their lines and one adjustment a line, for the claims at ``rows``."""
    place = np.full(len(made.claim), -1)
    place[rows] = np.arange(len(rows))
    at = np.flatnonzero(place[made.of] >= 0)
    of = place[made.of[at]]
    category, charge = made.line_category[at], made.charge[at]
    denied = category >= 0
    allowed = _allowed(charge, denied)
    lost = np.where(denied, charge, 0)
    words = [*CATEGORIES, ""]
    carcs = [*(CARCS[name] for name in CATEGORIES), ""]
    # The claim's category is that of its dearest denied line.
    order = np.lexsort((-lost, of))
    sizes = made.sizes[rows]
    dearest = category[order[np.cumsum(sizes) - sizes]]
    hits = np.bincount(of, weights=denied, minlength=len(rows))
    outcome = np.where(hits == 0, 0, np.where(hits == sizes, 2, 1))
    money = TABLES["remittances"].field("charge").type
    remittances = _table(
        "remittances",
        len(rows),
        {
            "claim_key": _keys(made.claim[rows], 0),
            "line_count": sizes,
            "status": pa.repeat("1", len(rows)),
            "known_on": _days(made.answered_on[rows]),
            "payment_date": _days(made.answered_on[rows]),
            "charge": _decimals(_summed(charge, of, len(rows)), money),
            "paid": _decimals(_summed(allowed, of, len(rows)), money),
            "payer_claim_key": _keys(rows, 1 << 41),
            "payer_id": _codes(made.payer[rows], "P"),
            "payer_name": _codes(made.payer[rows], "PAYER "),
            "first_outcome": np.ones(len(rows), np.bool_),
            "outcome": _texts(outcome, ["paid", "partial", "denied"]),
            "category": _texts(_last(dearest), words),
            "carc": _texts(_last(dearest), carcs),
            "denied_amount": _decimals(_summed(lost, of, len(rows)), money),
        },
    )
    answers, adjustments = _answer_lines(made, rows, at, of)
    return remittances, answers, adjustments


def _answer_lines(made: Drawn, rows: I64, at: I64, of: I64) -> tuple[pa.Table, pa.Table]:
    """Lines of remittances and adjustments: ``at`` the claims' lines, ``of`` their remittances."""
    category, charge = made.line_category[at], made.charge[at]
    denied = category >= 0
    allowed = _allowed(charge, denied)
    words = [*CATEGORIES, ""]
    carcs = [*(CARCS[name] for name in CATEGORIES), ""]
    money = TABLES["remittances"].field("charge").type
    sizes = made.sizes[rows]
    begins = np.cumsum(sizes) - sizes
    within = np.arange(len(at)) - begins[of]
    stated = made.payer[rows][of] % 2 == 0
    answers = _table(
        "remittance_lines",
        len(at),
        {
            "claim_key": _keys(made.claim[rows][of], 0),
            "procedure": _codes(made.procedure[at], "9"),
            "modifiers": _modifiers(made.modifier[at]),
            "charge": _decimals(charge, money),
            "paid": _decimals(allowed, money),
            "units": _decimals(
                made.units[at] * 1000, TABLES["remittance_lines"].field("units").type
            ),
            "service_from": _days(made.service[rows][of]),
            "line_number": np.where(stated, within + 1, 0),
            "denied": denied,
            "category": _texts(_last(category), words),
            "carc": _texts(_last(category), carcs),
        },
    )
    adjustments = _table(
        "adjustments",
        len(at),
        {
            "claim_key": _keys(made.claim[rows][of], 0),
            "remittance": of,
            "line": within,
            "group": pa.repeat("CO", len(at)),
            "carc": _texts(_last(category), [*carcs[:-1], "45"]),
            "amount": _decimals(charge - allowed, money),
        },
    )
    return answers, adjustments


def _allowed(charge: I64, denied: NDArray[np.bool_]) -> I64:
    return np.where(denied, 0, charge * 6 // 10)
