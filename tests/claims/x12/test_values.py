"""Texts to values."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.x12.values import AMOUNTS, DATES, QUANTITIES, Memo, period


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("20240229", dt.date(2024, 2, 29)),
        ("20230229", None),
        ("240229", dt.date(2024, 2, 29)),
        ("700101", dt.date(1970, 1, 1)),
        ("202402291530", dt.date(2024, 2, 29)),
        ("00000000", None),
        ("2024022", None),
        ("2024 229", None),
        ("٢٠٢٤٠٢٢٩", None),
        ("", None),
    ],
)
def test_dates(text: str, day: dt.date | None) -> None:
    assert DATES[text] == day


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("12.5", "12.5"), (".5", "0.5"), ("12.", "12"), ("-3", "-3"), ("+3", "3"), (" 3 ", "3"),
        ("12.345", "12.34"), ("12.3450000", "12.34"), ("0", "0"),
    ],
)  # fmt: skip
def test_amounts(text: str, amount: str) -> None:
    assert AMOUNTS[text] == Decimal(amount)


@pytest.mark.parametrize(
    "text", ["", "1e5", "NaN", "Infinity", "1_000", "1,000", "$1", "--1", ".", "9" * 12, "١"]
)
def test_what_is_no_amount(text: str) -> None:
    assert AMOUNTS[text] is None


@given(st.text(max_size=12))
def test_any_text_is_an_amount_within_the_tables_or_none(text: str) -> None:
    amount = AMOUNTS[text]
    assert amount is None or abs(amount) < Decimal(10) ** 12
    quantity = QUANTITIES[text]
    assert quantity is None or abs(quantity) < Decimal(10) ** 11


def test_periods() -> None:
    first, last = dt.date(2024, 5, 1), dt.date(2024, 5, 3)
    assert period("RD8", "20240501-20240503") == (first, last)
    assert period("RD8", "20240501-20240501") == (first, None)
    assert period("D8", "20240501") == (first, None)
    assert period("D8", "20240501-20240503") == (first, last)
    assert period("D8", "x") == (None, None)


def test_a_memo_forgets_before_it_grows_too_large() -> None:
    memo: Memo[int, int] = Memo(lambda number: number * 2)
    for number in range(100_000):
        assert memo[number] == number * 2
    assert len(memo) <= 1 << 14
