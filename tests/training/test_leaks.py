from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from invented_data import dataset

from claims.progress import SILENT
from features.catalog import NAMES, PLACE
from features.history import History
from training import leaks, learn, train
from training.boosters import Settings
from training.prepare import Prepared, matrix, prepare
from training.splits import split
from training.verdicts import Gate, refusal

SMALL = Settings(seed=3, trees=30, leaves=7, threads=1)


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    return prepare(dataset()[0], SILENT)


def _times(prepared: Prepared) -> Gate:
    examples = prepared.examples
    values = matrix(prepared.frame, prepared.history, examples.rows, SILENT)
    return leaks.times(prepared, examples, split(examples), values)


def test_an_honest_history_passes(prepared: Prepared) -> None:
    assert _times(prepared).verdict == "passed"


def test_a_history_by_submission_date_is_caught(prepared: Prepared) -> None:
    early = replace(prepared.labels, known_on=prepared.frame.submitted)
    planted = replace(prepared, history=History.build(prepared.frame, early))
    told = _times(planted)
    assert told.verdict == "refused"
    assert "not indexed by the day of the answer" in told.sentence


def test_a_builder_that_reads_later_outcomes_is_caught(
    prepared: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = History.build
    monkeypatch.setattr(leaks, "_recount", lambda *_: "")
    monkeypatch.setattr(
        History,
        "build",
        lambda frame, labels: honest(frame, replace(labels, known_on=frame.submitted - 1)),
    )
    told = _times(prepared)
    assert told.verdict == "refused"
    assert "knows the answer before its time" in told.sentence


def test_labels_used_before_they_were_known_are_caught(prepared: Prepared) -> None:
    every = prepared.examples
    parts = split(every)
    values = np.zeros((len(every), len(NAMES)), np.float32)
    for places, day in (
        (parts.folds[0].train.places, parts.folds[0].starts),
        (parts.folds[-1].later.places, parts.test_starts),
        (parts.train.places, parts.test_starts),
    ):
        late = every.known_on.copy()
        late[places[:7]] = day
        told = leaks.times(prepared, replace(every, known_on=late), parts, values)
        assert told.sentence.startswith("7 labels that it learned from were known only from")


def test_a_column_that_copies_the_outcome_is_caught(
    prepared: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    denied = prepared.labels.outcome >= 1

    def leaking(*words: object) -> np.ndarray:
        values = matrix(*words)  # type: ignore[arg-type]
        values[:, PLACE["age"]] = denied[words[2]]
        return values

    monkeypatch.setattr(learn, "matrix", leaking)
    learned = learn.learn(prepared, 0, "sha256:0", SMALL, SILENT)
    told = _gates(learned)
    assert told["no leak"].verdict == "refused"
    assert "age" in told["no leak"].sentence
    assert "may know the answer" in refusal(told.values())


def _gates(learned: learn.Learned) -> dict[str, Gate]:
    class Nobody:
        def resolve(self, _: str) -> object:
            from claims.errors import UserError

            raise UserError("There is no champion.")

    made = train.gated(Nobody(), learned, 1)  # type: ignore[arg-type]
    return {one.name: one for one in made.gates}


def test_a_feature_that_dies_is_caught() -> None:
    random = np.random.default_rng(1)
    gain = np.ones(len(NAMES))
    values = random.random((2_000, len(NAMES))).astype(np.float32)
    assert leaks.missing(values, values[-500:], gain).verdict == "passed"
    dead = values[-500:].copy()
    dead[:, 3] = np.nan
    told = leaks.missing(values, dead, gain)
    assert f"{NAMES[3]} is missing" in told.sentence
    dead[:, 3] = 0.25
    assert "never changes" in leaks.missing(values, dead, gain).sentence
    gain[3] = 0
    assert leaks.missing(values, dead, gain).verdict == "passed"


def test_a_rare_fact_may_be_absent_for_a_while() -> None:
    values = np.random.default_rng(1).random((2_000, len(NAMES))).astype(np.float32)
    values[:, 3] = 0
    values[:40, 3] = 1
    assert leaks.missing(values, values[-500:], np.ones(len(NAMES))).verdict == "passed"
