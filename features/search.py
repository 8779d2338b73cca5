"""The loops behind ``features.rates`` and ``features.priors``: keys mixed, found and counted.

Whole numbers come out as by ``features.index``'s searches, and rates by the same operations in the
same order, for one row as for a million.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.compiled import compiled
from features.index import DAY_BITS
from features.kind import PRIOR_RATE, PRIOR_STRENGTH, STRENGTH

I8 = NDArray[np.int8]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]
F64 = NDArray[np.float64]
Whole = I64 | U64
Number = int | np.uint64

_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX_1: Final = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2: Final = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31 = np.uint64(30), np.uint64(27), np.uint64(31)
_SLOTS: Final = 512
"""Questions remembered in one look-up: mended copies of a claim ask mostly the same."""
_SLOT: Final = np.uint64(_SLOTS - 1)
_DAY: Final = (1 << DAY_BITS) - 1
_PER_KEY: Final = 2.0**-64
_STEP: Final = 32
_PRIOR_DENIED: Final = PRIOR_RATE * PRIOR_STRENGTH


@compiled
def mixed(state: np.uint64, value: np.uint64) -> np.uint64:
    """``features.hashing.mix`` of two numbers."""
    z = (state ^ value) + _GOLDEN
    z = (z ^ (z >> _S30)) * _MIX_1
    z = (z ^ (z >> _S27)) * _MIX_2
    return z ^ (z >> _S31)


@compiled
def first_from(values: Whole, wanted: Number, low: int, high: int) -> int:
    """The first place from ``low`` on whose value is not below ``wanted``; ``high`` if none is.

    ``values`` are sorted between ``low`` and ``high``.
    """
    while low < high:
        middle = (low + high) >> 1
        if values[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def rank_of(keys: U64, key: np.uint64) -> int:
    """The place of ``key`` in the sorted ``keys``, the first of equals; -1 where it is not.

    Keys are hashes, spread evenly, so a key's size says about where it stands; the search goes on
    from there, in ever longer steps, and touches little memory.
    """
    end = len(keys)
    low = min(int(np.float64(key) * _PER_KEY * end), end)
    high, step = low, _STEP
    while low > 0 and keys[low - 1] >= key:
        high, low, step = low - 1, max(low - step, 0), step * 2
    while high < end and keys[high] < key:
        low, high, step = high + 1, min(high + step, end), step * 2
    place = first_from(keys, key, low, high)
    return place if place < end and keys[place] == key else -1


@compiled
def count(
    keys: U64, starts: I64, moments: I64, seen: I32, denied: I32,
    salts: U64, slots: I64, stated: U64, until: I64, since: I64, counts: I64,
) -> None:  # fmt: skip
    """Count the rows of every kind of key: ``counts`` (4, kinds, rows) is written.

    Seen and denied before ``until`` (rows), and the same from ``since`` on, by a ``RateIndex``.
    A key is the salt of its kind with the ``stated`` values (columns, rows) of its ``slots``.
    """
    asked = np.zeros(_SLOTS, np.uint64)
    day = np.full(_SLOTS, -1, np.int64)
    answer = np.empty((_SLOTS, 4), np.int64)
    for kind in range(len(salts)):
        for row in range(len(until)):
            key = salts[kind]
            for slot in slots[kind]:
                key = mixed(key, stated[slot, row])
            place = np.int64(key & _SLOT)
            if asked[place] != key or day[place] != until[row]:
                asked[place], day[place] = key, until[row]
                answer[place] = 0
                rank = rank_of(keys, key)
                if rank >= 0:
                    first, end = starts[rank], starts[rank + 1]
                    last = first_from(moments, (rank << DAY_BITS) | until[row], first, end)
                    middle = first_from(moments, (rank << DAY_BITS) | since[row], first, last)
                    answer[place, 0] = seen[last] - seen[first]
                    answer[place, 1] = denied[last] - denied[first]
                    answer[place, 2] = seen[last] - seen[middle]
                    answer[place, 3] = denied[last] - denied[middle]
            for part in range(4):
                counts[part, kind, row] = answer[place, part]


@compiled
def smooth(
    counts: I64, over: I64, parent: I64, expects: I64, expected: F64, rate: F64, recent: F64
) -> None:
    """Smooth ``counts`` (4, kinds, rows): ``rate`` and ``recent`` (kinds, rows) are written.

    A kind is seen as often as the kind ``over`` which it counts, and leans on its ``parent`` (-1:
    on nothing), which stands before it, or on the row of ``expected`` (any, rows) that it
    ``expects`` (-1: none) where that is more.
    """
    for kind in range(len(parent)):
        whole = over[kind]
        for row in range(counts.shape[2]):
            denied = counts[1, kind, row]
            if parent[kind] < 0:
                found = (denied + _PRIOR_DENIED) / (counts[0, whole, row] + PRIOR_STRENGTH)
            else:
                broader = rate[parent[kind], row]
                if expects[kind] >= 0:
                    broader = max(broader, expected[expects[kind], row])
                found = (denied + STRENGTH * broader) / (counts[0, whole, row] + STRENGTH)
            rate[kind, row] = found
            lately = counts[3, kind, row] + STRENGTH * found
            recent[kind, row] = lately / (counts[2, whole, row] + STRENGTH)


@compiled
def key_services(
    of: I64, member: U64, payer: U64, code: U64, day: I32, modifiers: U64, charge: I64,
    rendering: U64, any_payer: np.uint64, visit: np.uint64, keys: U64,
) -> None:  # fmt: skip
    """Key each line (m) of claims (n): ``keys`` (4, m) is written (``features.priors``).

    ``of`` (m) is each line's claim, ``member`` and ``payer`` are of claims, the others of lines.
    """
    for line in range(len(of)):
        owner, to = member[of[line]], payer[of[line]]
        # A salt goes first: folding one code into another would not tell (a, b) from (b, a).
        dated = mixed(mixed(mixed(any_payer, owner), code[line]), np.uint64(day[line]))
        same = mixed(dated, to)
        alike = mixed(mixed(same, modifiers[line]), np.uint64(charge[line]))
        keys[0, line], keys[1, line] = same, dated
        keys[2, line] = mixed(mixed(mixed(visit, owner), code[line]), to)
        keys[3, line] = mixed(alike, rendering[line])


@compiled
def look_back(
    known: U64, starts: I64, moments: I64, claims: U64, wanted: U64, until: I64, since: I64,
    own: U64, span: I64,
) -> None:  # fmt: skip
    """Find the events of each of the ``wanted`` keys (k, q): ``span`` (3, k, q) is written.

    The places of its first before ``until`` (q), of the first of them from ``since`` (q) on, and
    the end, in an ``EventIndex`` of the keys ``known`` and the ``claims``; all 0 where there is
    none. The latest are left out while they are of the claim itself, ``own`` (q): it may be scored
    after its day.
    """
    span[:] = 0
    for way in range(len(wanted)):
        for row in range(len(until)):
            rank = rank_of(known, wanted[way, row])
            if rank < 0:
                continue
            first, end = starts[rank], starts[rank + 1]
            last = first_from(moments, (rank << DAY_BITS) | until[row], first, end)
            while last > first and claims[last - 1] == own[row]:
                last -= 1
            lately = first_from(moments, (rank << DAY_BITS) | since[row], first, last)
            span[0, way, row], span[1, way, row], span[2, way, row] = first, lately, last


@compiled
def latest(
    moments: I64, known_on: I32, outcome: I8, end: I64, until: I64, days: I64, answer: I8
) -> None:
    """Tell of the event before each ``end`` (q): ``days`` and ``answer`` (q) are written.

    Days from it to ``until`` (q), -1 where ``end`` is 0; its outcome, -1 where it was not known
    before that day.
    """
    for row in range(len(end)):
        days[row], answer[row] = -1, -1
        if end[row] > 0:
            place = end[row] - 1
            days[row] = until[row] - (moments[place] & _DAY)
            if known_on[place] < until[row]:
                answer[row] = outcome[place]
