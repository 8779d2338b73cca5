"""Monitoring: silent where nothing changed, and telling what did where something was planted."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from weekly import Practice, even, practice, usual

from claims.dataset import save
from claims.progress import SILENT
from claims.settings import Settings as Installation
from cli.main import call
from models.drift import Monitored
from models.drift_kept import last
from training.boosters import Settings
from training.learn import Learned, learn
from training.monitoring import monitor
from training.prepare import prepare
from training.problems import TrainingError

LEARNED, CHANGED, NOW = 400, 460, 560


def other_payers(day: int) -> tuple[float, float, float]:
    return (0.1, 0.2, 0.7) if day >= CHANGED else even(day)


def new_rule(day: int, payer: str, procedure: str, authorized: bool) -> float:
    if day >= CHANGED and (payer, procedure) == ("AAA", "93000"):
        return 0.8
    return usual(day, payer, procedure, authorized)


WORLDS: dict[str, Callable[[], Practice]] = {
    "stable": lambda: practice(7_000, NOW, 1),
    "payers": lambda: practice(7_000, NOW, 1, mix=other_payers),
    "rule": lambda: practice(7_000, NOW, 1, chance=new_rule),
}


@cache
def learned() -> Learned:
    """What was learned before anything changed: the same in all worlds."""
    data = WORLDS["stable"]().on(LEARNED)
    settings = Settings(trees=40, leaves=4, threads=1)
    return learn(prepare(data, SILENT), data.claims.num_rows, data.digest(), settings, SILENT)


@cache
def monitored(world: str) -> Monitored:
    made = learned()
    return monitor(
        WORLDS[world]().on(NOW), made.registered.model, "version 1", twin=made.judged.model,
        progress=SILENT,
    )  # fmt: skip


def test_where_nothing_changed_nothing_is_told() -> None:
    found = monitored("stable")
    assert found.drifts == ()
    assert not [month.drifts for month in found.months if month.drifts]
    since = [month for month in found.months if not month.reference]
    assert len([month for month in since if month.inputs]) == 6
    assert len([month for month in since if month.answered]) == 5
    assert all(month.new_payers == month.new_procedures == 0 for month in since)


def test_the_reference_is_what_the_judged_twin_had_not_learned_from() -> None:
    found, made = monitored("stable"), learned()
    assert found.twin
    tested = made.evaluation.periods[-1]
    assert (found.reference_first, found.reference_last) == (tested.first, tested.last)
    answered = [month.answered for month in found.months if month.reference]
    assert sum(one.claims for one in answered if one) == tested.examples
    assert sum(one.denied for one in answered if one) == tested.denied
    assert min(month.first for month in found.months if not month.reference) >= found.learned_before


def test_claims_that_go_to_other_payers_are_named() -> None:
    found = monitored("payers")
    last = [month for month in found.months if month.inputs][-1]
    assert [one.name for one in last.facts] == ["payer"]
    assert "payer of the claim" in " ".join(found.drifts)
    assert any("The scores moved beyond chance" in one for one in found.drifts)


def test_a_payers_new_rule_shows_in_its_denials() -> None:
    found = monitored("rule")
    assert any("ranks worse" in one or "More is denied" in one for one in found.drifts)
    ratios = {one.payer: one.answered for one in found.payers}
    off = ratios["PAYER AAA (AAA)"]
    assert off is not None
    assert off.ratio.low > 1
    others = [one for name, one in ratios.items() if one and name != "PAYER AAA (AAA)"]
    assert all(one.ratio.low < 1 for one in others)


def test_without_the_files_of_the_reference_one_sentence_says_so() -> None:
    made = learned()
    later = practice(300, 90, 2)
    with pytest.raises(TrainingError, match="name the files that the model was trained on"):
        monitor(later.on(90), made.registered.model, "m", twin=None, progress=SILENT)


def test_without_a_twin_nothing_is_said_of_scores_before() -> None:
    made = learned()
    found = monitor(
        WORLDS["stable"]().on(LEARNED + 60), made.registered.model, "m", twin=None, progress=SILENT
    )
    assert not found.twin
    assert all(month.score is None for month in found.months)
    assert not [month for month in found.months if month.reference and month.answered]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PRECLEAR_HOME", str(tmp_path / "var"))
    monkeypatch.setenv("PRECLEAR_MLRUNS", str(tmp_path / "mlruns"))
    learned().registered.model.save(tmp_path / "bundle")
    learned().judged.model.save(tmp_path / "judged")
    save(WORLDS["rule"]().on(NOW), tmp_path / "tables")
    return tmp_path


def test_the_command_writes_a_page_a_table_and_a_document(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["monitor", str(place / "tables"), "--model", str(place / "bundle"), "--workers", "1"]
    page, table = place / "drift.html", place / "drift.csv"
    assert call([*command, "--out", str(page)]) == 0
    told = capsys.readouterr().out
    assert "(reference)" in told
    html = page.read_text()
    assert html.count("<svg") >= 4
    assert "What this cannot see" in html
    assert "<script" not in html
    assert call([*command, "--out", str(table), "--json", "--fail-on", "drift"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["drifts"]
    kept = last(Installation.read().home)
    assert kept is not None, "what was found is left for the page of the models"
    assert (list(kept.drifts), kept.page) == (document["drifts"], html)
    lines = table.read_text().splitlines()
    assert len(lines) == 1 + len(document["months"])
    assert len({line.count(",") for line in lines if '"' not in line}) == 1


@pytest.mark.parametrize("wrong", [["--out", "drift.pdf"], ["--fail-on", "everything"]])
def test_a_wrong_call_is_told_before_anything_is_read(
    place: Path, wrong: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(["monitor", str(place / "tables"), *wrong]) == 2
    assert capsys.readouterr().err.count("\n") == 1
