"""Reading sources into tables, by several processes where it pays."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from claims.errors import UserError
from claims.folder import load_tables
from claims.keys import Keys
from claims.problems import Problem
from claims.sources import MAPPING_NAME, Source
from claims.tables import Gathered, Gatherer
from claims.x12 import read

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from io import FileIO

    from claims.carc import Catalogue
    from claims.progress import Advance

_POOL_FROM: Final = 8_000_000
# Enough batches that no worker waits long for the last one.
_BATCHES_A_WORKER: Final = 8

Batch = tuple[Source, ...]


def gather(
    sources: Sequence[Source],
    keys: Keys,
    catalogue: Catalogue,
    advance: Advance,
    *,
    workers: int | None,
    keep_ids: bool,
) -> list[tuple[Batch, Gathered]]:
    """Read all sources; what they hold, in their order, some neighbours together.

    The content does not depend on ``workers`` (default: one a core); small amounts are read in
    this process.
    """
    total = sum(source.size for source in sources)
    workers = max(1, min(workers or os.cpu_count() or 1, len(sources)))
    batches = _batches(sources, total // (_BATCHES_A_WORKER * workers))
    task = partial(_read_batch, keep_ids=keep_ids)
    if workers > 1 and total >= _POOL_FROM:
        parts = _in_processes(task, batches, workers, keys, catalogue, advance)
    else:
        parts = [task(batch, keys, catalogue, advance) for batch in batches]
    return list(zip(batches, parts, strict=True))


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
    others = multiprocessing.active_children()
    # spawned, not forked: a forked child would inherit locks of Arrow's threads
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        workers, context, initializer=_start_worker, initargs=(keys.secret, catalogue)
    ) as pool:
        sizes = [sum(source.size for source in batch) for batch in batches]
        largest_first = sorted(range(len(batches)), key=lambda at: -sizes[at])
        with _uninterrupted():
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
            for process in multiprocessing.active_children():
                if process not in others:
                    process.terminate()
            raise
    return [parts[at] for at in range(len(batches))]


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Processes started meanwhile never see an interrupt; this one sees it a moment later.

    An interrupt at the terminal reaches all processes, and each would print a traceback; the one
    that waits for the others is the one to answer it.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _batches(sources: Sequence[Source], least: int) -> list[Batch]:
    """Neighbouring files together up to ``least`` bytes; a folder of tables or extract alone."""
    batches: list[Batch] = []
    open_size = None
    for source in sources:
        if source.kind != "x12":
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
    if batch[0].kind == "extract":
        return _read_mapped(batch[0], keys, catalogue, advance, keep_ids=keep_ids)
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
    tables = load_tables(source.path)
    advance(source.size)
    return Gathered(tables)


def _read_mapped(
    source: Source, keys: Keys, catalogue: Catalogue, advance: Advance, *, keep_ids: bool
) -> Gathered:
    from claims.extract import read_extract  # most calls read X12 alone

    mapping = source.mapping or source.path / MAPPING_NAME
    gathered = read_extract(source.path, mapping, keys, catalogue, keep_ids=keep_ids)
    advance(source.size)
    return gathered


def _read_source(source: Source, gatherer: Gatherer, advance: Advance) -> None:
    try:
        with source.path.open("rb", buffering=0) as file:
            for value in read(cast(BinaryIO, _Counting(file, advance)), str(source.path)):
                gatherer.add(value)
    except OSError as error:
        text = f"The file cannot be read ({error.strerror}); what came before is kept."
        gatherer.add(Problem(str(source.path), 0, "", text))


class _Counting:
    """A file that tells how far it was read."""

    def __init__(self, file: FileIO, advance: Advance) -> None:
        self._file = file
        self._advance = advance

    def read(self, size: int = -1, /) -> bytes:
        data = self._file.read(size)
        self._advance(len(data))
        return data
