"""Compiled walks over the lines of each claim, where numpy would sort or search them.

``starts`` (n + 1) is everywhere the first line of each claim, and the number of lines at the end.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.compiled import compiled

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]


@compiled
def take_worst(
    rate: F64, recent: F64, seen: I64, share: F64, starts: I64,
    worst: F64, worst_recent: F64, worst_seen: I64, least: F64,
) -> None:  # fmt: skip
    """Take of each claim's lines, for each kind, the one with the highest rate (first of equals).

    ``rate``, ``recent`` and ``seen`` (kinds, m) become those of claims (kinds, n); of the shares
    (usual kinds, m) the lowest become ``least``. NaN, and nothing seen, without lines.
    """
    for claim in range(len(starts) - 1):
        first, last = starts[claim], starts[claim + 1]
        for kind in range(len(rate)):
            worst[kind, claim], worst_recent[kind, claim] = np.nan, np.nan
            worst_seen[kind, claim] = 0
            if first == last:
                continue
            place = first
            for line in range(first + 1, last):
                if rate[kind, line] > rate[kind, place]:
                    place = line
            worst[kind, claim], worst_recent[kind, claim] = rate[kind, place], recent[kind, place]
            worst_seen[kind, claim] = seen[kind, place]
        for kind in range(len(share)):
            least[kind, claim] = share[kind, first] if first < last else np.nan
            for line in range(first + 1, last):
                least[kind, claim] = min(least[kind, claim], share[kind, line])


@compiled
def count_again(
    procedure: U64, modifiers: U64, revenue: U64, day: I32, starts: I64, again: I64
) -> None:
    """Count the lines of each claim that say the same as an earlier one: ``again`` (n)."""
    for claim in range(len(starts) - 1):
        again[claim] = 0
        for line in range(starts[claim], starts[claim + 1]):
            for other in range(starts[claim], line):
                if (
                    procedure[other] == procedure[line]
                    and modifiers[other] == modifiers[line]
                    and revenue[other] == revenue[line]
                    and day[other] == day[line]
                ):
                    again[claim] += 1
                    break


@compiled
def find_companions(charge: I64, procedure: U64, starts: I64, companion: U64) -> None:
    """Find the procedure of the dearest other line of each line's claim: ``companion`` (m).

    The first of equals; 0 where the line stands alone.
    """
    for claim in range(len(starts) - 1):
        first, last = starts[claim], starts[claim + 1]
        dearest, second = first, -1
        for line in range(first + 1, last):
            if charge[line] > charge[dearest]:
                dearest, second = line, dearest
            elif second < 0 or charge[line] > charge[second]:
                second = line
        for line in range(first, last):
            other = second if line == dearest else dearest
            companion[line] = procedure[other] if last - first > 1 else np.uint64(0)
