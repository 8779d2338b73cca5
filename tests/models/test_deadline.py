"""Until when a claim may be sent: by the payer's profile, by its habit, or not known."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from invented import clean_claim

from claims.profiles import Profile, Profiles
from models.deadline import Deadlines, counted_from
from models.habits import Habits
from models.score import ActionAdvice

CLAIM = clean_claim(1)
SERVED = dt.date(2024, 12, 20)
HABITS = Habits({}, {}, {7: 90})
_days = dt.timedelta
ACTION = ActionAdvice(action="submit", owner="billing", text="", probability_after=0.1)


def _stated(**limits: object) -> Profiles:
    return Profiles("sha256:0", {"ALPHA": Profile(**limits)}, {}, Profile())


def test_a_profile_speaks_before_the_habit_and_silence_stays_silence() -> None:
    assert Deadlines(HABITS, _stated(filing_days=30)).last_day(CLAIM, 7) == SERVED + _days(30)
    year = _stated(filing_days=365, filing_months=12)
    assert Deadlines(HABITS, year).last_day(CLAIM, 7) == dt.date(2025, 12, 20)
    silent = Deadlines(HABITS, _stated())
    assert silent.last_day(CLAIM, 7) == SERVED + _days(90)
    assert silent.last_day(CLAIM, 8) is None
    assert Deadlines(HABITS).last_day(CLAIM, 7) == SERVED + _days(90)
    assert Deadlines().last_day(CLAIM, 7) is None


def test_a_correction_has_its_own_limit_and_a_void_or_a_second_payer_none() -> None:
    again = replace(CLAIM, frequency="7")
    from_service = _stated(filing_days=30, corrected_days=200, corrected_from="service")
    assert Deadlines(HABITS, from_service).last_day(again, 7) == SERVED + _days(200)
    from_answer = _stated(filing_days=30, corrected_days=200, corrected_from="decision")
    assert Deadlines(HABITS, from_answer).last_day(again, 7) is None
    void = replace(CLAIM, frequency="8")
    second = replace(CLAIM, payer=replace(CLAIM.payer, position="S"))
    for claim in (void, second):
        assert Deadlines(HABITS, from_service).last_day(claim, 7) is None


def test_every_action_has_the_same_last_day() -> None:
    told = Deadlines(HABITS).told([ACTION, ACTION], CLAIM, 7)
    assert [one.deadline for one in told] == ["2025-03-20"] * 2
    assert Deadlines(HABITS).told([ACTION], CLAIM, 8)[0].deadline is None


def test_a_professional_claim_counts_from_its_first_service_a_stay_from_its_last() -> None:
    line = CLAIM.lines[0]
    late = replace(line, service_from=SERVED + dt.timedelta(3), service_to=SERVED + dt.timedelta(5))
    both = replace(CLAIM, lines=(late, line))
    assert counted_from(both) == SERVED
    hospital = replace(both, form="institutional")
    assert counted_from(hospital) == SERVED + dt.timedelta(5)
    stay = replace(hospital, statement_to=SERVED + dt.timedelta(9))
    assert counted_from(stay) == SERVED + dt.timedelta(9)


def test_a_claim_without_dates_has_no_deadline_and_time_has_an_end() -> None:
    undated = replace(CLAIM, lines=(replace(CLAIM.lines[0], service_from=None),))
    assert Deadlines(HABITS).last_day(undated, 7) is None
    last = replace(CLAIM, lines=(replace(CLAIM.lines[0], service_from=dt.date.max),))
    assert Deadlines(HABITS).last_day(last, 7) == dt.date.max
