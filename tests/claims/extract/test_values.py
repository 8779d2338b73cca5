from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given as given_that
from hypothesis import strategies as st

from claims.errors import UserError
from claims.extract.values import code_lists, convert, days, flags, given, money, texts

DAY = dt.date(2008, 1, 31)


@pytest.mark.parametrize(
    "text",
    [
        "2008-01-31",
        "2008-01-31 00:00:00",
        "2008-01-31T12:30:00Z",
        "2008/01/31",
        "20080131",
        "1/31/2008",
        "01/31/2008 8:15",
        "31JAN2008",
        "31-Jan-2008",
    ],
)
def test_a_date_in_any_usual_form(text: str) -> None:
    assert days(pa.array([text, None, ""])).to_pylist() == [DAY, None, None]


def test_dates_stored_as_numbers_moments_and_in_mixed_forms() -> None:
    assert days(pa.array([20080131])).to_pylist() == [DAY]
    assert days(pa.array([dt.datetime(2008, 1, 31, 23)])).to_pylist() == [DAY]  # noqa: DTZ001
    assert days(pa.array(["20080131", "2008-01-31", "soon"])).to_pylist() == [DAY, DAY, None]


@given_that(st.dates(dt.date(1900, 1, 1), dt.date(2099, 12, 31)))
def test_every_day_comes_back(day: dt.date) -> None:
    forms = [day.isoformat(), f"{day:%Y%m%d}", f"{day.month}/{day.day}/{day.year}"]
    assert days(pa.array(forms)).to_pylist() == [day, day, day]


def test_money() -> None:
    column = pa.array(["$1,234.50", "(12.00)", " 7 ", "", "none", "free"])
    expected = [Decimal("1234.50"), Decimal("-12.00"), Decimal("7.00"), None, None, None]
    assert money(column).to_pylist() == expected
    assert money(pa.array([2465.84, float("nan"), 1e300])).to_pylist() == [
        Decimal("2465.84"),
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("stored", "codes"),
    [
        ("99213;36415", ["99213", "36415"]),
        ("99213, 36415", ["99213", "36415"]),
        ('["99213", "36415"]', ["99213", "36415"]),
        ("99213|36415", ["99213", "36415"]),
        ("g0179", ["G0179"]),
        ("[]", []),
        ("", []),
        (None, []),
    ],
)
def test_several_codes_in_one_column(stored: str | None, codes: list[str]) -> None:
    assert code_lists(pa.array([stored], pa.string())) == [codes]


def test_codes_of_a_list_column() -> None:
    assert code_lists(pa.array([["a1", None], None, []])) == [["A1"], [], []]


def test_codes_that_pandas_made_numbers_stay_codes() -> None:
    assert texts(pa.array([99213.0, None])).to_pylist() == ["99213", ""]
    assert texts(pa.array(["007370949", "NaN"])).to_pylist() == ["007370949", ""]


def test_flags() -> None:
    assert flags(pa.array(["Y", "no", "1", "0.0", "", "perhaps"])).to_pylist() == [
        *(True, False, True, False),
        *(None, None),
    ]


def test_a_number_or_a_truth_value_says_that_something_was_given() -> None:
    assert given(pa.array(["AUTH1", "", None])).to_pylist() == [True, False, False]
    assert given(pa.array(["Y", "N", ""])).to_pylist() == [True, False, False]


def test_a_column_of_another_kind_is_refused_and_a_few_bad_values_are_counted() -> None:
    column = pa.chunked_array([["2008-01-31", "2008-02-01", "later", ""]])
    made, bad = convert(column, "day", "the column day of claims.csv")
    assert (made.null_count, bad) == (2, 1)
    with pytest.raises(UserError, match=r"the column day of claims.csv holds no amounts"):
        convert(column, "money", "the column day of claims.csv")


def test_a_csv_of_codes_that_were_numbers() -> None:
    assert texts(pa.array(["99213.0", "", "36415.0"])).to_pylist() == ["99213", "", "36415"]
    assert texts(pa.array(["250.0", "V70.0"])).to_pylist() == ["250.0", "V70.0"]
