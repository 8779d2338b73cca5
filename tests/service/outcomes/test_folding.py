from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from arriving import Practice, dataset, fold, history_of, post, post_together, train

from features import running
from features.build import build
from features.frame import Frame
from features.history import History
from service.outcomes import folding
from service.outcomes.store import Added, OutcomeStore


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "var"


@pytest.fixture
def store(home: Path) -> Iterator[OutcomeStore]:
    store = OutcomeStore(home)
    yield store
    store.close()


def test_what_arrives_is_as_if_it_had_always_been_there(
    home: Path, store: OutcomeStore, files: Practice
) -> None:
    base = train(home, files.early)
    post_together(home, store, files.late)
    assert folding.waiting(home, store)
    whole = history_of(home, files.every)
    assert fold(home, store) == whole.digest != base.digest
    assert not folding.waiting(home, store)
    found = dataset(home, files.every)
    frame = Frame.from_tables(found.claims, found.lines)
    later = frame.as_of_days(np.int32(whole.until + 1))
    now = History.open(running.place(home))
    for asked in (frame, later):
        assert build(asked, now).tobytes() == build(asked, whole).tobytes()
    assert build(later, now).tobytes() != build(later, base).tobytes()


@pytest.mark.parametrize("seed", range(2))
def test_the_order_and_how_often_make_no_difference(
    home: Path, store: OutcomeStore, files: Practice, seed: int
) -> None:
    dice = random.Random(seed)
    train(home, files.early)
    # Some files come twice, some were part of the training, and between any two it may be folded.
    arriving = [*files.late, *dice.sample(files.every, 20)]
    dice.shuffle(arriving)
    for place, path in enumerate(arriving):
        post(home, store, [path])
        if place % 40 == 0:
            fold(home, store)
    assert fold(home, store) == history_of(home, files.every).digest
    generation = store.generation()
    assert post_together(home, store, files.late) == Added(0, 0)
    assert store.generation() == generation
    assert not folding.waiting(home, store)


def test_answers_alone_are_folded_onto_the_claims_of_the_training(
    home: Path, store: OutcomeStore, files: Practice
) -> None:
    train(home, files.early)
    post_together(home, store, files.answers())
    assert fold(home, store) == history_of(home, files.early + files.answers()).digest


def test_an_answer_waits_for_its_claim(home: Path, store: OutcomeStore, files: Practice) -> None:
    claims = [path for path in files.every if path.suffix == ".837"]
    before = train(home, claims[:3])
    answers = [path for path in files.every if path.suffix == ".835"]
    sent = history_of(home, claims[:3] + answers)
    post_together(home, store, answers)
    assert fold(home, store) == sent.digest
    assert sent.digest != before.digest
    post_together(home, store, claims[3:])
    assert fold(home, store) == history_of(home, files.every).digest


def test_a_training_neither_loses_nor_counts_twice_what_was_posted(
    home: Path, store: OutcomeStore, files: Practice
) -> None:
    train(home, files.early)
    post_together(home, store, files.late[: len(files.late) // 2])
    folded = fold(home, store)
    # It read some of what was posted, and not all.
    new = train(home, files.early + files.late[:20])
    assert History.open(running.place(home)).digest == folded != new.digest
    assert folding.waiting(home, store)
    assert fold(home, store) == folded
    post_together(home, store, files.late)
    assert fold(home, store) == history_of(home, files.every).digest
    train(home, files.every)
    assert fold(home, store) == history_of(home, files.every).digest
    held = store.held()
    assert not held.claims
    assert not held.remittances
    assert post_together(home, store, files.late) == Added(0, 0)


def test_what_grew_large_becomes_the_base(
    home: Path, store: OutcomeStore, files: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folding, "_LEAST", 50)
    train(home, files.early)
    first = running.base(home)
    post_together(home, store, files.late)
    whole = history_of(home, files.every)
    assert fold(home, store) == whole.digest
    second = running.base(home)
    assert first is not None
    assert second is not None
    assert second.name != first.name
    assert not store.held().remittances
    assert not folding.waiting(home, store)
    post_together(home, store, files.every)
    assert fold(home, store) == whole.digest


def test_without_tables_it_is_said_and_kept(
    home: Path, store: OutcomeStore, files: Practice
) -> None:
    post_together(home, store, files.late)
    assert not folding.waiting(home, store)
    with pytest.raises(folding.FoldError, match="preclear train"):
        fold(home, store)
    train(home, files.early)
    assert fold(home, store) == history_of(home, files.every).digest


def test_one_folds_at_a_time(home: Path, store: OutcomeStore) -> None:
    with folding.turn(home, wait=True) as first, folding.turn(home, wait=False) as second:
        assert first
        assert not second
    with folding.turn(home, wait=False) as mine:
        assert mine


def test_a_training_folds_what_was_posted_before(
    home: Path, store: OutcomeStore, files: Practice
) -> None:
    folding.catch_up(home)  # nothing was trained or posted yet
    train(home, files.early)
    post_together(home, store, files.late)
    fold(home, store)
    train(home, files.early + files.late[:10])
    folding.catch_up(home)
    now = History.open(running.place(home))
    assert now.digest == history_of(home, files.every).digest
    assert not folding.waiting(home, store)
