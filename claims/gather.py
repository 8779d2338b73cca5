"""Reading sources into tables, by several processes where it pays."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from claims.errors import UserError
from claims.folder import load_tables
from claims.keys import Keys
from claims.problems import Problem
from claims.processes import Processes, without_gc
from claims.sources import MAPPING_NAME, Source
from claims.tables import Gathered, Gatherer
from claims.x12 import read

if TYPE_CHECKING:
    from collections.abc import Sequence
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
    processes: Processes,
    keep_ids: bool,
) -> list[tuple[Batch, Gathered]]:
    """Read all sources; what they hold, in their order, some neighbours together.

    The content does not depend on ``processes``; small amounts are read in this one.
    """
    total = sum(source.size for source in sources)
    workers = max(1, min(processes.count, len(sources)))
    batches = _batches(sources, total // (_BATCHES_A_WORKER * workers))
    if workers > 1 and total >= _POOL_FROM:
        task = partial(_work, secret=keys.secret, catalogue=catalogue, keep_ids=keep_ids)
        sizes = [sum(source.size for source in batch) for batch in batches]
        parts: dict[int, Gathered] = {}
        for place, part in processes.each(task, batches, sizes):
            parts[place] = part
            advance(sizes[place])
        return [(batch, parts[place]) for place, batch in enumerate(batches)]
    return [
        (batch, _read_batch(batch, keys, catalogue, advance, keep_ids=keep_ids))
        for batch in batches
    ]


_keys = cache(Keys)


def _work(batch: Batch, secret: bytes, catalogue: Catalogue, *, keep_ids: bool) -> Gathered:
    return _read_batch(batch, _keys(secret), catalogue, _no_advance, keep_ids=keep_ids)


def _no_advance(done: float = 1, /) -> None:
    return None


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
    with without_gc():  # what is read holds no cycles, and looking for them takes half of the time
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
