"""An extract as the six tables: the files, the mapping, and what may not be an input."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from claims.arrays import codes
from claims.errors import UserError
from claims.extract.answers import Answers, answers, none
from claims.extract.columns import build
from claims.extract.leaks import named_like_the_answer, predicts_too_well, truth_file
from claims.extract.mapping import load_mapping
from claims.extract.rows import Rows, take
from claims.extract.shape import shape
from claims.problems import Problem
from claims.schema import TABLES, TEXT
from claims.tables import Gathered

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from claims.carc import Catalogue
    from claims.extract.mapping import Mapping
    from claims.extract.shape import Shape
    from claims.keys import Keys

    I64 = NDArray[np.int64]


def read_extract(
    place: Path, mapping_path: Path, keys: Keys, catalogue: Catalogue, *, keep_ids: bool
) -> Gathered:
    """Read the files at ``place`` (a folder or one file) as the mapping says.

    Raises ``UserError`` for a mapping, a file or a column that cannot be used, and for an input
    that is the answer in disguise (``claims.extract.leaks``).
    """
    mapping = load_mapping(mapping_path)
    _refuse_by_name(mapping)
    claims = Rows("claims", mapping.claims, place, mapping_path)
    lines = Rows("lines", mapping.lines, place, mapping_path)
    made = shape(claims, lines)
    built = build(mapping, claims, lines, made, keys)
    said = none(len(made.claim_row), len(made.line_row))
    every = [claims, lines]
    if mapping.remittances is not None:
        rows = Rows("remittances", mapping.remittances, place, mapping_path)
        said = answers(mapping, rows, claims, lines, made, built, keys, catalogue)
        every.append(rows)
    _refuse_by_test(mapping, claims, lines, made, said, _owners(built.claims))
    tables = {"claims": built.claims, "lines": built.lines, **said.tables}
    tables["provider_adjustments"] = TABLES["provider_adjustments"].empty_table()
    return Gathered(
        tables=tables,
        problems=_problems(place, every, made),
        claim_ids=built.ids if keep_ids else None,
        notes=[*built.notes, *said.notes],
    )


def _problems(place: Path, every: list[Rows], made: Shape) -> list[Problem]:
    problems = [Problem(str(place), 0, "", f"{text}.") for text in made.problems]
    for rows in every:
        for column, count in rows.problems.items():
            text = f"{count:,} values of the column {column} cannot be understood: left out."
            problems.append(Problem(str(rows.path), 0, "", text))
    return problems


def _refuse_by_name(mapping: Mapping) -> None:
    for section, table in (("claims", mapping.claims), ("lines", mapping.lines)):
        if truth_file(table.file.rpartition(".")[0]):
            raise UserError(
                f"{mapping.path} reads [{section}] from {table.file}, which by its name holds "
                "labels: labels may never be inputs, name the file of the claims"
            )
        for name, columns in table.columns.items():
            for column in columns:
                meaning = named_like_the_answer(column, name)
                if meaning:
                    raise _refusal(mapping, section, name, column, f"its name says {meaning}")


def _refuse_by_test(
    mapping: Mapping, claims: Rows, lines: Rows, made: Shape, said: Answers, owner: I64
) -> None:
    """Test every input alone against the outcome of its claim, and of its line where known."""
    of_line = said.line_denied
    if (of_line < 0).all():
        of_line = said.claim_denied[made.line_claim]
    by_line = claims.map.one_row_is == "line"
    line_wise = (made.line_row, of_line, owner[made.line_claim])
    claim_wise = line_wise if by_line else (made.claim_row, said.claim_denied, owner)
    for rows, (at, denied, whose) in ((lines, line_wise), (claims, claim_wise)):
        for name, columns in rows.map.columns.items():
            if name == "claim_id":
                continue
            for column in columns:
                why = predicts_too_well(take(rows.raw(column), at), denied, whose)
                if why:
                    raise _refusal(mapping, rows.section, name, column, why)


def _owners(claims: pa.Table) -> I64:
    """The member of each claim as a small number, the claim itself where no member is stated."""
    member, claim = (np.asarray(claims[name]) for name in ("member_key", "claim_key"))
    (whose,) = codes(pa.chunked_array([pa.array(np.where(member == 0, claim, member)).cast(TEXT)]))
    return whose


def _refusal(mapping: Mapping, section: str, name: str, column: str, why: str) -> UserError:
    return UserError(
        f"{mapping.path} maps {section}.{name} to the column {column}, which looks like the "
        f"answer ({why}): take it out, or map it under [remittances.columns] if it is the outcome"
    )
