"""Which rows of an extract make which claims and which lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from claims.arrays import codes
from claims.extract.values import code_lists

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from claims.extract.rows import Rows

    I64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """n claims and m lines as places in their files.

    A claim's values stand in ``claim_row``, but where its rows are lines, in all rows of its lines.
    ``slot`` is the line's place among several procedures in one row.
    """

    claim_row: I64
    line_row: I64
    line_claim: I64
    slot: I64
    procedures: pa.Array | None
    problems: tuple[str, ...] = ()

    @property
    def sizes(self) -> I64:
        """Lines of each claim."""
        return np.bincount(self.line_claim, minlength=len(self.claim_row))

    @property
    def starts(self) -> I64:
        """First line of each claim."""
        sizes = self.sizes
        return np.cumsum(sizes) - sizes


def shape(claims: Rows, lines: Rows) -> Shape:
    """How the rows make claims: of one file a claim or a line a row, or of two files."""
    if lines.path != claims.path:
        return _joined(claims, lines)
    if claims.map.one_row_is == "line":
        return _grouped(claims)
    return _several(claims, lines)


def _stated(ids: pa.Array, what: str) -> tuple[I64, list[str]]:
    rows = np.flatnonzero(np.asarray(pc.not_equal(ids, "")))
    lost = len(ids) - len(rows)
    return rows, [f"{lost} rows of {what} state no claim id and were left out"] if lost else []


def _grouped(claims: Rows) -> Shape:
    """Rows of one claim id are the lines of one claim; claims stand as they first appear."""
    ids = claims.get("claim_id")
    rows, problems = _stated(ids, claims.path.name)
    (code,) = codes(pa.chunked_array([ids.take(pa.array(rows))]))
    _, first, group = np.unique(code, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(len(first))
    of_claim = rank[group]
    order = np.argsort(of_claim, kind="stable")
    return Shape(
        claim_row=rows[np.sort(first)],
        line_row=rows[order],
        line_claim=of_claim[order],
        slot=np.zeros(len(rows), np.int64),
        procedures=None,
        problems=tuple(problems),
    )


def _joined(claims: Rows, lines: Rows) -> Shape:
    """Lines of another file find their claims by id, the first of that id."""
    ids = claims.get("claim_id")
    rows, problems = _stated(ids, claims.path.name)
    of_claims, of_lines = codes(
        pa.chunked_array([ids.take(pa.array(rows))]), pa.chunked_array([lines.get("claim_id")])
    )
    names, first = np.unique(of_claims, return_index=True)
    place = np.minimum(np.searchsorted(names, of_lines), max(len(names) - 1, 0))
    found = (names[place] == of_lines) if len(names) else np.zeros(len(of_lines), np.bool_)
    if not found.all():
        lost = int((~found).sum())
        problems.append(f"{lost} rows of {lines.path.name} belong to no claim and were left out")
    line_row = np.flatnonzero(found)
    claim = first[place[found]] if len(names) else line_row
    with_lines = np.unique(claim)
    bare = len(rows) - len(with_lines)
    if bare:
        problems.append(f"{bare} claims have no line in {lines.path.name} and were left out")
    order = np.argsort(claim, kind="stable")
    return Shape(
        claim_row=rows[with_lines],
        line_row=line_row[order],
        line_claim=np.searchsorted(with_lines, claim[order]),
        slot=np.zeros(len(line_row), np.int64),
        procedures=None,
        problems=tuple(problems),
    )


def _several(claims: Rows, lines: Rows) -> Shape:
    """A row is a claim; its lines are its procedures, in one column or in numbered ones."""
    rows, problems = _stated(claims.get("claim_id"), claims.path.name)
    columns = lines.map.columns.get("procedure", ())
    if columns:
        parts = [code_lists(lines.raw(column)) for column in columns]
        if len(columns) == 1:
            of_row = [list(enumerate(codes)) for codes in parts[0]]
        else:
            of_row = [
                [(slot, code) for slot, codes in enumerate(row) for code in codes[:1]]
                for row in zip(*parts, strict=True)
            ]
    else:
        of_row = [[] for _ in range(len(claims))]
    taken = [of_row[row] or [(0, "")] for row in rows.tolist()]
    sizes = np.array([len(part) for part in taken], np.int64)
    line_claim = np.repeat(np.arange(len(rows)), sizes)
    return Shape(
        claim_row=rows,
        line_row=rows[line_claim],
        line_claim=line_claim,
        slot=np.array([slot for part in taken for slot, _ in part], np.int64),
        procedures=pa.array([code for part in taken for _, code in part], pa.string())
        if columns
        else None,
        problems=tuple(problems),
    )
