from __future__ import annotations

import datetime as dt

import pytest

from data_synth.config import WorldConfig, date_of, day_of


def test_days_and_dates_are_each_other_s_inverse() -> None:
    assert day_of(dt.date(1970, 1, 1)) == 0
    assert date_of(day_of(dt.date(2024, 2, 29))) == dt.date(2024, 2, 29)


def test_the_clock_runs_to_the_end_of_its_last_month() -> None:
    assert date_of(WorldConfig().last_day) == dt.date(2026, 6, 30)
    assert date_of(WorldConfig(start=dt.date(2023, 11, 1), months=3).last_day) == dt.date(
        2024, 1, 31
    )


def test_policies_have_a_seed_of_their_own() -> None:
    assert WorldConfig(seed=4).policies == 4
    assert WorldConfig(seed=4, policy_seed=9).policies == 9


@pytest.mark.parametrize(
    "wrong",
    [
        {"claims": 0},
        {"months": 0},
        {"months": 121},
        {"seed": -1},
        {"policy_seed": -2},
        {"start": dt.date(2009, 1, 1)},
    ],
)
def test_impossible_worlds_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"--|seed|starts"):
        WorldConfig(**wrong)  # type: ignore[arg-type]
