"""A payer's new rule is told within days, by name; where nothing changes, next to nothing is."""

from __future__ import annotations

import datetime as dt
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

# The worlds live beside their tests.
sys.path.insert(0, str(Path(__file__).parent))

from planted import EPOCH, first_shown, planted, written

from claims.dataset import Dataset
from claims.labels import Labels, label
from claims.moment import known_by
from claims.profiles import load_profiles
from data_synth.config import RuleChange, WorldConfig
from data_synth.payers import PAYERS
from reports.alerts.new_rules import NewRule, new_rules
from reports.alerts.report import alerts


def _last(labels: Labels) -> dt.date:
    return EPOCH + dt.timedelta(days=int(labels.known_on[labels.example].max()))


def _hits(found: list[NewRule], change: RuleChange) -> list[NewRule]:
    return [
        one
        for one in found
        if (one.payer, one.category) == (change.payer_id, "authorization")
        and change.procedure in one.procedures
    ]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Dataset, Labels, RuleChange]:
    config = WorldConfig(claims=9_000, seed=21, months=6, steady=True)
    dataset, change = planted(config, tmp_path_factory.mktemp("planted"))
    return dataset, label(dataset), change


def test_a_new_rule_is_told_with_the_claims_that_show_it(
    world: tuple[Dataset, Labels, RuleChange],
) -> None:
    dataset, labels, change = world
    (found,) = _hits(new_rules(dataset, labels, _last(labels)), change)
    shown = first_shown(dataset, labels, change)
    assert found.shown_on == shown
    assert 0 <= (found.raised_on - shown).days <= 14
    assert change.start <= found.since <= found.raised_on
    assert found.denied >= 3
    assert found.denied / found.seen > 0.3 > 0.1 > found.expected
    assert found.carcs[0] in ("197", "15", "284", "302", "198")
    keys = dataset.claims["claim_key"].to_pylist()
    rows = {f"{key:016x}": row for row, key in enumerate(keys) if labels.example[row]}
    for claim in found.claims:
        row = rows[claim]
        assert labels.outcome[row] > 0
        assert dataset.claims["payer_id"][row].as_py() == change.payer_id
    for part in (change.payer_id, change.procedure, "authorization", f"CARC {found.carcs[0]}"):
        assert part in found.text


def test_nothing_that_became_known_later_has_a_say(
    world: tuple[Dataset, Labels, RuleChange],
) -> None:
    dataset, labels, change = world
    profiles = load_profiles(None)
    (found,) = _hits(new_rules(dataset, labels, _last(labels)), change)
    before = alerts(dataset, found.raised_on - dt.timedelta(days=1), profiles)
    assert _hits(list(before.new_rules), change) == []
    on_the_day = alerts(dataset, found.raised_on, profiles)
    assert _hits(list(on_the_day.new_rules), change) == [found]
    again = alerts(known_by(dataset, found.raised_on), found.raised_on, profiles)
    assert again == on_the_day
    later = alerts(dataset, found.raised_on + dt.timedelta(days=31), profiles, recent=30)
    assert _hits(list(later.new_rules), change) == []


def test_an_alarm_is_told_once(world: tuple[Dataset, Labels, RuleChange]) -> None:
    dataset, labels, change = world
    found = new_rules(dataset, labels, _last(labels))
    assert len([one for one in found if one.payer == change.payer_id]) <= 2
    assert len(found) <= 3


def test_without_answers_there_is_nothing_to_tell(
    world: tuple[Dataset, Labels, RuleChange],
) -> None:
    dataset, _, _ = world
    nothing = known_by(dataset, dt.date(2024, 1, 1))
    assert nothing.claims.num_rows == 0
    found = alerts(nothing, dt.date(2024, 1, 1), load_profiles(None))
    assert found.document() == {
        "as_of": "2024-01-01", "new_rules": [], "limits": [], "precision": [],
    }  # fmt: skip


@pytest.mark.heavy
@pytest.mark.parametrize("seed", [31, 32, 33])
def test_planted_changes_are_told_within_fourteen_days(seed: int, tmp_path: Path) -> None:
    config = WorldConfig(claims=20_000, seed=seed, months=8, steady=True)
    dataset, change = planted(config, tmp_path)
    labels = label(dataset)
    found = new_rules(dataset, labels, _last(labels))
    hits = _hits(found, change)
    assert hits, f"{change} was not told"
    assert (hits[0].raised_on - first_shown(dataset, labels, change)).days <= 14
    assert len(found) - len(hits) < 14  # see the next test for what is false


@pytest.mark.heavy
@pytest.mark.parametrize("seed", [41, 42, 43])
def test_under_one_false_alarm_a_payer_and_quarter_where_nothing_changes(
    seed: int, tmp_path: Path
) -> None:
    dataset = written(WorldConfig(claims=20_000, seed=seed, months=12, steady=True), tmp_path)
    labels = label(dataset)
    known = labels.known_on[labels.example]
    quarters = float(np.ptp(known)) / 91
    assert quarters > 3.5
    found = new_rules(dataset, labels, _last(labels))
    of_payer = Counter(one.payer for one in found)
    assert all(of_payer[payer.payer_id] / quarters < 1 for payer in PAYERS)
    # The budget of all payers together, which is far below that.
    assert len(found) / quarters / len(PAYERS) <= 0.5
