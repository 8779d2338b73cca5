"""A day's work: what comes first, what fits, and that it saves more than other orders."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.rank import Budget, rank

ROW = st.tuples(st.integers(-50, 500), st.integers(0, 60))


def _rank(rows: list[tuple[float, float]], **budget: float) -> tuple[list[int], list[int]]:
    saving, minutes = (np.array([row[place] for row in rows], np.float64) for place in (0, 1))
    ranking = rank(saving, minutes, np.ones(len(rows), np.bool_), Budget(**budget))
    return ranking.order.tolist(), np.flatnonzero(ranking.chosen).tolist()


def test_most_dollars_a_minute_come_first_and_equals_stay_in_order() -> None:
    order, chosen = _rank([(10, 10), (30, 5), (10, 10), (-4, 2), (0, 0), (20, 20)])
    assert order == [1, 5, 0, 2, 4, 3]
    assert chosen == [0, 1, 2, 5]


def test_a_count_and_a_time_bound_what_is_chosen() -> None:
    rows = [(100.0, 10.0), (90.0, 30.0), (20.0, 8.0), (5.0, 5.0)]
    assert _rank(rows, actions=2) == ([0, 1, 2, 3], [0, 1])
    # The second does not fit into what is left, the third does.
    assert _rank(rows, minutes=20.0)[1] == [0, 2]
    assert _rank(rows, minutes=20.0, actions=1)[1] == [0]
    assert _rank(rows, minutes=4.0)[1] == []


def test_what_is_sent_is_no_work_however_much_waiting_would_cost() -> None:
    saving, minutes = np.array([-3.0, 90.0, 5.0]), np.array([5.0, 1.0, 5.0])
    ranking = rank(saving, minutes, np.array([True, False, True]), Budget())
    assert ranking.order.tolist() == [2, 1, 0]
    assert ranking.chosen.tolist() == [False, False, True]


def test_nothing_is_ranked_where_nothing_is() -> None:
    assert _rank([], actions=3) == ([], [])


@given(st.lists(ROW, max_size=40), st.integers(1, 10), st.integers(1, 120))
def test_what_is_chosen_saves_something_and_fits(
    rows: list[tuple[int, int]], actions: int, minutes: int
) -> None:
    order, chosen = _rank([(float(a), float(b)) for a, b in rows], actions=actions, minutes=minutes)
    assert sorted(order) == list(range(len(rows)))
    assert all(rows[place][0] > 0 and rows[place][1] > 0 for place in chosen)
    assert len(chosen) <= actions
    assert sum(rows[place][1] for place in chosen) <= minutes


def test_in_an_hour_it_saves_more_than_by_age_amount_or_probability() -> None:
    # age, amount, probability, what is saved, minutes: each other order begins with another claim.
    claims = np.array(
        [
            (90, 80, 0.2, 8, 20), (3, 2000, 0.05, 60, 60), (2, 40, 0.9, 20, 20),
            (1, 300, 0.6, 110, 20), (1, 280, 0.6, 100, 20), (1, 260, 0.5, 90, 20),
        ],
        np.float64,
    )  # fmt: skip
    saving, minutes = claims[:, 3], claims[:, 4]

    def saved(order: np.ndarray) -> float:
        left, total = 60.0, 0.0
        for place in order:
            if minutes[place] <= left:
                left, total = left - minutes[place], total + saving[place]
        return total

    ours = float(
        saving[rank(saving, minutes, np.ones(6, np.bool_), Budget(minutes=60)).chosen].sum()
    )
    assert ours == 300
    for other in range(3):
        assert saved(np.argsort(-claims[:, other], kind="stable")) < ours
