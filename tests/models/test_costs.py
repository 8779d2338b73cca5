"""What work costs: the defaults, a practice's own, and files that cannot be used."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from claims.categories import Action
from claims.settings import Settings
from models.costs import MINUTES, Costs, CostsError


def _settings(**changes: object) -> Settings:
    return Settings.read(**changes)


def test_every_action_takes_some_minutes_but_to_send_takes_none() -> None:
    assert set(MINUTES) == set(get_args(Action))
    assert MINUTES["submit"] == 0
    assert all(minutes > 0 for action, minutes in MINUTES.items() if action != "submit")


def test_the_usual_costs_are_those_of_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRECLEAR_REWORK_COST", "99")
    assert Costs.usual() == Costs.of(Settings.model_construct())
    assert 25 <= Costs.usual().rework <= 118
    assert Costs.of(_settings()).rework == 99


def test_settings_become_costs_a_minute_and_a_share_lost_by_waiting() -> None:
    costs = Costs.of(_settings(wage_per_hour=60, delay_days=73, cost_of_capital=0.1))
    assert costs.wage == 1
    assert costs.delay == pytest.approx(0.02)


def test_a_practice_states_its_own_minutes(tmp_path: Path) -> None:
    own = tmp_path / "minutes.toml"
    own.write_text("[minutes]\nverify_eligibility = 3\nobtain_authorization = 31.5\n")
    costs = Costs.of(_settings(action_minutes=own))
    assert costs.minutes["verify_eligibility"] == 3
    assert costs.minutes["obtain_authorization"] == 31.5
    assert costs.minutes["review_coding"] == MINUTES["review_coding"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[minutes]\nverify = 3\n", "'verify', which is no action"),
        ("[minutes]\nsubmit_now = 'long'\n", "submit_now must be a number"),
        ("[minutes]\nsubmit_now = true\n", "submit_now must be a number"),
        ("[minutes]\nsubmit_now = -1\n", "between 0 and 480"),
        ("[minutes]\nsubmit_now = nan\n", "between 0 and 480"),
        ("[hours]\nsubmit_now = 1\n", "one table, [minutes]"),
        ("minutes = 5\n", "one table, [minutes]"),
        ("[minutes\n", "not valid TOML"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_one_sentence(
    tmp_path: Path, text: str, says: str
) -> None:
    own = tmp_path / "minutes.toml"
    own.write_text(text)
    with pytest.raises(CostsError) as told:
        Costs.of(_settings(action_minutes=own))
    assert says in str(told.value)


def test_a_file_that_is_not_there_names_the_setting(tmp_path: Path) -> None:
    with pytest.raises(CostsError, match="PRECLEAR_ACTION_MINUTES"):
        Costs.of(_settings(action_minutes=tmp_path / "nowhere.toml"))
