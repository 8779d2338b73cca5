"""No sentence says the opposite of the way that its factor pushes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from invented import Practice

from features.build_lines import LINE_FEATURES, LINE_NAMES
from features.catalog import FEATURES, NAMES, PLACE, Feature
from models import subject as subjects
from models.explain import explain
from models.scoring import Scorer
from models.subject import Subjects
from models.telling import FEW, FIRM, TRIFLE, Telling
from models.wording import sentence

RATES = ("rate", "recent")


def _row(**values: float) -> np.ndarray:
    row = np.zeros(len(NAMES), np.float32)
    for name, value in values.items():
        row[PLACE[name]] = value
    return row


def _may(row: np.ndarray, name: str, elsewhere: float = np.nan) -> tuple[bool, bool]:
    around = np.full(len(FEATURES), elsewhere)
    telling = Telling.read(row[None], around[None])
    return bool(telling.raising[0, PLACE[name]]), bool(telling.lowering[0, PLACE[name]])


@pytest.mark.parametrize(
    ("name", "values", "raises_lowers"),
    [
        ("payer_procedure_rate", {"payer_procedure_rate": 0.3, "payer_procedure_range_rate": 0.1},
         (True, False)),
        ("payer_procedure_rate", {"payer_procedure_rate": 0.1, "payer_procedure_range_rate": 0.3},
         (False, True)),
        ("payer_procedure_recent",
         {"payer_procedure_recent": 0.1, "payer_procedure_range_rate": 0.3}, (False, True)),
        ("payer_procedure_rate",
         {"payer_procedure_rate": 0.009, "payer_procedure_range_rate": 0.001}, (False, False)),
        ("lag_share", {"lag_share": 0.02}, (True, False)),
        ("lag_share", {"lag_share": 0.9}, (False, True)),
        ("payer_seen", {"payer_seen": FEW - 1}, (True, False)),
        ("payer_seen", {"payer_seen": FIRM}, (False, True)),
        ("authorization_given", {"authorization_given": 0}, (True, False)),
        ("authorization_given", {"authorization_given": 2}, (False, True)),
        ("coverage_days", {"coverage_days": -3}, (True, False)),
        ("coverage_days", {"coverage_days": 90}, (False, True)),
        ("coverage_days", {"coverage_days": np.nan}, (True, False)),
        ("other_paid_share", {"other_paid_share": np.nan}, (False, False)),
        ("repeats", {"repeats": 0}, (False, True)),
        ("repeats", {"repeats": 2}, (True, False)),
        ("lag_days", {"lag_days": 5}, (True, True)),
        ("combined_rate", {"combined_rate": 0.9}, (False, False)),
    ],
)  # fmt: skip
def test_what_may_be_told(
    name: str, values: dict[str, float], raises_lowers: tuple[bool, bool]
) -> None:
    assert _may(_row(**values), name) == raises_lowers


def test_a_rate_of_a_broadest_key_is_held_against_that_of_all() -> None:
    row = _row(payer_rate=0.1)
    assert _may(row, "payer_rate", 0.05) == (True, False)
    assert _may(row, "payer_rate", 0.2) == (False, True)
    assert _may(row, "payer_rate") == (True, True)


@dataclass
class Told:
    """A sentence that was asked for, and the row that it was asked of."""

    lead: int
    values: np.ndarray
    raises: bool
    beside: float
    text: str


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Told]:
    found: list[Told] = []

    def noted(
        lead: Feature, values: np.ndarray, *, raises: bool, beside: float = np.nan, **more: Any
    ) -> str:
        text = sentence(lead, values, raises=raises, beside=beside, **more)
        found.append(Told(LINE_NAMES.index(lead.name), values, raises, beside, text))
        return text

    monkeypatch.setattr(subjects, "sentence", noted)
    return found


def _holds(one: Told) -> None:
    feature, value = LINE_FEATURES[one.lead], one.values[one.lead]
    if feature.measure in RATES and one.raises:
        assert value >= TRIFLE
        assert not value <= one.beside, one.text
        assert not re.search(r"under [0-9.]+ % (?:were|are) denied", one.text)
    elif feature.measure in RATES:
        assert not value >= one.beside, one.text
    assert one.text.endswith("this lowers the risk.") == (not one.raises)


def test_no_answer_tells_a_rate_against_its_direction(
    world: Practice, scorer: Scorer, told: list[Told]
) -> None:
    scored = scorer.score(world.claims[-600:])
    assert sum(one.score.decision != "submit" for one in scored) > 50
    for one in told:
        _holds(one)
    rates = [one for one in told if LINE_FEATURES[one.lead].measure in RATES]
    assert sum(one.raises for one in rates) > 100
    assert sum(not one.raises for one in rates) > 100
    assert not any(np.isnan(one.beside) for one in rates)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(0, 10**9), st.booleans())
def test_whatever_the_model_does_with_a_feature(told: list[Told], seed: int, line: bool) -> None:
    random = np.random.default_rng(seed)
    count = len(LINE_NAMES) if line else len(NAMES)
    values = random.random(count).astype(np.float32)
    values[random.random(count) < 0.1] = np.nan
    pushes = random.normal(size=count + 1) * (random.random(count + 1) < 0.3)
    told.clear()
    subject = Subjects.read(values[None], random.random((1, len(FEATURES))))
    explain(subject, pushes[None]).row(0, risky=True)
    for one in told:
        _holds(one)
        # What is told pushes that way: by itself, with what says no more than it.
        push = pushes[:-1][subject.tellers[0] == one.lead].sum()
        assert (push > 0) if one.raises else (push < 0)
