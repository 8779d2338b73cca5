"""A mapping proposed from the names and the values of an extract's columns, for a person to check.

Nothing of a claim goes into it: names of files and columns, our fields, and why.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import pyarrow.compute as pc

from claims.errors import UserError
from claims.extract.evidence import Proposed, guess
from claims.extract.fields import LINE_FIELDS, OUTCOME_FIELDS
from claims.extract.files import column_names, files_of, read_table
from claims.extract.guesses import INPUTS, OUTCOMES
from claims.extract.leaks import named_like_the_answer, truth_file
from claims.extract.values import plain, texts

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import pyarrow as pa

    from claims.extract.fields import Section
    from claims.extract.mapping import Rows

_SEEN: Final = 50_000
_ALONE: Final = 0.98
# Where one row is a line, these are the line's own.
_OF_LINES: Final = frozenset({"charge", "service_from", "service_to", "place_of_service"})
_OF_BOTH: Final = frozenset({"rendering_npi", "referring_npi"})


@dataclass(frozen=True, slots=True)
class Proposal:
    """A mapping to be checked. ``left_out``: column or file, and why it is not mapped."""

    files: dict[Section, str]
    rows: dict[Section, Rows]
    fields: tuple[Proposed, ...]
    left_out: tuple[tuple[str, str], ...]

    def has(self, section: Section, *names: str) -> bool:
        """Whether one of the fields has a column."""
        return any(one.section == section and one.name in names for one in self.fields)


@dataclass(frozen=True, slots=True, eq=False)
class _File:
    path: Path
    table: pa.Table
    inputs: tuple[Proposed, ...]
    outcomes: tuple[Proposed, ...]

    def claim_id(self) -> tuple[str, ...]:
        return next((one.columns for one in self.inputs if one.name == "claim_id"), ())

    def knows(self, name: str) -> bool:
        return any(one.name == name for one in self.inputs)

    def repeats(self) -> bool:
        """Whether several rows are of one claim."""
        ids = texts(plain(self.table[self.claim_id()[0]]))
        return bool(pc.count_distinct(ids).as_py() < _ALONE * len(ids))


def propose(place: Path) -> Proposal:
    """Look at the Parquet and CSV files in a folder (or at one file).

    Raises ``UserError`` when there is none, or none with a column that looks like a claim id.
    """
    if not place.exists():
        raise UserError(f"there is no file or folder {place}: correct the path")
    left_out = []
    files = []
    for path in files_of(place):
        if truth_file(path.name.partition(".")[0]):
            left_out.append((path.name, "by its name it holds labels, which are never inputs"))
        else:
            files.append(_look(path))
    with_ids = [one for one in files if one.claim_id()]
    if not with_ids:
        raise UserError(
            f"no Parquet or CSV file in {place} has a column that looks like a claim id: write "
            "the mapping by hand as docs/extracts.md shows"
        )
    claims = max(with_ids, key=lambda one: len({entry.name for entry in one.inputs}))
    lines = claims
    if not claims.knows("procedure"):
        lines = next((one for one in with_ids if one.knows("procedure")), claims)
    return _assemble(claims, lines, _answers(with_ids), files, left_out)


def _look(path: Path) -> _File:
    names = column_names(path)
    table = read_table(path, names).slice(0, _SEEN)
    inputs = guess(table, [name for name in names if not _refused(name)], INPUTS)
    return _File(path, table, inputs, guess(table, names, OUTCOMES))


def _refused(name: str) -> str:
    """What of the answer the name says, unless it is a name of a field that may say it."""
    allowed = [one.field for one in INPUTS if one.fits(name)]
    if any(not named_like_the_answer(name, one) for one in allowed):
        return ""
    return named_like_the_answer(name)


def _answers(files: Iterable[_File]) -> _File | None:
    """The file that says most of outcomes."""
    names = {*OUTCOME_FIELDS, "known_on", "payment_date"}

    def weight(one: _File) -> int:
        return len({entry.name for entry in one.outcomes} & names)

    best = max(files, key=weight)
    told = {entry.name for entry in best.outcomes}
    return best if told & set(OUTCOME_FIELDS) else None


def _assemble(
    claims: _File,
    lines: _File,
    answers: _File | None,
    files: list[_File],
    left_out: list[tuple[str, str]],
) -> Proposal:
    by_line = claims is lines and claims.repeats()
    named: dict[Section, str] = {"claims": claims.path.name}
    rows: dict[Section, Rows] = {"claims": "line" if by_line else "claim"}
    fields: list[Proposed] = []
    for one in claims.inputs:
        fields += _placed(one, by_line=by_line)
    if lines is not claims:
        fields = [one for one in fields if one.section == "claims"]
        named["lines"] = lines.path.name
        fields += [replace(one, section="lines") for one in lines.inputs if one.name in LINE_FIELDS]
    if answers is not None:
        named["remittances"] = answers.path.name
        rows["remittances"] = _rows_of(answers, claims, lines, by_line=by_line)
        own = answers.path not in (claims.path, lines.path)
        fields += [one for one in answers.outcomes if own or one.name not in ("claim_id", "charge")]
    mapped = {column for one in fields for column in one.columns}
    used = {one.path for one in (claims, lines, answers) if one is not None}
    for file in files:
        if file.path not in used:
            left_out.append((file.path.name, "it seems to hold nothing that is needed"))
            continue
        for column in file.table.column_names:
            if column not in mapped:
                meaning = _refused(column)
                why = f"looks like the answer ({meaning}): no input" if meaning else "not known"
                left_out.append((f"{file.path.name}: {column}", why))
    return Proposal(named, rows, tuple(fields), tuple(left_out))


def _placed(one: Proposed, *, by_line: bool) -> list[Proposed]:
    if not by_line or one.section != "claims":
        return [one]
    if one.name in _OF_BOTH:
        return [one, replace(one, section="lines")]
    return [replace(one, section="lines")] if one.name in _OF_LINES else [one]


def _rows_of(answers: _File, claims: _File, lines: _File, *, by_line: bool) -> Rows:
    if answers.path == lines.path and (by_line or lines is not claims):
        return "line"
    if answers.path == claims.path or not answers.repeats():
        return "claim"
    told = {entry.name for entry in (*answers.outcomes, *answers.inputs)}
    return "line" if told & {"line_number", "procedure", "number"} else "adjustment"
