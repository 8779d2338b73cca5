"""The measure of a day's work, on days made by hand."""

from __future__ import annotations

import numpy as np

from benchmarks.advice.budget import ORDERS, Day, report, work


def _day(rows: list[tuple[float, float, float, float, float, bool, float]]) -> Day:
    age, amount, probability, saving, minutes, flagged, saved = np.array(rows, np.float64).T
    return Day(
        age=age, amount=amount, probability=probability, saving=saving, minutes=minutes,
        flagged=flagged > 0, saved=saved,
    )  # fmt: skip


DAY = _day(
    [
        (90, 80, 0.2, 0.0, 0, False, 0),
        (3, 2000, 0.05, 0.0, 0, False, 0),
        (2, 40, 0.9, 5.0, 20, True, 40),
        (1, 300, 0.6, 80.0, 20, True, 300),
        (1, 280, 0.5, 70.0, 10, True, 0),
    ]
)


def _first(order: str, flagged: bool = False) -> float:
    return work([DAY], ORDERS[order], lambda count: 1, flagged).dollars


def test_each_order_takes_its_own_first() -> None:
    assert _first("value") == 300
    assert _first("value per minute") == 0
    assert _first("probability") == 40
    assert _first("amount") == _first("age") == 0
    assert _first("amount", flagged=True) == 300
    assert _first("age", flagged=True) == 40


def test_by_value_nothing_is_done_that_saves_nothing() -> None:
    everything = work([DAY, DAY], ORDERS["value per minute"], lambda count: count, False)
    assert (everything.dollars, everything.actions, everything.minutes) == (680, 6, 100)
    by_age = work([DAY, DAY], ORDERS["age"], lambda count: count, False)
    assert (by_age.dollars, by_age.actions) == (680, 10)


def test_the_report_has_a_row_for_each_list_budget_and_order() -> None:
    lines = report("here", [DAY])
    assert lines[0].startswith("here: 5 claims on 1 days, 3 flagged")
    assert "$340" in lines[0]
    rows = [line for line in lines if line.startswith(("| all", "| flagged"))]
    assert len(rows) == 2 * 3 * len(ORDERS)
