"""The retrain loop over a practice cut in time: new data, gates, challenger, shadow, promotion."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from weekly import Practice, practice

from claims.dataset import save
from claims.progress import SILENT
from cli.main import call
from features import running
from models.registry import Registry
from training.beside import Pairs, compare
from training.boosters import Settings
from training.retrain import Live, Loop, Rule, Step, refusals, step

pytestmark = pytest.mark.xdist_group("mlflow")
SETTINGS = Settings(trees=30, leaves=4, threads=1)
FIRST, LATER, SOON, END = 420, 455, 475, 540


@cache
def world() -> Practice:
    return practice(6_500, 560, 5)


def nothing(champion: str, challenger: str) -> Sequence[tuple[int, int, float, float, bool]]:
    return []


class Place:
    """An installation in which the loop runs."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "var"
        self.registry = Registry(folder / "mlruns")
        self.live: Live = nothing

    def step(self, day: int, rule: Rule = "shadow", days: int = 14) -> Step:
        loop = Loop(
            registry=self.registry, home=self.home, settings=SETTINGS, rule=rule, days=days,
            live=self.live, progress=SILENT, set_aside={},
        )  # fmt: skip
        return step(world().on(day), loop)

    def aliases(self) -> dict[str, str]:
        return {
            alias: entry.version for entry in self.registry.entries() for alias in entry.aliases
        }


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.mark.heavy
def test_the_whole_loop_by_rule_shadow(place: Place) -> None:
    first = place.step(FIRST)
    assert first.state == "promoted"
    assert "nobody served before it" in first.sentences[-1]
    assert place.aliases() == {"champion": "1"}
    again = place.step(FIRST)
    assert (again.state, len(place.registry.entries())) == ("nothing_new", 1)

    second = place.step(LATER)
    assert second.state == "shadow"
    assert place.aliases() == {"champion": "1", "challenger": "2"}
    # New data, but the challenger has not had its days: nobody takes its place.
    asked = []

    def live(*versions: str) -> list[tuple[int, int, float, float, bool]]:
        asked.append(versions)
        return [(1, 19_500, 0.2, 0.4, True)]

    place.live = live
    third = place.step(SOON)
    assert (third.state, third.version) == ("shadow", "2")
    assert "stays in shadow" in third.sentences[-1]
    assert asked == [("1", "2")]
    assert third.beside is not None
    assert third.beside.live == 1
    place.live = nothing
    assert len(place.registry.entries()) == 2

    last = place.step(END)
    assert last.beside is not None
    assert last.beside.enough
    assert last.beside.days >= 14
    assert last.state == "promoted"
    assert place.aliases() == {"champion": "2"}
    told = place.registry.show("2")
    assert told.tags["preclear.loop"] == "promoted"
    assert told.metrics["shadow.claims"] == last.beside.claims
    assert "by rule shadow" in told.promotion
    # Now that it is decided, the data that came meanwhile is learned from.
    assert place.step(END).version == "3"


@pytest.mark.heavy
def test_by_rule_never_a_person_promotes(place: Place) -> None:
    first = place.step(FIRST, "never")
    assert first.state == "shadow"
    assert "preclear models promote 1" in first.sentences[-1]
    assert place.aliases() == {"challenger": "1"}
    place.registry.promote("1", "a person")
    second = place.step(LATER, "never")
    assert place.aliases() == {"champion": "1", "challenger": "2"}
    assert second.version == "2"
    # It is told how the challenger does, and nothing is decided.
    third = place.step(LATER, "never")
    assert third.state == "nothing_new"
    assert third.beside is not None
    assert place.aliases() == {"champion": "1", "challenger": "2"}


@pytest.mark.heavy
def test_by_rule_gates_a_model_that_does_not_beat_the_champion_is_refused(place: Place) -> None:
    assert place.step(FIRST, "gates").state == "promoted"
    second = place.step(LATER, "gates")
    assert second.state == "refused"
    assert place.aliases() == {"champion": "1"}
    assert "refused" in place.registry.show("2").promotion
    assert place.step(LATER, "gates").state == "nothing_new"


def test_who_is_killed_after_the_training_is_taken_up_without_another(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Registry, "note", killed)
        with pytest.raises(KeyboardInterrupt):
            place.step(FIRST)
    # The promotion was done, and is not on record in the loop.
    assert place.registry.show("1").tags["preclear.loop"] == "trained"
    again = place.step(FIRST)
    assert "cut off: going on" in again.sentences[0]
    assert (again.state, len(place.registry.entries())) == ("promoted", 1)
    assert place.registry.champions() == ["1"]


@pytest.mark.heavy
def test_who_is_killed_before_the_history_is_kept_trains_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(running, "save_base", killed)
        with pytest.raises(KeyboardInterrupt):
            place.step(FIRST)
    again = place.step(FIRST)
    assert (again.state, again.version) == ("promoted", "2")
    one, two = (place.registry.show(name) for name in "12")
    assert one.digest == two.digest
    assert running.base(place.home) is not None


@pytest.mark.heavy
def test_a_refused_model_gives_the_challenger_before_it_its_place_back(place: Place) -> None:
    place.step(FIRST, "never")
    place.registry.promote("1", "a person")
    place.step(LATER, "never")
    assert place.step(END, "gates").state == "refused"
    assert place.aliases() == {"champion": "1", "challenger": "2"}


def _pairs(size: int, off: float) -> Pairs:
    random = np.random.default_rng(1)
    truth = random.uniform(0.05, 0.6, size)
    return Pairs(
        day=np.arange(size) // 40,
        champion=truth,
        challenger=np.clip(truth + off * random.choice([-1.0, 1.0], size), 0.01, 0.99),
        denied=random.random(size) < truth,
        live=0,
    )


def test_a_worse_challenger_is_told_from_one_that_is_not() -> None:
    worse, same = compare(_pairs(1_000, 0.25)), compare(_pairs(1_000, 0.0))
    assert worse.worse
    assert "higher than the champion's" in worse.sentence
    assert not same.worse
    few = compare(_pairs(60, 0.25))
    assert not few.enough
    none = compare(_pairs(0, 0.0))
    assert not none.enough
    assert none.metrics()["shadow.claims"] == 0


@pytest.mark.heavy
def test_a_worse_challenger_is_dropped(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.step(FIRST)
    place.step(LATER)
    monkeypatch.setattr("training.retrain.pairs", lambda *_: _pairs(1_000, 0.25))
    dropped = place.step(SOON)
    assert dropped.state == "dropped"
    assert place.aliases() == {"champion": "1"}
    assert "worse than the champion in shadow" in place.registry.show("2").promotion


def test_what_the_gates_refuse_hangs_on_the_rule() -> None:
    tags = {
        "preclear.gate.beats_the_champion": "refused: it does not beat it",
        "preclear.gate.signal": "passed: AUROC 0.8",
    }
    assert refusals(tags, "gates") == ["it does not beat it"]
    assert refusals(tags, "shadow") == refusals(tags, "never") == []
    leaking = tags | {"preclear.gate.no_leak": "refused: one feature: all of it"}
    assert refusals(leaking, "shadow") == ["one feature: all of it"]


def test_the_command_tells_each_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PRECLEAR_HOME", str(tmp_path / "var"))
    monkeypatch.setenv("PRECLEAR_MLRUNS", str(tmp_path / "mlruns"))
    save(world().on(FIRST), tmp_path / "tables")
    command = ["retrain", str(tmp_path / "tables"), "--trees", "30", "--workers", "1"]
    assert call([*command, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["state"], told["version"]) == ("shadow", "1")
    assert call(command) == 0
    assert "Nothing new" in capsys.readouterr().out
    assert call([*command, "--rule", "always"]) == 2
