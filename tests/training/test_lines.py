"""Lines: the one that is always denied comes first; sampling keeps what lines stand for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from invented_data import dataset, dataset_of_lines

from claims.progress import SILENT
from features.build_lines import build_lines
from features.hashing import code_hash
from models.denial import DenialModel
from models.lines import of_lines
from training import lines as of_training
from training.assess import assess
from training.boosters import Settings
from training.evaluation import Evaluation
from training.examples import Known
from training.learn import Learned, learn
from training.line_figures import line_figures
from training.lines import Lines, known_lines, lines_of, rehearse
from training.prepare import Prepared, prepare
from training.report import console, show
from training.splits import split

SMALL = Settings(seed=3, trees=40, threads=1)


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    return prepare(dataset_of_lines(), SILENT)


@pytest.fixture(scope="module")
def learned(prepared: Prepared) -> Learned:
    return learn(prepared, len(prepared.frame), "sha256:0", SMALL, SILENT)


@pytest.fixture(scope="module")
def lines(prepared: Prepared) -> Lines:
    found = lines_of(prepared, SMALL, SILENT)
    assert found is not None
    return found


def _shown(learned: Learned, prepared: Prepared, model: DenialModel) -> tuple[np.ndarray, ...]:
    rows = learned.examples.rows[learned.split.test]
    frame = prepared.frame.take(rows)
    whole = model.predict(learned.test_values).probability
    return frame, whole, of_lines(model.lines, frame, prepared.history, whole)


def test_the_line_that_is_always_denied_is_ranked_first(
    learned: Learned, prepared: Prepared
) -> None:
    frame, whole, shown = _shown(learned, prepared, learned.judged.model)
    therapy = frame.procedure == np.uint64(code_hash("97110"))
    sizes = np.diff(frame.starts)
    asked = (np.bincount(frame.line_claim, therapy, len(frame)) == 1) & (sizes > 1)
    assert asked.sum() > 50
    for claim in np.flatnonzero(asked):
        of = slice(frame.starts[claim], frame.starts[claim + 1])
        assert therapy[of][np.argmax(shown[of])]
    assert (shown <= whole[frame.line_claim]).all()
    assert (shown[(sizes == 1)[frame.line_claim]] == whole[sizes == 1]).all()


def test_the_figures_are_those_of_the_lines_as_they_are_shown(
    learned: Learned, prepared: Prepared
) -> None:
    made = learned.evaluation.lines
    assert made is not None
    frame, _, shown = _shown(learned, prepared, learned.judged.model)
    several = np.diff(frame.starts) > 1
    assert made.claims == several.sum()
    assert made.figures.examples == several[frame.line_claim].sum()
    assert made.figures.auroc.value > 0.9 > made.by_claim
    assert made.first.value > 0.85
    assert 0.25 < made.chance < 0.55
    kept = np.isin(prepared.frame.line_claim, learned.examples.rows[learned.split.test])
    denied = prepared.labels.line_denied[kept][several[frame.line_claim]]
    brier = float(((shown[several[frame.line_claim]] - (denied > 0)) ** 2).mean())
    assert made.figures.brier.value == pytest.approx(brier, abs=1e-12)
    kept_figures = learned.evaluation.metrics()
    assert kept_figures["test.lines.auroc"] == made.figures.auroc.value
    assert kept_figures["test.lines.first"] == made.first.value
    assert kept_figures["test.lines.first_by_chance"] == made.chance


def test_an_existing_model_is_judged_by_its_lines_too(
    learned: Learned, capsys: pytest.CaptureFixture[str]
) -> None:
    data = dataset_of_lines()
    found = assess(data, learned.judged.model, "v", as_of=None, progress=SILENT, seed=SMALL.seed)
    assert found.evaluation.lines == learned.evaluation.lines
    show(found.evaluation, console())
    told = capsys.readouterr().out
    assert "claims with several" in told
    assert "the likeliest line is a denied one" in told


def test_same_data_same_lines_whatever_the_threads(learned: Learned, prepared: Prepared) -> None:
    again = learn(prepared, 0, "sha256:0", replace(SMALL, threads=2), SILENT)
    assert again.judged.model.digest == learned.judged.model.digest
    assert again.registered.model.digest == learned.registered.model.digest
    files = learned.registered.model._files
    assert files["lines.txt"] != learned.judged.model._files["lines.txt"]
    assert files["line_calibration.json"] != learned.judged.model._files["line_calibration.json"]


def test_what_is_learned_later_teaches_the_judged_lines_nothing(
    learned: Learned, prepared: Prepared
) -> None:
    of = learned.split
    late = prepared.labels.known_on >= of.test_starts
    turned = replace(prepared.labels, line_denied=prepared.labels.line_denied.copy())
    hit = late[prepared.frame.line_claim]
    turned.line_denied[hit] = 1 - turned.line_denied[hit]
    changed = replace(prepared, labels=turned)
    honest = rehearse(prepared, of.folds[-1], SMALL, SILENT)
    other = rehearse(changed, of.folds[-1], SMALL, SILENT)
    assert honest is not None
    assert other is not None
    assert hit.sum() > 500
    assert other.rounds == honest.rounds
    parts = [one.fit(of.train, SILENT).files() for one in (honest, other)]
    assert parts[0] == parts[1]


def test_claims_of_one_line_need_no_model_of_lines() -> None:
    data, _ = dataset(1_500)
    made = learn(prepare(data, SILENT), 0, "sha256:0", replace(SMALL, trees=5), SILENT)
    assert made.registered.model.lines is None
    assert made.evaluation.lines is None
    assert not [name for name in made.evaluation.metrics() if "lines" in name]


def test_too_few_lines_make_no_model(prepared: Prepared) -> None:
    fold = split(prepared.examples).folds[-1]
    tiny = replace(fold, later=Known(fold.later.places[:30], fold.later.weight[:30]))
    assert rehearse(prepared, tiny, SMALL, SILENT) is None


def test_sampled_lines_stand_for_all(lines: Lines) -> None:
    every = np.arange(len(lines.examples))
    weight = np.random.default_rng(1).uniform(1, 3, len(every))
    known = Known(every, weight)
    all_lines, all_weight = known_lines(lines, known)
    some, heavy = known_lines(lines, known, most=2_500)
    assert len(some) < 0.6 * len(all_lines)
    denied = lines.denied[all_lines] > 0
    hit = lines.denied[some] > 0
    assert hit.sum() == denied.sum()
    assert heavy[hit].sum() == pytest.approx(all_weight[denied].sum(), rel=1e-9)
    assert heavy[~hit].sum() == pytest.approx(all_weight[~denied].sum(), rel=0.05)
    assert (np.diff(some) > 0).all()


def test_features_are_built_for_the_lines_asked_alone(
    lines: Lines, prepared: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = build_lines(prepared.frame, prepared.history)
    asked = np.sort(np.random.default_rng(2).choice(len(every), 900, replace=False))
    monkeypatch.setattr(of_training, "_CHUNK", 64)
    monkeypatch.setattr(of_training, "_TAKEN", 256)
    built = of_training._built(prepared.frame, prepared.history, prepared.frame.starts, asked)
    assert built.tobytes() == every[asked].tobytes()
    kept = asked[np.isin(asked, lines.kept_lines)]
    assert lines.values(kept).tobytes() == every[kept].tobytes()


def test_equal_lines_are_as_good_as_chance() -> None:
    of = np.repeat(np.arange(3), (2, 3, 2))
    denied = np.array([1, 0, 0, 1, 1, -1, 1], np.int8)
    whole = np.array([0.5, 0.3, 0.2])
    level = line_figures(whole[of], whole, denied, of, 1)
    assert level is not None
    # The third claim has a line that nobody knows of.
    assert level.mixed == 2
    assert level.first.value == pytest.approx(level.chance) == pytest.approx((1 / 2 + 2 / 3) / 2)
    assert level.figures.examples == 6
    best = np.where(denied > 0, 1.0, 0.5) * whole[of]
    right = line_figures(best, whole, denied, of, 1)
    assert right is not None
    assert right.first.value == 1.0
    assert line_figures(whole[of], whole, np.full(7, -1, np.int8), of, 1) is None


def test_an_evaluation_without_lines_says_so(learned: Learned) -> None:
    without: Evaluation = replace(learned.evaluation, lines=None)
    assert without.to_json()["lines"] is None
    kept = learned.evaluation.to_json()["lines"]
    assert isinstance(kept, dict)
    assert kept["mixed"] > 0
