"""The ends of an interval: around the probability, wider where less is known."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented import KEYS, Practice, clean_claim

from models.denial import DenialModel
from models.interval import EDGES, LEVEL, UNMEASURED, Interval, IntervalError, places
from models.scoring import Scorer

TABLE = Interval(level=LEVEL, edges=EDGES, odds=(6.0, 4.0, 3.0, 2.0, 1.5, 1.2))
OLDER = Interval(level=LEVEL, edges=(0, 1, 10, 50, 200), odds=(4.0, 3.0, 2.0, 1.5, 1.2))


def test_the_row_is_that_of_the_history_seen() -> None:
    known = np.array([-1, 0, 1, 9, 10, 49, 50, 199, 200, 10**6])
    assert places(known).tolist() == [0, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert places(known, OLDER.edges).tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]


def test_the_ends_have_the_odds_of_the_table() -> None:
    low, high = TABLE.ends(np.array([0.5, 0.2]), np.array([0, 500]))
    assert low[0] / (1 - low[0]) == pytest.approx(1 / 4)
    assert high[0] / (1 - high[0]) == pytest.approx(4)
    assert high[1] / (1 - high[1]) == pytest.approx(0.25 * 1.2)


@given(
    st.lists(st.floats(1e-6, 1 - 1e-6), min_size=1, max_size=50),
    st.lists(st.floats(1.001, 1e4), min_size=len(EDGES), max_size=len(EDGES)),
    st.integers(0, 10_000),
)
def test_a_probability_lies_between_its_ends(
    chances: list[float], odds: list[float], seed: int
) -> None:
    table = Interval(level=LEVEL, edges=EDGES, odds=tuple(sorted(odds, reverse=True)))
    rows = np.random.default_rng(seed).integers(-1, 300, len(chances))
    probability = np.array(chances)
    low, high = table.ends(probability, rows)
    assert (low > 0).all()
    assert (low < probability).all()
    assert (probability < high).all()
    assert (high < 1).all()
    widths = [np.subtract(*table.ends(probability, np.full(len(rows), n))[::-1]) for n in EDGES]
    assert all((wide >= narrow - 1e-15).all() for wide, narrow in pairwise(widths))
    for place in range(len(chances)):
        one = table.ends(probability[place : place + 1], rows[place : place + 1])
        assert (one[0][0], one[1][0]) == (low[place], high[place])


def test_json_keeps_every_bit() -> None:
    table = replace(TABLE, odds=(4.0, np.pi, 3.1, 2.0 / 0.7, 1.1, 1.0 + 1e-9))
    assert Interval.from_json(json.loads(json.dumps(table.to_json()))) == table


@pytest.mark.parametrize(
    "change",
    [
        {"edges": [1, 10]}, {"edges": [-2, 0, 1, 10, 50, 200]}, {"edges": [-1, 0, 10, 5, 50, 200]},
        {"odds": [2.0]}, {"level": 1.0},
        {"odds": [1.0] * 6}, {"odds": [2.0, 3.0, 2.0, 2.0, 2.0, 2.0]}, {"odds": [2] * 6},
        {"edges": [-1.0, 0.0, 1.0, 10.0, 50.0, 200.0]}, {"more": 1}, {"level": "0.9"},
        {"odds": 3.0},
    ],
)  # fmt: skip
def test_another_table_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(IntervalError):
        Interval.from_json({**TABLE.to_json(), **change})


def test_what_is_no_table_is_refused() -> None:
    for value in (None, [], {}):
        with pytest.raises(IntervalError):
            Interval.from_json(value)


def test_a_model_carries_its_table(world: Practice, tmp_path: Path) -> None:
    assert world.model.interval == Interval.unmeasured()
    assert world.model.interval.odds == (UNMEASURED,)
    model = world.model.within(TABLE)
    assert model.digest != world.model.digest
    model.save(tmp_path / "model")
    assert DenialModel.load(tmp_path / "model").interval == TABLE


def test_the_answer_has_the_ends_of_the_model(world: Practice) -> None:
    model = world.model.within(TABLE)
    scorer = Scorer(model, world.history, KEYS)
    known = clean_claim(1)
    new = replace(known, payer=replace(known.payer, payer_id="NEVERSEEN"))
    for one in scorer.score([known, new]):
        score = one.score
        odds = score.denial_probability / (1 - score.denial_probability)
        high = score.denial_probability_high / (1 - score.denial_probability_high)
        table = 6.0 if score.support.level == "none" else 1.2
        assert high / odds == pytest.approx(table)
        assert score.denial_probability_low < score.denial_probability
