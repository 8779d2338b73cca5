"""A dataset: the six tables of a practice's claims and remittances, from files or from a folder."""

from __future__ import annotations

from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from claims.digest import digest
from claims.errors import UserError
from claims.folder import load_tables, save_tables
from claims.gather import Batch, gather
from claims.problems import Problem
from claims.processes import Processes
from claims.progress import SILENT, Progress
from claims.schema import TABLES
from claims.sources import find
from claims.tables import Gathered, concatenate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from claims.carc import Catalogue
    from claims.keys import Keys


@dataclass(frozen=True, slots=True)
class FileCount:
    """What one file or folder held; ``kind``: 837P, 837I, 835 (joined by +), tables, extract."""

    path: str
    kind: str
    claims: int
    remittances: int
    problems: int


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """The six tables of ``claims.schema`` and what is known of their making.

    ``problems`` says what could not be read; ``files`` counts each file; ``ignored`` are files met
    in folders that are not X12; ``notes`` are sentences on what was assumed where an extract does
    not say it. ``claim_ids`` are the ids of ``claims`` in row order, only where
    ``read_dataset`` was asked to keep them: they are never saved.
    """

    claims: pa.Table
    lines: pa.Table
    remittances: pa.Table
    remittance_lines: pa.Table
    adjustments: pa.Table
    provider_adjustments: pa.Table
    problems: tuple[Problem, ...] = ()
    files: tuple[FileCount, ...] = ()
    ignored: tuple[str, ...] = ()
    claim_ids: pa.Array | None = field(default=None, repr=False)
    notes: tuple[str, ...] = ()

    def tables(self) -> dict[str, pa.Table]:
        """The six tables by name."""
        return {name: getattr(self, name) for name in TABLES}

    def digest(self) -> str:
        """SHA-256 of the tables' content, ``sha256:...`` (see ``claims.digest``)."""
        return digest(self.tables())


def read_dataset(
    paths: Iterable[Path | str],
    *,
    keys: Keys,
    catalogue: Catalogue,
    workers: int | None = None,
    processes: Processes | None = None,
    progress: Progress | None = None,
    keep_ids: bool = False,
    mapping: Path | None = None,
) -> Dataset:
    """Read files and folders of X12, and folders of tables, into one dataset.

    A folder with a ``mapping.toml`` is an extract (``claims.extract``); with ``mapping`` given,
    all paths are extracts that it holds for.
    Files are read by up to ``workers`` processes (default: one a core), or by ``processes`` that
    have other work too, small amounts in this one; the result is the same. Raises ``UserError`` for
    a path that is not there, for a broken folder of tables, and when there is nothing to read.
    """
    found = find([Path(path) for path in paths], mapping)
    if not found.sources and not found.not_x12:
        raise UserError(
            "there are no X12 files and no tables under the paths given: name files that hold an "
            "ISA segment, a folder with claims.parquet and lines.parquet, or an extract with a "
            "mapping.toml (`preclear map FOLDER` proposes one)"
        )
    total = sum(source.size for source in found.sources)
    with (
        Processes(workers) if processes is None else nullcontext(processes) as pool,
        (progress or SILENT).stage("Reading", total=total) as advance,
    ):
        parts = gather(found.sources, keys, catalogue, advance, processes=pool, keep_ids=keep_ids)
    problems = [problem for _, part in parts for problem in part.problems]
    problems += [
        Problem(str(path), 0, "", "The file holds no X12: there is no ISA segment in it.")
        for path in found.not_x12
    ]
    ids = [part.claim_ids for _, part in parts if part.claim_ids is not None]
    return Dataset(
        **concatenate([part for _, part in parts]),
        problems=tuple(problems),
        files=tuple(count for batch, part in parts for count in _counts(batch, part)),
        ignored=tuple(str(path) for path in found.ignored),
        notes=tuple(note for _, part in parts for note in part.notes),
        claim_ids=pa.concat_arrays([pa.array([], pa.large_string()), *ids]) if keep_ids else None,
    )


def _counts(batch: Batch, part: Gathered) -> Iterator[FileCount]:
    kind = batch[0].kind
    if kind != "x12":
        rows = (part.tables["claims"].num_rows, part.tables["remittances"].num_rows)
        yield FileCount(str(batch[0].path), kind, *rows, problems=len(part.problems))
        return
    names = {"professional": "837P", "institutional": "837I", "remittance": "835"}
    problems = Counter(problem.source for problem in part.problems)
    for source in batch:
        counts = part.counts[str(source.path)]
        yield FileCount(
            path=str(source.path),
            kind="+".join(name for what, name in names.items() if counts.get(what)),
            claims=counts.get("professional", 0) + counts.get("institutional", 0),
            remittances=counts.get("remittance", 0),
            problems=problems[str(source.path)],
        )


def save(dataset: Dataset, folder: Path) -> None:
    """Write one Parquet file per table into ``folder`` (see ``claims.folder``)."""
    save_tables(dataset.tables(), folder)


def load(folder: Path) -> Dataset:
    """Read a folder of tables.

    Raises ``UserError`` naming the file, and the column, that does not fit ``claims.schema``.
    """
    tables = load_tables(folder)
    rows = (tables["claims"].num_rows, tables["remittances"].num_rows)
    return Dataset(**tables, files=(FileCount(str(folder), "tables", *rows, problems=0),))
