from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from invented_data import KEYS, NPI, dataset

from claims.dataset import Dataset
from claims.progress import SILENT
from features import running
from features.history import History
from models.denial import DenialModel
from models.registry import Registry
from training import boosters
from training.assess import assess
from training.boosters import Settings
from training.days import number
from training.examples import make
from training.leaks import _turned
from training.learn import Learned, learn
from training.payers import Payers
from training.prepare import prepare
from training.problems import TrainingError
from training.report import console, show, show_assessment
from training.train import Trained, train

pytestmark = pytest.mark.xdist_group("mlflow")
# One thread: threads of LightGBM that share cores with other tests wait for each other.
SMALL = Settings(seed=3, trees=60, leaves=7, threads=1)


@pytest.fixture(scope="module")
def world() -> tuple[Dataset, dict[int, float]]:
    return dataset()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("training")


@pytest.fixture(scope="module")
def trained(world: tuple[Dataset, dict[int, float]], home: Path) -> Trained:
    data, truth = world
    return train(
        data,
        registry=Registry(home / "mlruns"),
        home=home / "var",
        settings=SMALL,
        promote=True,
        progress=SILENT,
        truth=truth,
    )


def _learn(data: Dataset, settings: Settings = SMALL) -> Learned:
    return learn(prepare(data, SILENT), 0, data.digest(), settings, SILENT)


def test_the_model_finds_what_there_is_to_find(trained: Trained) -> None:
    made = trained.evaluation
    ceiling = made.peers["ceiling"].auroc.value
    assert ceiling > 0.8
    assert made.overall.auroc.value > ceiling - 0.04
    assert made.overall.log_loss.value < made.peers["payer rate"].log_loss.value
    assert made.peers["constant"].auroc.value == 0.5
    assert made.category.top_1.value > 0.95
    # The practice has one CARC for each of its two categories.
    assert made.carc.denied == made.category.denied
    assert made.carc.top_1.value > 0.95
    assert made.metrics()["test.carc_top_1"] == made.carc.top_1.value
    assert made.metrics()["test.interval_coverage"] == made.intervals.coverage.value
    assert made.intervals.coverage.value > 0.8
    assert sum(one.claims for one in made.intervals.rows) == made.overall.examples
    assert made.overall.calibration_error.value < 0.06
    assert [one.payer for one in made.payers]
    assert made.signal is not None
    assert made.signal.factors[0][0] == "authorization"


def test_periods_do_not_overlap_and_nothing_is_lost(trained: Trained) -> None:
    made = trained.evaluation
    train_, calibration, test = made.periods
    assert train_.first < calibration.first
    assert calibration.last <= train_.last < test.first
    kept = train_.examples + test.examples
    assert kept + sum(made.dropped.values()) == made.claims


def test_it_is_registered_promoted_and_its_history_is_current(trained: Trained, home: Path) -> None:
    registry = Registry(home / "mlruns")
    assert trained.promoted
    assert registry.resolve("champion").digest == trained.model.digest
    history = History.open(home / "var" / running.FOLDER / running.CURRENT)
    assert history.digest == History.open(trained.history).digest
    assert (home / "var").stat().st_mode & 0o777 == 0o700


def test_the_run_holds_figures_plots_digest_and_code(trained: Trained, home: Path) -> None:
    registry = Registry(home / "mlruns")
    entry = registry.show("champion")
    assert entry.metrics["test.auroc"] == trained.evaluation.overall.auroc.value
    assert entry.metrics["test.auroc.low"] < entry.metrics["test.auroc"]
    assert "logistic.brier" in entry.metrics
    assert entry.parameters["seed"] == "3"
    assert entry.tags["preclear.data"] == trained.evaluation.data_digest
    assert entry.tags["preclear.sources"].startswith("sha256:")
    folder = home / "mlruns" / "artifacts" / entry.run_id / "artifacts"
    images = {path.stem for path in (folder / "plots").glob("*.png")}
    assert images == {
        "reliability",
        "precision_recall",
        "scores",
        "auroc_by_month",
        "importance_by_factor",
    }
    for path in (folder / "plots").glob("*.png"):
        assert path.read_bytes().startswith(b"\x89PNG")
    kept = json.loads((folder / "evaluation.json").read_text())
    assert kept["overall"]["auroc"]["value"] == trained.evaluation.overall.auroc.value
    assert {one["verdict"] for one in kept["gates"]} == {"passed", "not asked"}
    for one in kept["gates"]:
        tag = entry.tags[f"preclear.gate.{one['name'].replace(' ', '_')}"]
        assert tag == f"{one['verdict']}: {one['sentence']}"


def test_nothing_of_a_claim_is_in_the_registry(trained: Trained, home: Path) -> None:
    needles = [b"ID123", b"M777", str(KEYS.claim("ID123")).encode(), NPI.encode(), b"1980-05-05"]
    for path in (home / "mlruns").rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not [needle for needle in needles if needle in content], path


@pytest.fixture(scope="module")
def first(world: tuple[Dataset, dict[int, float]]) -> Learned:
    return _learn(world[0])


def test_same_data_and_seed_give_the_same_model(
    world: tuple[Dataset, dict[int, float]], first: Learned
) -> None:
    data, _ = world
    again, _ = dataset()
    second = _learn(again, replace(SMALL, threads=2))
    assert second.registered.model.digest == first.registered.model.digest
    assert second.judged.model.digest == first.judged.model.digest
    other = _learn(data, replace(SMALL, seed=4))
    assert other.registered.model.digest != first.registered.model.digest


def test_a_half_life_changes_the_model_and_an_endless_one_does_not(
    world: tuple[Dataset, dict[int, float]], first: Learned, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, plain = world[0], first
    decayed = _learn(data, replace(SMALL, half_life=60.0))
    monkeypatch.setattr(boosters, "weights", lambda day, _: np.ones(len(day)))
    ones = _learn(data)
    assert ones.registered.model.digest == plain.registered.model.digest
    fresh = plain.test_values
    assert (
        np.abs(
            decayed.registered.model.scores(fresh)[1] - plain.registered.model.scores(fresh)[1]
        ).max()
        > 0.01
    )
    assert decayed.registered.model.facts["parameters"]["half_life_days"] == 60.0  # type: ignore[index]


def test_what_is_known_from_the_test_period_on_teaches_the_judged_model_nothing(
    world: tuple[Dataset, dict[int, float]], first: Learned
) -> None:
    data, honest = world[0], first
    prepared = prepare(data, SILENT)
    late = prepared.labels.known_on >= honest.split.test_starts
    assert late.sum() > 1_000
    turned = _turned(prepared.labels, late, prepared.frame.line_claim)
    history = History.build(prepared.frame, turned)
    payers = Payers.of(data.claims)
    examples = make(prepared.frame, turned, payers)
    planted = replace(prepared, history=history, examples=examples, labels=turned)
    changed = learn(planted, 0, data.digest(), SMALL, SILENT)
    # The promise is measured on the test period, and so may differ; all that was learned may not.
    assert _learnt(changed.judged.model) == _learnt(honest.judged.model)
    assert _learnt(changed.registered.model) != _learnt(honest.registered.model)


def _learnt(model: DenialModel) -> dict[str, object]:
    whole = {name: text for name, text in model._files.items() if name != "promise.json"}
    facts = {k: v for k, v in model.facts.items() if k != "periods"}
    return {**whole, "threshold": model.threshold, "prior": model.prior.tolist(), "facts": facts}


def test_the_model_says_what_it_learned_from(trained: Trained) -> None:
    facts, refit = trained.model.facts, trained.evaluation.refit
    assert refit is not None
    assert trained.judged.facts["learned_before"] == trained.evaluation.periods[2].first
    assert facts["judged"] == {
        "digest": trained.judged.digest,
        "learned_before": trained.evaluation.periods[2].first,
    }
    assert facts["learned_before"] == refit.learned_before > refit.period.last
    assert facts["data_digest"] == trained.evaluation.data_digest
    assert facts["cutoffs"] == list(refit.cutoffs)
    assert "num_threads" not in json.dumps(dict(facts))


def test_the_registered_model_learned_up_to_the_last_answer_used(first: Learned) -> None:
    made = first
    known, until = made.examples.known_on, made.examples.maturity.until
    last = number(dt.date.fromisoformat(str(made.registered.model.facts["learned_before"]))) - 1
    assert last == known[known <= until].max()
    assert made.registered.rounds == made.judged.rounds
    # Both are calibrated on what was foretold out of time; the registered one on the test too.
    assert set(made.out.places) > set(made.split.foretold)
    assert made.out.fold.max() == len(made.split.folds)
    assert made.out.why.shape == (len(made.out.why_places), 14)
    assert made.examples.denied[made.out.why_places].all()
    assert np.allclose(made.out.why.sum(axis=1), 1)


def test_a_mistyped_year_does_not_move_what_was_learned_to_the_future(
    world: tuple[Dataset, dict[int, float]],
) -> None:
    prepared = prepare(world[0], SILENT)
    known = prepared.examples.known_on.copy()
    known[3] = 40_000
    wrong = replace(prepared, examples=replace(prepared.examples, known_on=known))
    made = learn(wrong, 0, "sha256:0", SMALL, SILENT)
    assert str(made.registered.model.facts["learned_before"]) < "2025"


def test_the_future_changes_no_feature(
    world: tuple[Dataset, dict[int, float]], first: Learned
) -> None:
    """Outcomes that arrive after a claim's submission may not reach its features."""
    data, _ = world
    cut = first.examples.day[first.split.test].min()
    prepared = prepare(data, SILENT)
    early = np.flatnonzero(prepared.frame.submitted < cut - 60)[-200:]
    from claims.labels import label
    from features.build import build

    labels = label(data)
    later = labels.known_on >= prepared.frame.submitted[early].max()
    labels.example[later] = False
    labels.outcome[later] = -1
    labels.category[later] = -1
    labels.known_on[later] = 2**31 - 1
    past = History.build(prepared.frame, labels)
    frame = prepared.frame.take(early)
    assert np.array_equal(build(frame, prepared.history), build(frame, past), equal_nan=True)


def test_shuffled_outcomes_are_reported_as_chance_and_refused(home: Path) -> None:
    data, _ = dataset(4_000, shuffled=True)
    made = train(
        data,
        registry=Registry(home / "mlruns"),
        home=home / "shuffled",
        settings=SMALL,
        promote=True,
        progress=SILENT,
    )
    assert 0.42 < made.evaluation.overall.auroc.value < 0.58
    assert not made.promoted
    assert "AUROC" in made.refusal or "no better than the constant" in made.refusal
    entry = Registry(home / "mlruns").show(made.version)
    assert "refused" in entry.promotion
    assert entry.tags["preclear.gate.beats_the_constant"].startswith("refused: ")
    assert made.model.promise is not None
    assert made.model.promise.rows == ()


def test_the_same_model_again_passes_and_one_no_better_does_not(
    world: tuple[Dataset, dict[int, float]], trained: Trained, home: Path
) -> None:
    def again(settings: Settings) -> Trained:
        return train(
            world[0],
            registry=Registry(home / "mlruns"),
            home=home / "again",
            settings=settings,
            promote=True,
            progress=SILENT,
        )

    assert again(SMALL).promoted
    other = again(replace(SMALL, seed=5))
    assert other.model.digest != trained.model.digest
    assert "present champion" in other.refusal
    # The champion has seen all these claims: its twin, which has not, answers for it.
    test = trained.evaluation.periods[2]
    assert f"its judged twin, on {test.examples:,} claims new to both" in other.refusal


def test_too_few_claims_are_refused() -> None:
    data, _ = dataset(120)
    with pytest.raises(TrainingError, match="period"):
        _learn(data)


def test_assessing_leaves_out_what_the_model_learned_from(
    world: tuple[Dataset, dict[int, float]], trained: Trained
) -> None:
    data, truth = world
    made = assess(
        data, trained.model, "v", as_of=None, progress=SILENT, truth=truth, twin=trained.judged,
        seed=3,
    )  # fmt: skip
    test = trained.evaluation.periods[2]
    assert made.twin
    assert made.new_to_model == 0
    assert made.evaluation.periods[0].first == test.first
    assert made.evaluation.overall.auroc.value == trained.evaluation.overall.auroc.value
    assert made.evaluation.peers["ceiling"] == trained.evaluation.peers["ceiling"]
    assert made.seen is not None
    assert made.seen.examples > made.evaluation.overall.examples
    assert not made.only_seen


def test_assessing_old_claims_alone_says_that_it_is_no_test(
    trained: Trained, capsys: pytest.CaptureFixture[str]
) -> None:
    data, _ = dataset(days=200)
    made = assess(data, trained.model, "version 1", as_of=None, progress=SILENT)
    assert made.only_seen
    show_assessment(made, console())
    assert "no test of it" in capsys.readouterr().out


def test_an_earlier_day_of_judgement_knows_less(
    world: tuple[Dataset, dict[int, float]], trained: Trained
) -> None:
    data, _ = world
    now = assess(data, trained.judged, "v", as_of=None, progress=SILENT)
    then = assess(data, trained.judged, "v", as_of=dt.date(2023, 2, 1), progress=SILENT)
    assert then.evaluation.overall.examples == now.evaluation.overall.examples
    assert then.evaluation.overall.auroc.value < now.evaluation.overall.auroc.value


def test_the_printed_evaluation_is_plain_in_a_pipe(
    trained: Trained, capsys: pytest.CaptureFixture[str]
) -> None:
    show(trained.evaluation, console())
    told = capsys.readouterr().out
    assert told.isascii()
    assert max(len(line) for line in told.splitlines()) <= 110
    for words in (
        "AUROC",
        "logistic",
        "ceiling",
        "PAYER AAA",
        "Left out:",
        "alone; the model has",
        "Calibrated by",
        "Judged: trained on",
        "Registered: the same recipe fitted again on all",
        "Gates before a promotion",
        "not asked",
    ):
        assert words in told
