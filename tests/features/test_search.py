"""The compiled loops beside numpy's own search and what dictionaries count."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.hashing import mix
from features.index import clip_days
from features.indexing import build_events, build_rates
from features.kind import Kind, KindGroup
from features.kinds import CLAIM_KINDS
from features.rates import counted, keys_of_kind
from features.search import first_from, latest, look_back, mixed, rank_of

WORDS = st.integers(0, 2**64 - 1)
NEAR = st.sampled_from([0, 1, 2, 2**62, 2**63 - 1, 2**63, 2**63 + 1, 2**64 - 2, 2**64 - 1])
DAYS = st.integers(20_000, 20_012)
KEY = st.integers(1, 4)


@given(WORDS | NEAR, WORDS | NEAR)
def test_numbers_are_mixed_as_arrays_are(state: int, value: int) -> None:
    whole = mix(np.array([state], np.uint64), np.array([value], np.uint64))[0]
    assert mixed(np.uint64(state), np.uint64(value)) == whole


@given(st.lists(WORDS | NEAR, max_size=400), WORDS | NEAR)
def test_a_key_is_found_where_numpy_finds_it(values: list[int], other: int) -> None:
    """Keys crowded together too, where their size says nothing about their place."""
    keys = np.sort(np.array(values, np.uint64))
    for wanted in (*values, other):
        place = int(np.searchsorted(keys, np.uint64(wanted)))
        there = place < len(keys) and int(keys[place]) == wanted
        assert rank_of(keys, np.uint64(wanted)) == (place if there else -1)


@given(st.lists(st.integers(-5, 5), max_size=30), st.integers(-6, 6), st.data())
def test_the_first_from_is_the_left_place(
    values: list[int], wanted: int, data: st.DataObject
) -> None:
    ordered = np.sort(np.array(values, np.int64))
    low = data.draw(st.integers(0, len(values)))
    high = data.draw(st.integers(low, len(values)))
    expected = low + int(np.searchsorted(ordered[low:high], wanted))
    assert first_from(ordered, wanted, low, high) == expected


def _kind(name: str, parts: tuple[str, ...]) -> Kind:
    return Kind(name=name, parts=parts, parent="", factor="", meaning="")


GROUP = KindGroup((_kind("all", ()), _kind("one", ("payer",)), _kind("two", ("payer", "lag"))))
ROWS = st.lists(st.tuples(KEY, KEY, DAYS, st.booleans()), max_size=60)


@given(ROWS, st.lists(st.tuples(KEY, KEY, DAYS), min_size=1, max_size=20))
def test_counts_are_those_of_the_days_before(
    rows: list[tuple[int, int, int, bool]], asked: list[tuple[int, int, int]]
) -> None:
    payer, lag = ([row[part] for row in rows] for part in range(2))
    columns = {"payer": np.array(payer, np.uint64), "lag": np.array(lag, np.uint64)}
    made = build_rates(
        [
            lambda place=place: (keys_of_kind(GROUP, place, columns, slice(None)), slice(None))
            for place in range(3)
        ],
        np.array([row[2] for row in rows], np.int32),
        np.array([row[3] for row in rows], np.bool_),
    )
    payer, lag = ([row[part] for row in asked] for part in range(2))
    columns = {"payer": np.array(payer, np.uint64), "lag": np.array(lag, np.uint64)}
    found = counted(GROUP, made, columns, clip_days(np.array([row[2] for row in asked])))
    some = counted(GROUP, made, columns, clip_days(np.array([row[2] for row in asked])), PLACES)
    np.testing.assert_array_equal(some, found[:, PLACES])
    for row, (to, after, day) in enumerate(asked):
        before = [one for one in rows if one[2] < day]
        for kind in range(3):
            same = [
                one
                for one in before
                if (kind < 1 or one[0] == to) and (kind < 2 or one[1] == after)
            ]
            lost = sum(one[3] for one in same)
            # All days are within the last ninety.
            assert found[:, kind, row].tolist() == [len(same), lost, len(same), lost]


PLACES = np.array([2, 1])


@given(
    st.lists(st.tuples(KEY, DAYS, KEY, st.sampled_from([-1, 0, 1, 2]), DAYS), max_size=40),
    st.tuples(KEY, DAYS, KEY),
    st.integers(0, 12),
)
def test_events_are_those_before_the_day_without_the_claims_own_latest(
    events: list[tuple[int, int, int, int, int]], asked: tuple[int, int, int], back: int
) -> None:
    key, day, own = asked
    columns = [np.array([one[part] for one in events], np.int64) for part in range(5)]
    made = build_events(
        columns[0].astype(np.uint64), columns[1].astype(np.int32), columns[2].astype(np.uint64),
        columns[4].astype(np.int32), columns[3].astype(np.int8), np.zeros(len(events), np.int8),
    )  # fmt: skip
    span = np.empty((3, 1, 1), np.int64)
    until = np.array([day])
    look_back(
        made.keys, made.starts, made.moments, made.claim, np.array([[key]], np.uint64),
        until, until - back, np.array([own], np.uint64), span,
    )  # fmt: skip
    first, lately, last = span.ravel().tolist()
    places = list(
        zip(made.claim.tolist(), made.known_on.tolist(), made.outcome.tolist(), strict=True)
    )
    # Events of one day may stand in any order: take the index's own.
    at = np.flatnonzero(np.repeat(made.keys, np.diff(made.starts)) == key).tolist()
    days = (made.moments & ((1 << 20) - 1)).tolist()
    kept = [place for place in at if days[place] < day]
    while kept and places[kept[-1]][0] == own:
        kept.pop()
    assert last - first == len(kept)
    assert last - lately == sum(days[place] >= day - back for place in kept)
    since, answer = np.empty(1, np.int64), np.empty(1, np.int8)
    end = np.array([last if kept else 0])
    latest(made.moments, made.known_on, made.outcome, end, until, since, answer)
    if not kept:
        assert (int(since[0]), int(answer[0])) == (-1, -1)
        return
    _, known_on, outcome = places[kept[-1]]
    assert int(since[0]) == day - days[kept[-1]]
    assert int(answer[0]) == (outcome if known_on < day else -1)


def test_a_kind_stands_after_the_one_that_it_leans_on() -> None:
    with pytest.raises(ValueError, match="after"):
        KindGroup(tuple(reversed(CLAIM_KINDS.kinds)))
