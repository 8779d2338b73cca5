"""The tables of remittances of an extract: its rows of answers, brought together by claim."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from claims.arrays import NO_DAY, cents, days, mix
from claims.categories import CATEGORIES
from claims.extract.columns import dates, dollars, hashed
from claims.extract.rows import take
from claims.extract.verdicts import DENIED, NOTHING, Verdicts, verdicts
from claims.schema import ADJUSTMENTS, KEY, REMITTANCE_LINES, REMITTANCES, TABLES, TEXT, TEXTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from claims.carc import Catalogue
    from claims.extract.columns import Built
    from claims.extract.mapping import Mapping
    from claims.extract.rows import Rows
    from claims.extract.shape import Shape
    from claims.keys import Keys

    I8 = NDArray[np.int8]
    I32 = NDArray[np.int32]
    I64 = NDArray[np.int64]
    U64 = NDArray[np.uint64]

_NAMES: Final = pa.array([*CATEGORIES, ""])


@dataclass(slots=True)
class Answers:
    """The tables, and what was said of claims and lines (-1 nothing, 0, 1), for the leak test."""

    tables: dict[str, pa.Table]
    claim_denied: I8
    line_denied: I8
    notes: list[str] = field(default_factory=list)


def none(claims: int, lines: int) -> Answers:
    """What an extract without answers says."""
    names = ("remittances", "remittance_lines", "adjustments")
    return Answers(
        {name: TABLES[name].empty_table() for name in names},
        np.full(claims, -1, np.int8),
        np.full(lines, -1, np.int8),
    )


@dataclass(slots=True, eq=False)
class _Rows:
    """The rows that say something: where they stand, whose they are, since when, in which group."""

    at: I64
    key: U64
    claim: I64
    known: I32
    line: I64
    group: I64
    first: I64


def answers(
    mapping: Mapping,
    rows: Rows,
    claims: Rows,
    lines: Rows,
    made: Shape,
    built: Built,
    keys: Keys,
    catalogue: Catalogue,
) -> Answers:
    """Fill ``remittances``, ``remittance_lines`` and ``adjustments``."""
    said = verdicts(rows, mapping.words, catalogue)
    notes: list[str] = []
    if said.without_reason:
        notes.append(
            f"{said.without_reason:,} answers are denials without a CARC of class denial: they "
            "count as denied, in the category stated, else other"
        )
    one = _rows(mapping, rows, claims, lines, made, built, keys, said, notes)
    by_line = rows.map.one_row_is == "line"
    amount = _charges(rows, one, built, by_line=by_line)
    tables = {"remittances": _remittances(rows, one, said, amount, by_line=by_line)}
    tables["remittance_lines"] = REMITTANCE_LINES.empty_table()
    if by_line:
        tables["remittance_lines"] = _lines(rows, one, said, amount, built)
    tables["adjustments"] = _adjustments(rows, one, said, by_line=by_line)
    claim_denied = np.full(len(made.claim_row), -1, np.int8)
    line_denied = np.full(len(made.line_row), -1, np.int8)
    denied = (said.said[one.at] == DENIED).astype(np.int8)
    np.maximum.at(claim_denied, one.claim[one.claim >= 0], denied[one.claim >= 0])
    np.maximum.at(line_denied, one.line[one.line >= 0], denied[one.line >= 0])
    lost = int((one.claim < 0).sum())
    if lost:
        notes.append(f"{lost:,} answers belong to no claim of the extract")
    return Answers(tables, claim_denied, line_denied, notes)


def _ids(rows: Rows, claims: Rows, lines: Rows) -> pa.Array:
    """The claim of each row; rows of the claims' or lines' own file need not map it again."""
    for other in (rows, lines, claims):
        if other.path == rows.path and other.has("claim_id"):
            return other.get("claim_id")
    raise AssertionError("a mapping without the claims of its answers was let through")


def _rows(
    mapping: Mapping,
    rows: Rows,
    claims: Rows,
    lines: Rows,
    made: Shape,
    built: Built,
    keys: Keys,
    said: Verdicts,
    notes: list[str],
) -> _Rows:
    """The rows that say something, in the order of their remittances."""
    ids = _ids(rows, claims, lines)
    key = np.asarray(hashed(ids, keys.claim))
    at = np.flatnonzero((said.said != NOTHING) & (key != 0))
    key = key[at]
    claim = _claim_of(key, np.asarray(built.claims["claim_key"]))
    known = _known(mapping, rows, at, claim, built, notes)
    if rows.map.one_row_is == "claim":
        group = first = np.arange(len(at))
    else:
        whole = mix(key, known.astype(np.int64) - NO_DAY)
        _, begins, group = np.unique(whole, return_index=True, return_inverse=True)
        rank = np.empty(len(begins), np.int64)
        rank[np.argsort(begins, kind="stable")] = np.arange(len(begins))
        group, first = rank[group], np.sort(begins)
        order = np.argsort(group, kind="stable")
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order))
        at, key, claim, known = at[order], key[order], claim[order], known[order]
        group, first = group[order], place[first]
    line = np.full(len(at), -1, np.int64)
    if rows.map.one_row_is == "line" and rows.path == lines.path:
        line_of = np.full(len(rows), -1, np.int64)
        line_of[made.line_row] = np.arange(len(made.line_row))
        line = line_of[at]
    return _Rows(at, key, claim, known, line, group, first)


def _claim_of(key: U64, claims: U64) -> I64:
    """The first claim of each key, -1 where there is none."""
    names, first = np.unique(claims, return_index=True)
    if not len(names):
        return np.full(len(key), -1, np.int64)
    place = np.minimum(np.searchsorted(names, key), len(names) - 1)
    return np.where(names[place] == key, first[place], -1)


def _known(
    mapping: Mapping, rows: Rows, at: I64, claim: I64, built: Built, notes: list[str]
) -> I32:
    """The stated day, else the claim's submission and the lag of the rules."""
    known = np.full(len(at), NO_DAY, np.int32)
    for name in ("payment_date", "known_on"):
        if rows.has(name):
            stated = days(pa.chunked_array([take(rows.get(name), at)]))
            known = np.where(stated != NO_DAY, stated, known)
    submitted = np.r_[days(built.claims["submitted_on"]), np.int32(NO_DAY)][claim]
    lag = mapping.answer_lag
    if lag is not None:
        open_ = (known == NO_DAY) & (submitted != NO_DAY)
        known[open_] = submitted[open_] + lag
        if open_.any():
            notes.append(
                f"{int(open_.sum()):,} of {len(known):,} answers state no day: counted as known "
                f"{lag} days after the submission (rules.answer_lag_days)"
            )
    missing = int((known == NO_DAY).sum())
    if missing:
        notes.append(f"{missing:,} answers have no day on which they became known and are not used")
    early = int(((known != NO_DAY) & (submitted != NO_DAY) & (known < submitted)).sum())
    if early:
        notes.append(f"{early:,} answers became known before their claim was sent: not used")
    return known


def _charges(rows: Rows, one: _Rows, built: Built, *, by_line: bool) -> I64:
    """Cents that each row is about: as stated, else those of the line or claim it answers."""
    if rows.has("charge"):
        return cents(pa.chunked_array([take(rows.get("charge"), one.at)]))
    table, at = (built.lines, one.line) if by_line else (built.claims, one.claim)
    found: I64 = np.r_[cents(table["charge"]), 0][at]
    return found


def _remittances(rows: Rows, one: _Rows, said: Verdicts, amount: I64, *, by_line: bool) -> pa.Table:
    count = len(one.first)
    head = one.at[one.first]
    denied = said.said[one.at] == DENIED
    hits = np.bincount(one.group, denied, count)
    of_group = np.bincount(one.group, minlength=count)
    paid = said.paid[head]
    charge = amount[one.first]
    if by_line:
        paid = np.bincount(one.group, said.paid[one.at], count).round().astype(np.int64)
        charge = np.bincount(one.group, amount, count).round().astype(np.int64)
        whole = hits == of_group
    else:
        whole = paid <= 0
    outcome = np.where(hits == 0, "paid", np.where(whole, "denied", "partial"))
    largest = _largest(one, said, amount, denied)
    found = largest >= 0
    category = np.where(found, said.category[one.at[largest]] if len(one.at) else -1, -1)
    carcs = np.array(said.carc, dtype=object)[one.at] if len(one.at) else np.zeros(0, object)
    stated = bool(said.paid_stated.any())
    lost = np.bincount(one.group, np.where(denied, amount, 0), count).round().astype(np.int64)
    if not by_line:
        lost = np.where(hits > 0, charge - np.maximum(paid, 0), 0)
    given: dict[str, Any] = {
        "claim_key": pa.array(one.key[one.first], KEY),
        "line_count": pa.array(of_group if by_line else np.zeros(count), pa.int32()),
        "known_on": dates(one.known[one.first]),
        "charge": dollars(charge),
        "paid": dollars(paid) if stated else None,
        "crossover": pa.array(np.zeros(count, np.bool_)),
        "first_outcome": pa.array(np.ones(count, np.bool_)),
        "outcome": pa.array(outcome.tolist(), TEXT),
        "category": _NAMES.take(pa.array(np.where(category >= 0, category, len(CATEGORIES)))),
        "carc": pa.array([carcs[at] if at >= 0 else "" for at in largest.tolist()], TEXT),
        "denied_amount": dollars(lost),
    }
    for name in ("payment_date", "patient_responsibility", "payer_id", "remarks"):
        if rows.has(name):
            given[name] = take(rows.get(name), head)
    if rows.has("status"):
        given["status"] = take(rows.get("status"), head)
    return filled(REMITTANCES, given, count)


def _largest(one: _Rows, said: Verdicts, amount: I64, denied: NDArray[np.bool_]) -> I64:
    """The row of each group with the largest denied amount, of the category with the largest."""
    winner = np.full(len(one.first), -1, np.int64)
    at = np.flatnonzero(denied)
    if not len(at):
        return winner
    both = one.group[at] * len(CATEGORIES) + said.category[one.at[at]]
    names, place = np.unique(both, return_inverse=True)
    total = np.bincount(place, amount[at], len(names))
    order = np.lexsort((at, -amount[at], -total[place], one.group[at]))
    groups, begins = np.unique(one.group[at][order], return_index=True)
    winner[groups] = at[order][begins]
    return winner


def _lines(rows: Rows, one: _Rows, said: Verdicts, amount: I64, built: Built) -> pa.Table:
    category = said.category[one.at].astype(np.int64)
    carcs = np.array(said.carc, dtype=object)
    given: dict[str, Any] = {
        "claim_key": pa.array(one.key, KEY),
        "charge": dollars(amount),
        "denied": pa.array(said.said[one.at] == DENIED),
        "category": _NAMES.take(pa.array(np.where(category >= 0, category, len(CATEGORIES)))),
        "carc": pa.array(carcs[one.at].tolist(), TEXT),
    }
    if said.paid_stated.any():
        given["paid"] = dollars(said.paid[one.at])
    for name in ("procedure", "modifiers", "units", "revenue_code", "service_from"):
        if name == "procedure" and rows.has(name):
            given[name] = pc.utf8_upper(take(rows.get(name), one.at))
        elif (one.line >= 0).all():
            given[name] = take(built.lines[name].combine_chunks(), one.line)
    if rows.has("line_number"):
        number = take(rows.get("line_number"), one.at)
    else:
        number = take(built.lines["number"].combine_chunks(), one.line)
    given["line_number"] = pc.fill_null(number, 0).cast(pa.int32())
    if rows.has("remarks"):
        given["remarks"] = take(rows.get("remarks"), one.at)
    return filled(REMITTANCE_LINES, given, len(one.at))


def _adjustments(rows: Rows, one: _Rows, said: Verdicts, *, by_line: bool) -> pa.Table:
    """One row a CARC; its amount is known only where it stands alone in its row."""
    sizes = np.array([len(said.carcs[at]) for at in one.at.tolist()], np.int64)
    of_row = np.repeat(np.arange(len(one.at)), sizes)
    place = np.full(len(of_row), -1, np.int64)
    if by_line:
        place = (np.arange(len(one.at)) - one.first[one.group])[of_row]
    given: dict[str, Any] = {
        "claim_key": pa.array(one.key[of_row], KEY),
        "remittance": pa.array(one.group[of_row], pa.int64()),
        "line": pa.array(place, pa.int32()),
        "carc": pa.array([code for at in one.at.tolist() for code in said.carcs[at]], TEXT),
    }
    if rows.has("group"):
        given["group"] = pc.utf8_upper(take(rows.get("group"), one.at[of_row]))
    if rows.has("adjusted"):
        alone = np.where(sizes[of_row] == 1, one.at[of_row], -1)
        given["amount"] = take(rows.get("adjusted"), alone)
    return filled(ADJUSTMENTS, given, len(of_row))


def filled(schema: pa.Schema, given: dict[str, Any], count: int) -> pa.Table:
    """A table of the columns given; the others state nothing."""
    columns = []
    for entry in schema:
        column = given.get(entry.name)
        if column is None:
            empty: Any = {TEXT: "", TEXTS: [], KEY: 0}.get(entry.type)
            column = pa.array([empty], entry.type).take(pa.array(np.zeros(count, np.int64)))
        columns.append(column.cast(entry.type, safe=False))
    return pa.table(columns, schema=schema)
