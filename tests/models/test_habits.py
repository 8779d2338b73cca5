"""What payers usually pay: looked up, kept in the bundle, and without effect on a prediction."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from invented import Practice

from models.denial import DenialModel, ModelError
from models.habits import Habits, HabitsError, payment

HABITS = Habits(
    overall={False: 0.4, True: 0.15},
    paid={(7, False): 0.55, (2**63 + 5, True): 0.1},
    filing={7: 90},
)


def test_a_payer_has_its_own_share_and_others_that_of_all() -> None:
    assert HABITS.share(7, later=False) == (0.55, "payer")
    assert HABITS.share(7, later=True) == (0.15, "all_payers")
    assert HABITS.share(8, later=False) == (0.4, "all_payers")
    assert Habits({False: 0.4}, {}, {}).share(8, later=True) == (0.4, "all_payers")
    assert Habits({}, {}, {}).share(8, later=True) == (1.0, "charge")
    assert (HABITS.filing_days(7), HABITS.filing_days(8)) == (90, None)


def test_without_habits_the_charge_is_all_there_is() -> None:
    assert payment(None, 200.0, 7, later=False) == (200.0, "charge")
    assert payment(HABITS, 200.0, 7, later=False) == (pytest.approx(110.0), "payer")


def test_json_keeps_all_of_it() -> None:
    assert Habits.from_json(json.loads(json.dumps(HABITS.to_json()))).to_json() == HABITS.to_json()
    assert Habits.from_json(HABITS.to_json()).paid == HABITS.paid


@pytest.mark.parametrize(
    "change",
    [
        {"overall": {"first": 1.5}}, {"overall": {"first": True}}, {"overall": {"second": 0.5}},
        {"overall": []}, {"paid": {"xyz": {"first": 0.5}}}, {"paid": {"07": {"first": "0.5"}}},
        {"filing_days": {"07": 0}}, {"filing_days": {"07": 90.0}}, {"more": 1},
    ],
)  # fmt: skip
def test_what_is_no_table_of_habits_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(HabitsError, match="habits"):
        Habits.from_json({**HABITS.to_json(), **change})


def test_a_bundle_carries_them_and_they_change_no_probability(
    world: Practice, tmp_path: Path
) -> None:
    model = world.model.accustomed(HABITS)
    model.save(tmp_path / "model")
    again = DenialModel.load(tmp_path / "model")
    assert again.habits is not None
    assert again.habits.to_json() == HABITS.to_json()
    assert again.digest == model.digest != world.model.digest
    assert world.model.habits is None
    rows = world.values[:50]
    assert (again.predict(rows).probability == world.model.predict(rows).probability).all()


def test_a_damaged_table_is_no_model(world: Practice) -> None:
    with pytest.raises(ModelError, match="habits"):
        world.model._with("habits.json", {"overall": {}})
