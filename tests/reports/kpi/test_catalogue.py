"""Every KPI says what it counts and of what; the page of them is current."""

from __future__ import annotations

import datetime as dt

import pytest

from claims.categories import CATEGORIES
from reports.kpi.advice import ScoreRow, advice_table
from reports.kpi.breakdowns import BREAKDOWNS
from reports.kpi.catalogue import BY_NAME, KPIS, NOT_PREVENTABLE, PREVENTABLE
from reports.kpi.document import PAGE, page
from reports.kpi.page import _words
from reports.kpi.period import Period, PeriodError
from reports.kpi.plot import plot
from reports.kpi.query import Figure, Piece

DAY = dt.date(2025, 5, 1)


def test_the_page_of_the_kpis_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m reports.kpi.document"


def test_every_kpi_says_what_it_counts_and_of_what() -> None:
    assert len(BY_NAME) == len(KPIS)
    for kpi in KPIS:
        assert kpi.definition.endswith(".")
        assert kpi.standard.endswith(".")
        assert kpi.numerator
        assert kpi.denominator
        assert kpi.date
    assert {*PREVENTABLE, *NOT_PREVENTABLE} == set(CATEGORIES)
    assert all(one.kpi in BY_NAME for one in BREAKDOWNS)


def test_weeks_begin_on_monday_and_months_on_their_first_day() -> None:
    weeks = Period(dt.date(2025, 1, 1), dt.date(2025, 1, 14), "week").pieces()
    assert weeks == [
        (dt.date(2025, 1, 1), dt.date(2025, 1, 5)),
        (dt.date(2025, 1, 6), dt.date(2025, 1, 12)),
        (dt.date(2025, 1, 13), dt.date(2025, 1, 14)),
    ]
    months = Period(dt.date(2024, 12, 31), dt.date(2025, 2, 1)).pieces()
    assert [first.isoformat() for first, _ in months] == ["2024-12-31", "2025-01-01", "2025-02-01"]


def test_a_period_that_ends_before_it_begins_is_none() -> None:
    with pytest.raises(PeriodError, match="before it begins"):
        Period(dt.date(2025, 2, 1), dt.date(2025, 1, 1))


def score(
    claim: str, at: str, chance: float, decision: str, digest: str, outcome: str = "paid"
) -> ScoreRow:
    return ScoreRow(claim, at, chance, decision, 200.0, digest, DAY, outcome)


@pytest.mark.parametrize(
    ("scores", "prevented"),
    [
        ([score("a", "1", 0.8, "hold", "x"), score("a", "2", 0.1, "submit", "y")], [14_000]),
        # Sent as it was: the advice was not followed, whatever became of the claim.
        ([score("a", "1", 0.8, "hold", "x"), score("a", "2", 0.1, "submit", "x")], [0]),
        ([score("a", "1", 0.8, "hold", "x")], [0]),
        # Changed, and denied all the same.
        (
            [
                score("a", "1", 0.8, "hold", "x", "denied"),
                score("a", "2", 0.1, "submit", "y", "denied"),
            ],
            [0],
        ),
        # Nothing was advised.
        ([score("a", "1", 0.1, "submit", "x"), score("a", "2", 0.05, "submit", "y")], []),
    ],
)
def test_only_what_was_advised_changed_and_paid_was_prevented(
    scores: list[ScoreRow], prevented: list[int]
) -> None:
    assert advice_table(reversed(scores))["prevented"].to_pylist() == prevented


def test_scores_of_a_resubmission_or_after_the_answer_do_not_count() -> None:
    row = {
        "claim_key": 1, "scored_at": "2025-01-01T00:00:00", "denial_probability": 0.9,
        "decision": "hold", "amount_at_risk": "50.00", "claim_digest": "x",
    }  # fmt: skip
    said = {"known_on": "2025-02-01", "outcome": "paid", "submission": 2, "retrospective": False}
    assert advice_table([ScoreRow.of(row, said)]).num_rows == 0
    assert advice_table([ScoreRow.of(row, {**said, "submission": 1})]).num_rows == 1
    late = {**said, "submission": 1, "retrospective": True}
    assert advice_table([ScoreRow.of(row, late)]).num_rows == 0
    assert advice_table([ScoreRow.of(row, None)]).num_rows == 0


def test_a_month_without_a_denominator_is_a_gap_in_the_drawing() -> None:
    values = [0.1, None, 0.2, 0.3]
    pieces = [
        Piece(dt.date(2025, place + 1, 1), dt.date(2025, place + 1, 28), Figure(0, 0, value))
        for place, value in enumerate(values)
    ]
    drawn = plot(pieces, "share")
    assert drawn is not None
    assert [len(run) for run in drawn.runs] == [1, 2]
    assert drawn.rows[0].text == "0 %"
    assert "lowest 10.0 %, highest 30.0 %, last 30.0 %" in drawn.told
    heights = [y for run in drawn.runs for _, y in run]
    assert heights == sorted(heights, reverse=True)
    assert plot(pieces[:2], "share") is None


def test_keys_that_are_padded_to_be_sorted_are_shown_as_people_write_them() -> None:
    assert _words("008-014 days") == "8 to 14 days"
    assert _words("over 365 days") == "over 365 days"
    assert _words("benefit_limit") == "benefit limit"
    assert _words("1-2-3") == "1-2-3"
