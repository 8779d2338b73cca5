"""Planned changes of a payer's rules, and worlds in which nothing changes."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from claims.categories import CATEGORIES
from claims.errors import UserError
from cli.main import call
from data_synth import store
from data_synth.adjudication import PAID
from data_synth.changes import LEARNING, parse, places
from data_synth.codes import procedures
from data_synth.config import ALWAYS, NEVER, RuleChange, WorldConfig, day_of
from data_synth.facts import NO_AUTH
from data_synth.invent import invent
from data_synth.payers import PAYERS
from data_synth.whatif import Truth
from data_synth.world import World, build

STEADY = WorldConfig(claims=6_000, seed=4, months=8, steady=True)
CHANGE = RuleChange("05102", "97110", dt.date(2025, 5, 1))
AUTHORIZATION = CATEGORIES.index("authorization")


@pytest.fixture(scope="module")
def before() -> World:
    return build(STEADY)


@pytest.fixture(scope="module")
def after() -> World:
    return build(replace(STEADY, changes=(CHANGE,)))


def test_nothing_begins_or_ends_in_a_steady_world(before: World) -> None:
    rules = before.rules
    for item in fields(rules):
        if item.name.endswith(("_from", "_to")) and not item.name.startswith("down"):
            assert np.isin(getattr(rules, item.name), (ALWAYS, NEVER)).all(), item.name
    assert (rules.joined == ALWAYS).all()
    assert (rules.tightened == NEVER).all()
    assert (rules.filing_change == NEVER).all()
    assert not rules.down_rate.any()
    drawn = build(replace(STEADY, steady=False)).rules
    assert not np.isin(drawn.auth_from, (ALWAYS, NEVER)).all()


def test_a_planned_change_denies_from_its_day_on_and_touches_nothing_before(
    before: World, after: World
) -> None:
    payer, procedure = places(CHANGE)
    facts, verdict = after.history.facts, after.history.verdict
    lines, claims = facts.lines, facts.claims
    untouched = np.flatnonzero(claims.service[: STEADY.claims] < day_of(CHANGE.start))
    assert len(untouched) > 1_000
    same = before.history.verdict.outcome[untouched] == verdict.outcome[untouched]
    assert same.all()
    struck = facts.any_line((lines.procedure == procedure) & (claims.payer[lines.claim] == payer))
    first = after.history.frequency == 1
    day = day_of(CHANGE.start)
    known = struck & first & (claims.service >= day) & (claims.service < day + LEARNING)
    known &= (claims.secondary == 0) & (claims.auth == NO_AUTH)
    assert known.sum() > 20
    assert (verdict.outcome[known] > PAID).mean() > 0.7
    assert (verdict.category[known] == AUTHORIZATION).mean() > 0.6
    early = struck & first & (claims.service < day)
    # What there is of it is the payer's plain error.
    assert (verdict.category[early] == AUTHORIZATION).mean() < 0.02


def test_the_practice_learns_of_the_demand(after: World) -> None:
    payer, procedure = places(CHANGE)
    claims, lines = after.history.facts.claims, after.history.facts.lines
    struck = after.history.facts.any_line(
        (lines.procedure == procedure) & (claims.payer[lines.claim] == payer)
    )
    day = day_of(CHANGE.start)
    soon = struck & (claims.service >= day) & (claims.service < day + LEARNING)
    late = struck & (claims.service >= day + LEARNING)
    assert (claims.auth[soon] == NO_AUTH).mean() > 0.7
    assert (claims.auth[late] == NO_AUTH).mean() < 0.4


def test_a_demand_that_is_there_already_cannot_be_planned(before: World) -> None:
    demanded = np.argwhere(before.rules.auth_from == ALWAYS)[0]
    taken = RuleChange(
        PAYERS[demanded[0]].payer_id, procedures.CODES[demanded[1]], dt.date(2025, 5, 1)
    )
    with pytest.raises(UserError, match="without any planned change"):
        build(replace(STEADY, changes=(taken,)))


def test_a_world_with_a_change_can_be_written_and_asked(tmp_path: Path) -> None:
    config = replace(STEADY, claims=300, changes=(CHANGE,))
    invent(config, tmp_path, processes=1)
    world = json.loads((tmp_path / "truth" / store.WORLD).read_text())
    assert store.config_of(world) == replace(config, policy_seed=config.policies)
    truth = Truth.open(tmp_path)
    payer, procedure = places(CHANGE)
    assert truth.rules.auth_from[payer, procedure] == day_of(CHANGE.start)


def test_worlds_without_options_say_nothing_of_them(tmp_path: Path) -> None:
    store.write_world(tmp_path, WorldConfig(claims=5), {})
    world = json.loads((tmp_path / store.WORLD).read_text())
    assert {"steady", "changes"}.isdisjoint(world)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("05102:97110", "a rule change is written"),
        ("05102:97110:soon", "a rule change is written"),
        ("99999:97110:2025-05-01", "no payer of the world"),
        ("05102:00000:2025-05-01", "no visit of the world"),
    ],
)
def test_a_change_that_cannot_be_is_told(
    text: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ValueError, match=says):
        parse(text)
    words = ["synth", str(tmp_path / "out"), "--claims", "5", "--require-authorization", text]
    assert call(words) == 2
    assert says in capsys.readouterr().err
