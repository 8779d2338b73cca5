"""Pairs of procedures of which one is paid: CMS's NCCI PTP files (``PRECLEAR_NCCI``).

The files for practitioners, tab- or comma-separated below CMS's heading: column 1, column 2, a
mark of what is older than 1996, the day in force, the day deleted (``*``: none), and whether a
modifier separates (0 no, 1 yes, 9 not applicable). There are some two million pairs, so they are
kept in sorted arrays, 17 bytes each.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import csv

from claims.errors import UserError
from claims.lists.files import files_of
from claims.order import stable_order

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

NCCI: Final = "PRECLEAR_NCCI"
NOT_APPLICABLE: Final = 9
FOREVER: Final = 99_991_231
_HEAD: Final = 4096
_COLUMNS: Final = ("first", "second", "old", "since", "until", "modifier")
_ROW: Final = re.compile(rb"^\"?[0-9A-Z]{5}\"?([\t,])\"?[0-9A-Z]{5}\"?\1", re.MULTILINE)


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """All pairs, sorted by ``key`` (both codes as one number); days are numbers like 20250101."""

    digest: str
    key: NDArray[np.uint64]
    since: NDArray[np.int32]
    until: NDArray[np.int32]
    modifier: NDArray[np.int8]

    def __len__(self) -> int:
        """Count the pairs."""
        return len(self.key)

    def separable(self, first: str, second: str, day: dt.date) -> bool | None:
        """Whether a modifier separates the pair on ``day``; ``None``: it is no pair then."""
        asked = day.year * 10_000 + day.month * 100 + day.day
        key = _key(first, second)
        place = int(np.searchsorted(self.key, np.uint64(key)))
        while place < len(self.key) and int(self.key[place]) == key:
            # Deleted on the day it began: it never was in force.
            if self.since[place] <= asked <= self.until[place] != self.since[place]:
                kind = int(self.modifier[place])
                return None if kind == NOT_APPLICABLE else kind == 1
            place += 1
        return None

    def listed(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.bool_]:
        """Which of ``pairs`` the files hold, whatever the day: one look-up for all of a claim."""
        keys = np.array([_key(first, second) for first, second in pairs], np.uint64)
        places = np.minimum(np.searchsorted(self.key, keys), max(len(self.key) - 1, 0))
        found: NDArray[np.bool_] = self.key[places] == keys
        return found


_SHIFT: Final = 37**5
_DIGITS: Final = {
    character: place for place, character in enumerate(string.digits + string.ascii_uppercase, 1)
}


def _key(first: str, second: str) -> int:
    """Both codes as one number; 0, which no pair has, where one is not five characters."""
    if len(first) != 5 or len(second) != 5:
        return 0
    total = 0
    for character in first + second:
        total = total * 37 + _DIGITS.get(character, 0)
    return total


def read_pairs(place: Path) -> Pairs:
    """The pairs of all files at ``place``. Raises ``UserError``."""
    tables = [_table(path) for path in files_of(place, NCCI)]
    keys, since, until, modifier = (
        np.concatenate([table[column] for table in tables]) for column in range(4)
    )
    order = stable_order(keys)
    arrays = (
        keys[order].astype(np.uint64), since[order].astype(np.int32),
        until[order].astype(np.int32), modifier[order].astype(np.int8),
    )  # fmt: skip
    total = hashlib.sha256()
    for array in arrays:
        total.update(np.ascontiguousarray(array).view(np.uint8).data)
    return Pairs(f"sha256:{total.hexdigest()}", *arrays)


def _table(path: Path) -> tuple[NDArray[np.int64], ...]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UserError(
            f"{path} cannot be read ({error.strerror}): correct {NCCI} or unset it"
        ) from None
    start = _ROW.search(data)
    if start is None:
        raise UserError(
            f"{path} is not one of CMS's NCCI PTP files (two codes, days, modifier indicator): "
            f"correct {NCCI} or unset it"
        )
    try:
        return _read(memoryview(data)[start.start() :], start[1].decode())
    except (pa.ArrowInvalid, ValueError):
        raise UserError(
            f"{path} has a row that is not as CMS's NCCI PTP files have them (column 1, column 2, "
            f"mark, effective day, deletion day, modifier indicator): download it anew"
        ) from None


def _read(data: memoryview, delimiter: str) -> tuple[NDArray[np.int64], ...]:
    """Keys, first and last days and indicators of all rows; block by block, to hold few texts."""
    head = bytes(data[:_HEAD]).partition(b"\n")[0]
    columns = max(head.count(delimiter.encode()) + 1, len(_COLUMNS))
    names = [*_COLUMNS, *(f"more{place}" for place in range(columns - len(_COLUMNS)))]
    with csv.open_csv(
        pa.BufferReader(data),
        read_options=csv.ReadOptions(column_names=names, encoding="latin1"),
        parse_options=csv.ParseOptions(delimiter=delimiter, invalid_row_handler=lambda _: "skip"),
        convert_options=csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), include_columns=list(_COLUMNS)
        ),
    ) as reader:
        blocks = [_block(batch) for batch in reader]
    return tuple(np.concatenate(part) for part in zip(*blocks, strict=True))


def _block(batch: pa.RecordBatch) -> tuple[NDArray[np.int64], ...]:
    text = {name: pc.utf8_trim_whitespace(batch.column(name)) for name in _COLUMNS}
    whole = pc.and_(_coded(text["first"]), _coded(text["second"]))
    text = {name: column.filter(whole) for name, column in text.items()}
    deleted = pc.if_else(pc.match_substring_regex(text["until"], "^[0-9]{8}$"), text["until"], None)
    days = (text["since"].cast(pa.int64()), deleted.cast(pa.int64()).fill_null(FOREVER))
    kind = pc.utf8_slice_codeunits(text["modifier"], 0, 1).cast(pa.int64())
    keys = _numbers(text["first"]) * _SHIFT + _numbers(text["second"])
    return keys, *(column.to_numpy(zero_copy_only=False) for column in (*days, kind))


def _coded(column: pa.Array) -> pa.Array:
    return pc.match_substring_regex(column, "^[0-9A-Z]{5}$")


def _numbers(column: pa.Array) -> NDArray[np.int64]:
    """Codes of five characters, each as one number, as ``_key`` makes it."""
    start, data = column.offset * 5, column.buffers()[2]
    raw = np.frombuffer(data or b"", np.uint8)[start : start + 5 * len(column)].reshape(-1, 5)
    digits = np.where(raw >= ord("A"), raw - (ord("A") - 11), raw - (ord("0") - 1)).astype(np.int64)
    total: NDArray[np.int64] = np.zeros(len(raw), np.int64)
    for place in range(5):
        total = total * 37 + digits[:, place]
    return total
