from __future__ import annotations

import json
from pathlib import Path

import pytest
from invented import Practice

from models.denial import DenialModel, ModelError
from models.recovery import LEAN, NOTHING, Counts, Recovery, RecoveryError

CODING, DUPLICATE = 2, 6


def made() -> Recovery:
    rows = [(CODING, frozenset({7, 8}), True, True)] * 60
    rows += [(CODING, frozenset({7}), True, False)] * 20
    rows += [(CODING, frozenset({9}), False, False)] * 20
    rows += [(DUPLICATE, frozenset({9}), False, True)] * 5
    return Recovery.fit(120, rows)


def test_denials_are_counted_by_category_and_by_every_name_of_the_payer() -> None:
    recovery = made()
    assert recovery.counts("coding") == Counts(100, 80, 60)
    assert recovery.counts("coding", 7) == Counts(80, 80, 60)
    assert recovery.counts("coding", 8) == Counts(60, 60, 60)
    assert recovery.counts("duplicate") == Counts(5, 0, 0)
    assert recovery.counts("eligibility") == Counts()
    assert recovery.all() == Counts(105, 80, 60)


def test_a_chance_leans_on_the_broader_one() -> None:
    recovery = made()
    broad = 61 / 82
    category = (60 + LEAN * broad) / (80 + LEAN)
    assert recovery.chance("coding") == (pytest.approx(category), 80, 100)
    own = (60 + LEAN * category) / (60 + LEAN)
    assert recovery.chance("coding", 8) == (pytest.approx(own), 80, 100)
    assert recovery.chance("coding", 999) == (pytest.approx(category), 80, 100)
    assert recovery.chance("duplicate", 9) == (pytest.approx(broad), 0, 5)
    assert NOTHING.chance("coding", 7) == (0.5, 0, 0)


def test_it_comes_back_from_json_as_it_was() -> None:
    recovery = made()
    kept = json.loads(json.dumps(recovery.to_json()))
    assert Recovery.from_json(kept) == recovery


@pytest.mark.parametrize(
    "broken",
    [
        None,
        {},
        {"days": 0, "overall": {}, "by_payer": {}},
        {"days": 120, "overall": {"coding": [1, 2, 3]}, "by_payer": {}},
        {"days": 120, "overall": {"coding": [3, 2]}, "by_payer": {}},
        {"days": 120, "overall": {"coding": [3, 2, 1.0]}, "by_payer": {}},
        {"days": 120, "overall": {"no such": [3, 2, 1]}, "by_payer": {}},
        {"days": 120, "overall": {}, "by_payer": {"xyz": {"coding": [3, 2, 1]}}},
        {"days": 120, "overall": {}, "by_payer": [1]},
    ],
)
def test_what_is_no_such_table_is_refused(broken: object) -> None:
    with pytest.raises(RecoveryError):
        Recovery.from_json(broken)


def test_a_model_keeps_the_counts_and_refuses_broken_ones(world: Practice, tmp_path: Path) -> None:
    assert world.model.recovery is None
    model = world.model.recovering(made())
    assert model.digest != world.model.digest
    model.save(tmp_path / "model")
    assert DenialModel.load(tmp_path / "model").recovery == made()
    with pytest.raises(ModelError, match="table of recoveries"):
        world.model._with("recovery.json", {"days": 1})
