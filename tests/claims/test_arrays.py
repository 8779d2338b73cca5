from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from claims.arrays import NO_DAY, cents, codes, days, joined, mix, pairs
from claims.schema import MONEY

amounts = st.none() | st.decimals(-(10**11), 10**11, places=2)
keys = st.lists(st.integers(0, 5), max_size=20)


@given(st.lists(st.lists(amounts, max_size=6), max_size=4), st.integers(0, 3))
def test_cents(chunks: list[list[Decimal | None]], cut: int) -> None:
    column = pa.chunked_array([pa.array(chunk, MONEY) for chunk in chunks], MONEY)
    every = [amount for chunk in chunks for amount in chunk]
    expected = [0 if amount is None else int(amount * 100) for amount in every]
    assert cents(column).tolist() == expected
    assert cents(column.slice(cut)).tolist() == expected[cut:]


@given(st.lists(st.none() | st.dates(dt.date(1, 1, 1), dt.date(9999, 12, 31))))
def test_days(dates: list[dt.date | None]) -> None:
    column = pa.chunked_array([pa.array(dates, pa.date32())])
    epoch = dt.date(1970, 1, 1)
    assert days(column).tolist() == [NO_DAY if d is None else (d - epoch).days for d in dates]


def test_codes_agree_over_columns_and_chunks() -> None:
    left = pa.chunked_array([["a", "", "b"], ["a"]], pa.string())
    right = pa.chunked_array([["c", "b"]], pa.string())
    first, second = codes(left, right)
    assert first[0] == first[3] != first[2] == second[1] != second[0]
    assert first[1] == 0 < min(second)
    assert [len(numbers) for numbers in codes(left.slice(0, 0), right)] == [0, 2]


def test_joined_keeps_lists_apart() -> None:
    lists = pa.chunked_array([[["a", "b"], ["ab"], [], [""]]], pa.list_(pa.string()))
    assert len(set(joined(lists).to_pylist()[:3])) == 3


@given(keys, keys)
def test_pairs_join_each_place_once(left: list[int], right: list[int]) -> None:
    of_left, of_right = pairs(np.array(left, np.uint64), np.array(right, np.uint64))
    assert len(set(of_left.tolist())) == len(of_left) == len(set(of_right.tolist()))
    assert [left[at] for at in of_left] == [right[at] for at in of_right]
    assert Counter(left[at] for at in of_left) == Counter(left) & Counter(right)
    # the first with the first: among equal keys both places ascend together
    for key in set(left):
        chosen = [(a, b) for a, b in zip(of_left, of_right, strict=True) if left[a] == key]
        assert chosen == sorted(chosen)
        assert sorted(b for _, b in chosen) == [b for _, b in sorted(chosen)]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=9))
def test_mix_is_equal_where_all_columns_are(rows: list[tuple[int, int]]) -> None:
    table = np.array(rows)
    mixed = mix(table[:, 0], table[:, 1])
    for one in range(len(rows)):
        for other in range(len(rows)):
            assert (mixed[one] == mixed[other]) == (rows[one] == rows[other])
