from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from pathlib import Path

import numpy as np
import pytest
from invented_data import dataset

from claims.dataset import Dataset
from claims.errors import UserError
from claims.progress import SILENT
from models.registry import Registry
from training import trials, tuning
from training.boosters import Settings
from training.learn import Learned, learn
from training.prepare import matrix, prepare
from training.shape import Shape, read
from training.splits import split
from training.study import Tried
from training.tracking import Trials
from training.trials import Ground
from training.tuning import Budget, Tuned, tune

pytestmark = pytest.mark.xdist_group("mlflow")
BASE = Settings(seed=3, trees=12, threads=1)


class Noted:
    """A log of trials that only remembers."""

    def __init__(self, known: str = "") -> None:
        self.run_id = known or "run"
        self.added: list[int] = []
        self.ended = ("", {})

    def add(
        self, number: int, parameters: Mapping[str, object], _: Mapping[str, float], __: float
    ) -> None:
        assert set(parameters) == {field.name for field in fields(Shape)}
        self.added.append(number)

    def finish(self, status: str, metrics: Mapping[str, float]) -> None:
        self.ended = (status, dict(metrics))


@pytest.fixture(scope="module")
def data() -> Dataset:
    return dataset(2_500)[0]


@pytest.fixture(scope="module")
def ground(data: Dataset) -> Ground:
    made = prepare(data, SILENT)
    values = matrix(made.frame, made.history, made.examples.rows, SILENT)
    return Ground(values, made.examples, split(made.examples).folds, BASE)


def _tune(ground: Ground, home: Path, most: int, log: Noted | None = None) -> Tuned:
    def track(known: str) -> Noted:
        if log is None:
            return Noted(known)
        log.run_id = known or log.run_id
        return log

    return tune(
        ground,
        home=home,
        digest="sha256:ab",
        sources="sha256:cd",
        budget=Budget(seconds=600, trials=most),
        track=track,
        progress=SILENT,
    )


def _asked(made: Tuned) -> list[tuple[Shape, float]]:
    return [(one.shape, one.log_loss) for one in made.tried]


def test_the_same_seed_asks_the_same_and_another_does_not(ground: Ground, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        # Optuna warns where the defaults lie outside what it may ask for.
        warnings.simplefilter("error")
        first = _tune(ground, tmp_path / "a {?} %20", 3)
    second = _tune(ground, tmp_path / "b", 3)
    other = _tune(replace(ground, settings=replace(BASE, seed=4)), tmp_path / "b", 3)
    assert _asked(first) == _asked(second)
    assert first.tried[0].shape == BASE.shape()
    assert first.tried[0].gain == 0
    assert len({one.shape for one in first.tried + other.tried[1:]}) == 5
    assert all(one.shape.trees == BASE.trees for one in first.tried)
    assert first.best.log_loss == min(one.log_loss for one in first.tried)
    assert (tmp_path / "a {?} %20" / "tuning").is_dir()
    assert read(first.file) == first.settings.shape()


def test_a_later_call_goes_on_with_the_numbers(ground: Ground, tmp_path: Path) -> None:
    registry = Registry(tmp_path / "mlruns")

    def call(most: int) -> Tuned:
        return tune(
            ground,
            home=tmp_path,
            digest="sha256:ab",
            sources="sha256:cd",
            budget=Budget(seconds=600, trials=most),
            track=lambda known: Trials(registry, "tune ab", {"preclear.data": "ab"}, known),
            progress=SILENT,
        )

    first, second = call(2), call(2)
    assert (first.earlier, second.earlier) == (0, 2)
    assert [one.number for one in second.tried] == [0, 1, 2, 3]
    assert second.tried[:2] == first.tried
    assert "4 trials (2 of them in earlier calls)" in second.sentence
    runs = registry.client.search_runs([registry.experiment_id])
    whole = [run for run in runs if "mlflow.parentRunId" not in run.data.tags]
    below = sorted((run for run in runs if run not in whole), key=lambda run: run.info.run_name)
    assert len(whole) == 1
    assert whole[0].data.metrics["trials"] == 4
    assert {run.info.status for run in runs} == {"FINISHED"}
    assert [run.info.run_name for run in below] == [f"trial {number}" for number in range(4)]
    for run, tried in zip(below, second.tried, strict=True):
        assert run.data.tags["mlflow.parentRunId"] == whole[0].info.run_id
        assert run.data.metrics["out_of_time.log_loss"] == tried.log_loss
        assert run.data.metrics["out_of_time.auroc"] == tried.auroc
        assert run.data.params["learning_rate"] == str(tried.shape.learning_rate)
        assert set(run.data.params) == {field.name for field in fields(Shape)}


def test_other_data_or_code_is_another_study(ground: Ground, tmp_path: Path) -> None:
    _tune(ground, tmp_path, 1)
    made = {"digest": "sha256:ab", "sources": "sha256:cd"}
    for other in ({"digest": "sha256:ef"}, {"sources": "sha256:ef"}):
        again = tune(
            ground,
            home=tmp_path,
            **(made | other),
            budget=Budget(seconds=600, trials=1),
            track=Noted,
            progress=SILENT,
        )
        assert again.earlier == 0


def test_an_interrupt_keeps_what_ended(
    ground: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls, real = [], trials.judge

    def broken(after: int) -> None:
        calls.clear()

        def judge(of: Ground, shape: Shape) -> trials.Trial:
            calls.append(shape)
            if len(calls) > after:
                raise KeyboardInterrupt
            return real(of, shape)

        monkeypatch.setattr(trials, "judge", judge)

    log = Noted()
    broken(0)
    with pytest.raises(KeyboardInterrupt):
        _tune(ground, tmp_path, 3, log)
    assert log.ended == ("KILLED", {"trials": 0})
    broken(1)
    with pytest.raises(KeyboardInterrupt):
        _tune(ground, tmp_path, 3, log)
    assert log.added == [0]
    assert log.ended[0] == "KILLED"
    monkeypatch.setattr(trials, "judge", real)
    made = _tune(ground, tmp_path, 1, log)
    # Number 1 was broken off.
    assert [one.number for one in made.tried] == [0, 2]
    assert made.earlier == 1


def test_no_trial_begins_after_the_time(ground: Ground, tmp_path: Path) -> None:
    made = tune(
        ground,
        home=tmp_path,
        digest="sha256:ab",
        sources="sha256:cd",
        budget=Budget(seconds=1e-6),
        track=Noted,
        progress=SILENT,
    )
    assert [one.number for one in made.tried] == [0]
    assert not made.taken
    assert "1 trial: none had a lower log loss" in made.sentence


def test_a_file_that_is_no_study_is_named(ground: Ground, tmp_path: Path) -> None:
    file = tmp_path / "tuning"
    file.mkdir()
    made = _tune(ground, tmp_path / "right", 1)
    name = next((tmp_path / "right" / "tuning").glob("*.db")).name
    assert made.file.name.startswith(name.removesuffix(".db"))
    (file / name).write_bytes(b"not a database, and long enough to be taken for one" * 30)
    with pytest.raises(UserError, match="move it away"):
        _tune(ground, tmp_path, 1)


def _tried(number: int, gain: float, error: float) -> Tried:
    shape = Shape(leaves=4 + number)
    return Tried(
        number=number, shape=shape, log_loss=0.4 - gain, auroc=0.8, rounds=9, seconds=1.0,
        gain=gain, error=error,
    )  # fmt: skip


def test_only_what_beats_chance_is_taken(tmp_path: Path) -> None:
    def decide(*tried: Tried) -> Tuned:
        return tuning._decide(BASE, tried, 0, tmp_path / "chosen.json")

    base = _tried(0, 0.0, 0.0)
    clear = decide(base, _tried(1, 0.004, 0.001))
    assert clear.taken
    assert clear.settings == replace(BASE, **asdict(Shape(leaves=5)))
    assert read(clear.file) == Shape(leaves=5)
    assert "Its parameters were taken." in clear.sentence
    # 1.8 standard errors: of one trial more than chance, of the best of three no more.
    assert decide(base, _tried(1, 0.0018, 0.001)).taken
    worse = [_tried(number, -0.01, 0.001) for number in (2, 3)]
    doubtful = decide(base, _tried(1, 0.0018, 0.001), *worse)
    assert not doubtful.taken
    assert doubtful.settings == BASE
    assert read(doubtful.file) == BASE.shape()
    assert "The defaults stay." in doubtful.sentence
    assert not decide(base, *worse).taken


def test_a_gain_is_paired(ground: Ground) -> None:
    made = trials.judge(ground, BASE.shape())
    later = np.concatenate([fold.later.places for fold in ground.folds])
    assert made.loss.shape == later.shape
    shift = np.linspace(0.01, 0.03, len(later))
    assert made.log_loss == pytest.approx((made.loss * made.weight).sum() / made.weight.sum())
    ones = np.ones(len(later))
    gained = trials.gain(made.loss - shift, made.loss, ones)
    assert gained.value == pytest.approx(0.02)
    assert gained.error == pytest.approx(shift.std() / np.sqrt(len(later)))
    # A claim that stands for four is worth four in the mean, and one in what is known.
    heavy = trials.gain(made.loss - shift, made.loss, 4 * ones)
    assert (heavy.value, heavy.error) == pytest.approx((gained.value, gained.error))
    first = np.where(np.arange(len(later)) < 100, 1.0, 1e-12)
    few = trials.gain(made.loss - shift, made.loss, first)
    assert few.value == pytest.approx(shift[:100].mean())
    assert few.error == pytest.approx(shift[:100].std() / 10)


def test_the_test_period_has_no_part(ground: Ground) -> None:
    plain = trials.judge(ground, BASE.shape())
    used = np.concatenate(
        [np.concatenate((fold.train.places, fold.later.places)) for fold in ground.folds]
    )
    others = np.setdiff1d(np.arange(len(ground.examples)), used)
    test = split(ground.examples).test
    assert set(test) <= set(others)
    denied, category = ground.examples.denied.copy(), ground.examples.category.copy()
    denied[others], category[others] = ~denied[others], 3
    values = ground.values.copy()
    values[others] = 0
    turned = replace(
        ground, values=values, examples=replace(ground.examples, denied=denied, category=category)
    )
    assert np.array_equal(trials.judge(turned, BASE.shape()).loss, plain.loss)


def test_the_chosen_parameters_make_the_model_and_make_it_again(
    data: Dataset, tmp_path: Path
) -> None:
    better = Shape(trees=15, leaves=6, learning_rate=0.17, half_life=180.0)
    file = tmp_path / "chosen.json"

    def choose(ground: Ground) -> Tuned:
        assert ground.settings == BASE
        tried = (_tried(0, 0.0, 0.0), replace(_tried(1, 0.004, 0.001), shape=better))
        return tuning._decide(ground.settings, tried, 0, file)

    def made(settings: Settings, tuned: bool) -> Learned:
        return learn(
            prepare(data, SILENT), 0, data.digest(), settings, SILENT,
            choose=choose if tuned else None,
        )  # fmt: skip

    first = made(BASE, tuned=True)
    told = first.registered.model.facts["parameters"]
    assert isinstance(told, dict)
    assert (told["num_leaves"], told["learning_rate"]) == (6, 0.17)
    assert (told["trees"], told["half_life_days"]) == (15, 180.0)
    assert first.settings.shape() == better
    again = made(BASE.shaped(read(file)), tuned=False)
    assert again.tuned is None
    assert again.registered.model.digest == first.registered.model.digest
    assert again.judged.model.digest == first.judged.model.digest
