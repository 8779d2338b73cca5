"""The indexes beside what plain dictionaries count, on keys made to be mistaken for another."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims import order
from features import indexing
from features.index import RateIndex
from features.indexing import build_events, build_rates

ROW = st.tuples(
    # Keys that differ in their lowest or highest bits alone, and any others.
    st.sampled_from([0, 1, 2, 2**63, 2**63 + 1, 2**64 - 1]) | st.integers(0, 2**64 - 1),
    # Days before 1970 count as its first; a mistyped year must not break the packing.
    st.integers(19_990, 20_010) | st.sampled_from([-5, 0, 400_000, 2**31 - 1]),
    st.booleans(),
)
KINDS = st.lists(st.lists(ROW, max_size=60), max_size=4)


@pytest.fixture(autouse=True)
def _as_if_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order, "_FEW", 1)
    monkeypatch.setattr(indexing, "_LARGE", 0)


def clipped(day: int) -> int:
    return min(max(day, 0), (1 << 20) - 1)


def by_hand(kinds: list[list[tuple[int, int, bool]]]) -> dict[str, list[int]]:
    """The arrays of a ``RateIndex`` from dictionaries: key of a kind, then day, then counts."""
    found: list[tuple[int, dict[int, list[int]]]] = []
    for rows in kinds:
        kind: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
        for key, day, denied in rows:
            kind[key][clipped(day)][0] += 1
            kind[key][clipped(day)][1] += denied
        found += sorted(kind.items())
    found.sort(key=lambda item: item[0])
    made: dict[str, list[int]] = {
        "keys": [], "starts": [0], "moments": [], "seen": [0], "denied": [0],
    }  # fmt: skip
    for rank, (key, days) in enumerate(found):
        made["keys"].append(key)
        for day in sorted(days):
            made["moments"].append((rank << 20) | day)
            made["seen"].append(made["seen"][-1] + days[day][0])
            made["denied"].append(made["denied"][-1] + days[day][1])
        made["starts"].append(len(made["moments"]))
    return made


def built(kinds: list[list[tuple[int, int, bool]]]) -> RateIndex:
    """All rows of all kinds as one table, of which each kind takes its own."""
    rows = [row for kind in kinds for row in kind]
    starts = np.cumsum([0, *(len(kind) for kind in kinds)])
    keys = np.array([row[0] for row in rows], np.uint64)

    def maker(place: int) -> tuple[np.ndarray, np.ndarray]:
        at = np.arange(starts[place], starts[place + 1])
        return keys[at], at

    return build_rates(
        [lambda place=place: maker(place) for place in range(len(kinds))],
        np.array([row[1] for row in rows], np.int32),
        np.array([row[2] for row in rows], np.bool_),
    )


@given(KINDS)
def test_rates_are_what_dictionaries_count(kinds: list[list[tuple[int, int, bool]]]) -> None:
    made, wanted = built(kinds), by_hand(kinds)
    for name, values in wanted.items():
        assert getattr(made, name).tolist() == values, name
    types = {name: getattr(made, name).dtype.str for name in wanted}
    assert types == {
        "keys": "<u8", "starts": "<i8", "moments": "<i8", "seen": "<i4", "denied": "<i4",
    }  # fmt: skip


@given(st.lists(ROW, max_size=80))
def test_events_stand_by_key_and_day_and_else_as_they_came(
    rows: list[tuple[int, int, bool]],
) -> None:
    number = np.arange(len(rows))
    made = build_events(
        np.array([row[0] for row in rows], np.uint64),
        np.array([row[1] for row in rows], np.int32),
        number.astype(np.uint64),
        number.astype(np.int32),
        number.astype(np.int8),
        number.astype(np.int8),
    )
    wanted = sorted(range(len(rows)), key=lambda at: (rows[at][0], clipped(rows[at][1])))
    assert made.claim.tolist() == wanted
    assert made.known_on.tolist() == wanted
    keys = sorted({row[0] for row in rows})
    assert made.keys.tolist() == keys
    assert made.moments.tolist() == [
        (keys.index(rows[at][0]) << 20) | clipped(rows[at][1]) for at in wanted
    ]
    ends = [sum(row[0] <= key for row in rows) for key in keys]
    assert made.starts.tolist() == [0, *ends]
