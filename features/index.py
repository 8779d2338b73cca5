"""Sorted days by key: what was known about a key as of a day, by two searches.

``Keyed`` is the shape shared by both indexes: the distinct keys, sorted; for each key its days,
sorted; and one int64 array over all keys, ``rank << 20 | day``, so that "how many days of this key
lie before that day" is a place in it. ``features.search`` holds the searches. All arrays can be
memory-mapped.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

I8 = NDArray[np.int8]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]

DAY_BITS: Final = 20
_LAST_DAY: Final = (1 << DAY_BITS) - 1

Self = TypeVar("Self", bound="Keyed")


def clip_days(days: NDArray[Any]) -> I64:
    """Days as int64 within what the index can hold: 1970-01-01 to the year 4840."""
    return np.minimum(np.maximum(days.astype(np.int64), 0), _LAST_DAY)


@dataclass(frozen=True, slots=True)
class Keyed:
    """Distinct ``keys`` (u,), sorted, and their days.

    ``starts`` (u + 1,) are places in ``moments`` (e,), which is rank << 20 | day, sorted.
    """

    keys: U64
    starts: I64
    moments: I64

    def __post_init__(self) -> None:
        """Let the arrays be read only, as mapped ones are: compiled loops tell the two apart."""
        for field in fields(self):
            array = getattr(self, field.name).view()
            array.flags.writeable = False
            object.__setattr__(self, field.name, array)

    def save(self, folder: Path) -> None:
        """Write each array as ``<field>.npy``."""
        folder.mkdir(parents=True, exist_ok=True)
        for field in fields(self):
            np.save(folder / f"{field.name}.npy", getattr(self, field.name), allow_pickle=False)

    @classmethod
    def open(cls: type[Self], folder: Path) -> Self:
        """Map the arrays of ``save`` into memory, read only, shared by all processes."""
        return cls(*[_mapped(folder / f"{field.name}.npy") for field in fields(cls)])


def _mapped(path: Path) -> NDArray[Any]:
    try:
        found = np.load(path, mmap_mode="r", allow_pickle=False)
    except ValueError:
        # An empty array cannot be mapped.
        found = np.load(path, allow_pickle=False)
    # The plain view spares each later slice the cost of the memmap class.
    return np.asarray(found).view(np.ndarray)


@dataclass(frozen=True, slots=True)
class RateIndex(Keyed):
    """Running counts per key: ``seen`` and ``denied`` (e + 1,), summed over all before a place."""

    seen: I32
    denied: I32


@dataclass(frozen=True, slots=True)
class EventIndex(Keyed):
    """Single events per key in the order of their days, with what each one was.

    ``claim`` (e,) is the claim's key; ``known_on`` (e,) the day its outcome became known;
    ``outcome`` (e,) 0 paid, 1 partial, 2 denied, -1 never answered; ``category`` (e,) or -1.
    """

    claim: U64
    known_on: I32
    outcome: I8
    category: I8


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Write a small JSON document, keys sorted."""
    path.write_text(json.dumps(value, indent=1, sort_keys=True) + "\n")
