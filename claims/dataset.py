"""A dataset: the six tables of a practice's claims and remittances, from files or from a folder."""

from __future__ import annotations

import gc
import io
import multiprocessing
import os
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

import pyarrow as pa
import pyarrow.parquet as pq

from claims.digest import digest
from claims.errors import UserError
from claims.keys import Keys
from claims.problems import Problem
from claims.progress import SILENT, Advance, Progress
from claims.schema import TABLES
from claims.sources import Source, find
from claims.tables import Gathered, Gatherer, concatenate
from claims.x12 import read

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from claims.carc import Catalogue

_POOL_FROM: Final = 8_000_000
# Enough batches that no worker waits long for the last one.
_BATCHES_A_WORKER: Final = 8
_NEEDED: Final = ("claims", "lines")

Batch = tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class FileCount:
    """What one file or folder of tables held; ``kind``: 837P, 837I, 835 (joined by +), tables."""

    path: str
    kind: str
    claims: int
    remittances: int
    problems: int


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """The six tables of ``claims.schema`` and what is known of their making.

    ``problems`` says what could not be read; ``files`` counts each file; ``ignored`` are files met
    in folders that are not X12. ``claim_ids`` are the ids of ``claims`` in row order, only where
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
    progress: Progress | None = None,
    keep_ids: bool = False,
) -> Dataset:
    """Read files and folders of X12, and folders of tables, into one dataset.

    Files are read by up to ``workers`` processes (default: one a core), small amounts in this
    one; the result is the same. Raises ``UserError`` for a path that is not there, for a broken
    folder of tables, and when there is nothing to read at all.
    """
    found = find([Path(path) for path in paths])
    if not found.sources and not found.not_x12:
        raise UserError(
            "there are no X12 files and no tables under the paths given: name files that hold an "
            "ISA segment, or a folder with claims.parquet and lines.parquet"
        )
    total = sum(source.size for source in found.sources)
    workers = max(1, min(workers or os.cpu_count() or 1, len(found.sources)))
    task = partial(_read_batch, keep_ids=keep_ids)
    batches = _batches(found.sources, total // (_BATCHES_A_WORKER * workers))
    with (progress or SILENT).stage("Reading", total=total) as advance:
        if workers > 1 and total >= _POOL_FROM:
            parts = _in_processes(task, batches, workers, keys, catalogue, advance)
        else:
            parts = [task(batch, keys, catalogue, advance) for batch in batches]
    problems = [
        Problem(str(path), 0, "", "The file holds no X12: there is no ISA segment in it.")
        for path in found.not_x12
    ]
    ids = None
    if keep_ids:
        ids = pa.concat_arrays(
            [pa.array([], pa.large_string())] + [p.claim_ids for p in parts if p.claim_ids]
        )
    return Dataset(
        **concatenate(parts),
        problems=(*(problem for part in parts for problem in part.problems), *problems),
        files=tuple(
            count
            for batch, part in zip(batches, parts, strict=True)
            for count in _counts(batch, part)
        ),
        ignored=tuple(str(path) for path in found.ignored),
        claim_ids=ids,
    )


_worker: list[tuple[Keys, Catalogue]] = []


def _start_worker(secret: bytes, catalogue: Catalogue) -> None:
    # What is read holds no cycles, and looking for them costs a third of the time.
    gc.disable()
    _worker[:] = [(Keys(secret), catalogue)]


def _work(task: partial[Gathered], batch: Batch) -> Gathered:
    keys, catalogue = _worker[0]
    return task(batch, keys, catalogue, _no_advance)


def _no_advance(done: float = 1, /) -> None:
    return None


def _in_processes(
    task: partial[Gathered],
    batches: Sequence[Batch],
    workers: int,
    keys: Keys,
    catalogue: Catalogue,
    advance: Advance,
) -> list[Gathered]:
    """Read one batch of sources a process; the parts stand in the order of the batches."""
    parts: dict[int, Gathered] = {}
    # spawned, not forked: a forked child would inherit locks of Arrow's threads
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        workers, context, initializer=_start_worker, initargs=(keys.secret, catalogue)
    ) as pool:
        sizes = [sum(source.size for source in batch) for batch in batches]
        largest_first = sorted(range(len(batches)), key=lambda at: -sizes[at])
        futures = {pool.submit(_work, task, batches[at]): at for at in largest_first}
        try:
            for future in as_completed(futures):
                at = futures[future]
                parts[at] = future.result()
                advance(sizes[at])
        except BrokenProcessPool as error:
            raise UserError(
                "a reading process was stopped from outside, probably for want of memory: "
                "try again with --workers 1"
            ) from error
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return [parts[at] for at in range(len(batches))]


def _batches(sources: Sequence[Source], least: int) -> list[Batch]:
    """Neighbouring files together up to ``least`` bytes; a folder of tables alone."""
    batches: list[Batch] = []
    open_size = None
    for source in sources:
        if source.kind == "tables":
            batches.append((source,))
            open_size = None
        elif open_size is None or open_size + source.size > least:
            batches.append((source,))
            open_size = source.size
        else:
            batches[-1] += (source,)
            open_size += source.size
    return batches


def _read_batch(
    batch: Batch, keys: Keys, catalogue: Catalogue, advance: Advance, *, keep_ids: bool
) -> Gathered:
    if batch[0].kind == "tables":
        return _read_tables(batch[0], advance, keep_ids=keep_ids)
    gatherer = Gatherer(str(batch[0].path), keys, catalogue, keep_ids=keep_ids)
    for source in batch:
        gatherer.turn_to(str(source.path))
        _read_source(source, gatherer, advance)
    return gatherer.finish()


def _read_tables(source: Source, advance: Advance, *, keep_ids: bool) -> Gathered:
    if keep_ids:
        raise UserError(
            f"{source.path} is a folder of tables, which hold no claim ids: "
            "name the 837 files instead"
        )
    dataset = load(source.path)
    advance(source.size)
    return Gathered(dataset.tables())


def _read_source(source: Source, gatherer: Gatherer, advance: Advance) -> None:
    try:
        with source.path.open("rb", buffering=0) as file:
            for value in read(_Counting(file, advance), str(source.path)):
                gatherer.add(value)
    except OSError as error:
        text = f"The file cannot be read ({error.strerror}); what came before is kept."
        gatherer.add(Problem(str(source.path), 0, "", text))


class _Counting(io.RawIOBase, BinaryIO):
    """A file that tells how far it was read."""

    def __init__(self, file: io.FileIO, advance: Advance) -> None:
        super().__init__()
        self._file = file
        self._advance = advance

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        data = self._file.read(size)
        self._advance(len(data))
        return data


def _counts(batch: Batch, part: Gathered) -> Iterator[FileCount]:
    if batch[0].kind == "tables":
        rows = (part.tables["claims"].num_rows, part.tables["remittances"].num_rows)
        yield FileCount(str(batch[0].path), "tables", *rows, problems=len(part.problems))
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
    """Write one Parquet file per table into ``folder``, each whole or not at all."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in dataset.tables().items():
            aside = folder / f".{name}.{os.getpid()}.parquet"
            pq.write_table(table, aside, compression="zstd")
            aside.replace(folder / f"{name}.parquet")
    except OSError as error:
        raise UserError(
            f"the tables cannot be written to {folder} ({error.strerror}): "
            "choose a folder that you may write"
        ) from error


def load(folder: Path) -> Dataset:
    """Read a folder of tables; those of remittances may be missing.

    Raises ``UserError`` naming the file, and the column, that does not fit ``claims.schema``.
    """
    tables = {}
    for name, schema in TABLES.items():
        path = folder / f"{name}.parquet"
        if path.exists():
            tables[name] = _load_table(path, schema)
        elif name in _NEEDED:
            raise UserError(f"{folder} holds no {name}.parquet: it is no folder of claims tables")
        else:
            tables[name] = schema.empty_table()
    for whole, part in (("claims", "lines"), ("remittances", "remittance_lines")):
        counted = tables[whole]["line_count"]
        promised = sum(chunk.sum().as_py() or 0 for chunk in counted.chunks)
        if promised != tables[part].num_rows:
            raise UserError(
                f"{folder / whole}.parquet promises {promised} lines and {part}.parquet has "
                f"{tables[part].num_rows}: they are not of one dataset, write both again"
            )
    count = FileCount(
        str(folder), "tables", tables["claims"].num_rows, tables["remittances"].num_rows, 0
    )
    return Dataset(**tables, files=(count,))


def _load_table(path: Path, schema: pa.Schema) -> pa.Table:
    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowException) as error:
        raise UserError(f"{path} is no readable Parquet file: write it again") from error
    missing = [name for name in schema.names if name not in table.column_names]
    if missing:
        raise UserError(
            f"{path} has no column {missing[0]}: see docs/tables.md for what it has to hold"
        )
    columns = []
    for wanted in schema:
        try:
            column = table[wanted.name].cast(wanted.type)
        except (pa.ArrowException, ValueError) as error:
            raise UserError(
                f"column {wanted.name} of {path} is {table.schema.field(wanted.name).type} and "
                f"cannot be made {wanted.type}: see docs/tables.md"
            ) from error
        columns.append(column)
    return pa.table(columns, schema=schema).combine_chunks()
