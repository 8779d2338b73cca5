from __future__ import annotations

import numpy as np
import pytest
from invented_data import dataset

from claims.labels import label
from features.frame import Frame
from training.examples import Examples, learnable, make, measure
from training.payers import Payers


@pytest.fixture(scope="module")
def made() -> tuple[Frame, Examples]:
    data, _ = dataset(2_000)
    frame = Frame.from_tables(data.claims, data.lines)
    return frame, make(frame, label(data), Payers.of(data.claims))


def test_every_claim_is_an_example_or_counted(made: tuple[Frame, Examples]) -> None:
    frame, examples = made
    assert len(examples) + sum(examples.dropped.values()) == len(frame)
    assert len(examples) > 1_500


def test_no_claim_to_judge_by_is_younger_than_its_payers_answers(
    made: tuple[Frame, Examples],
) -> None:
    _, examples = made
    age = examples.maturity.until - examples.day
    assert np.array_equal(examples.mature, age >= examples.maturity.by_payer[examples.payer])
    assert examples.dropped["too young for an answer"] > 0
    assert examples.dropped["old, and never answered"] > 0


def test_young_claims_that_were_answered_are_learned_from_but_not_judged_by() -> None:
    data, _ = dataset(2_000)
    frame = Frame.from_tables(data.claims, data.lines)
    labels = label(data)
    examples = make(frame, labels, Payers.of(data.claims))
    limit = examples.maturity.until - examples.maturity.by_payer.min()
    young = np.flatnonzero(examples.day > limit)
    assert len(young) > 20
    assert not examples.mature[young].any()
    learned = learnable(examples, examples.maturity.until + 1)
    assert np.isin(young, learned.places).sum() > 10
    assert (learned.weight[np.isin(learned.places, young)] > 1).any()


def test_maturity_is_not_fooled_by_the_youngest_claims() -> None:
    random = np.random.default_rng(3)
    day = random.integers(0, 400, 8_000).astype(np.int32)
    known = day + random.integers(1, 61, 8_000).astype(np.int32)
    seen = known <= 400
    payer = np.zeros(8_000, np.int32)
    found = measure(day[seen], known[seen], payer[seen], 1)
    assert found.overall in {59, 60}
    assert found.until in {399, 400}


def test_a_small_payer_leans_on_all_and_a_large_one_does_not() -> None:
    random = np.random.default_rng(4)
    payer = np.repeat([0, 1, 2], [8_000, 6_000, 20]).astype(np.int32)
    lag = np.where(payer == 1, 40, 10) + random.integers(0, 3, len(payer))
    day = random.integers(0, 1_000, len(payer)).astype(np.int32)
    found = measure(day, (day + lag).astype(np.int32), payer, 4)
    assert found.overall == 42
    assert found.by_payer[0] <= 14
    assert found.by_payer[1] == 42
    assert found.by_payer[2] > 30
    assert found.by_payer[3] == 42


def test_a_mistyped_year_does_not_move_the_end_of_the_data() -> None:
    day = np.arange(3_000, dtype=np.int32) // 10
    known = day + np.int32(7)
    known[5] = 40_000
    assert measure(day, known, np.zeros(3_000, np.int32), 1).until < 320


def test_nothing_answered_gives_no_example() -> None:
    data, _ = dataset(50)
    frame = Frame.from_tables(data.claims, data.lines)
    labels = label(data)
    labels.example[:] = False
    assert len(make(frame, labels, Payers.of(data.claims))) == 0


def test_replacements_and_undated_claims_are_counted_by_reason() -> None:
    data, _ = dataset(1_000)
    frame = Frame.from_tables(data.claims, data.lines)
    labels = label(data)
    original, submitted = frame.original.copy(), frame.submitted.copy()
    original[:7] = False
    submitted[7:10] = np.iinfo(np.int32).min
    labels.example[:10] = False
    changed = frame.replace(original=original, submitted=submitted)
    examples = make(changed, labels, Payers.of(data.claims))
    assert examples.dropped["a replacement or a void (frequency 7 or 8)"] == 7
    assert examples.dropped["without a submission date"] == 3


def test_payers_are_known_by_id_and_shown_by_their_commonest_name() -> None:
    import pyarrow as pa

    table = pa.table({"payer_id": ["2", "1", "2", "2", ""], "payer_name": ["b", "a", "B", "B", ""]})
    payers = Payers.of(table)
    assert payers.names == ("(no payer)", "a (1)", "B (2)")
    assert payers.place.tolist() == [2, 1, 2, 2, 0]
