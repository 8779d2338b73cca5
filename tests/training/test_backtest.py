from __future__ import annotations

import json

import numpy as np
import pytest
from invented_data import dataset

from claims.progress import SILENT
from training import backtest as module
from training.backtest import Backtest, backtest
from training.backtest_report import draw, show, to_json
from training.boosters import Settings
from training.problems import TrainingError
from training.report import console

QUICK = Settings(seed=2, trees=25, leaves=5, threads=1)


@pytest.fixture(scope="module")
def made() -> Backtest:
    return backtest(dataset(4_000, 365)[0], QUICK, SILENT)


def test_each_model_is_tested_on_the_months_after_its_own(made: Backtest) -> None:
    assert len({cell.cutoff for cell in made.cells}) >= 3
    for cell in made.cells:
        year, month = int(cell.cutoff[:4]), int(cell.cutoff[5:7])
        ahead = (int(cell.month[:4]) - year) * 12 + int(cell.month[5:]) - month
        assert cell.cutoff.endswith("-01")
        assert cell.age == ahead + 1 <= 6
        assert cell.figures.examples >= 100
    # The signal is plain, and does not change: a month is as good as another.
    assert np.mean([cell.figures.auroc.value for cell in made.cells]) > 0.7


def test_the_means_by_age_are_those_of_the_cells(made: Backtest) -> None:
    assert [one.age for one in made.ages] == list(range(1, len(made.ages) + 1))
    assert made.ages[0].auroc_lost == 0
    for one in made.ages:
        of = [cell for cell in made.cells if cell.age == one.age]
        claims = sum(cell.figures.examples for cell in of)
        mean = sum(cell.figures.auroc.value * cell.figures.examples for cell in of) / claims
        assert (one.models, one.examples) == (len(of), claims)
        assert one.auroc == pytest.approx(mean)


def test_no_more_models_are_trained_than_asked_and_the_others_are_named(
    made: Backtest, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    fewer = backtest(dataset(4_000, 365)[0], QUICK, SILENT)
    cutoffs = sorted({cell.cutoff for cell in made.cells})
    assert sorted({cell.cutoff for cell in fewer.cells}) == [cutoffs[0], cutoffs[-1]]
    assert list(fewer.skipped) == cutoffs[1:-1]
    show(fewer, console())
    told = capsys.readouterr().out
    assert told.isascii()
    assert cutoffs[1] in told


def test_it_is_printed_drawn_and_written_as_json(
    made: Backtest, capsys: pytest.CaptureFixture[str]
) -> None:
    show(made, console())
    told = capsys.readouterr().out
    assert "How the figures age" in told
    assert made.cells[0].cutoff in told
    assert max(len(line) for line in told.splitlines()) <= 110
    image = draw(made)
    assert image.startswith(b"\x89PNG")
    assert image == draw(made)
    plain = json.loads(json.dumps(to_json(made), allow_nan=False))
    assert plain["cells"][0]["figures"]["auroc"]["value"] == made.cells[0].figures.auroc.value


def test_too_little_data_is_said() -> None:
    with pytest.raises(TrainingError, match="No month of the data"):
        backtest(dataset(300)[0], QUICK, SILENT)
