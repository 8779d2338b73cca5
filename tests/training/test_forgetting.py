"""Forgetting: as if a payer or a procedure had never been met, and nothing else."""

from __future__ import annotations

from dataclasses import fields
from typing import cast

import numpy as np
import pytest
from invented_data import dataset

from claims.progress import SILENT
from features.frame import Frame
from features.history import History
from features.likeness import likeness
from models.denial import DenialModel
from models.interval import EDGES
from models.support import NONE, THIN, levels
from training.forgetting import forgotten, without_payer, without_procedures
from training.prepare import prepare


class Sure:
    """A model that gives every claim the same probability, and counts them."""

    def __init__(self) -> None:
        self.asked = 0

    def scores(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        self.asked += len(values)
        return np.zeros(len(values)), np.full(len(values), 0.25)


@pytest.fixture(scope="module")
def late() -> tuple[Frame, History]:
    """The last claims of a practice, and its history."""
    made = prepare(dataset()[0], SILENT)
    last = made.examples.rows[np.argsort(made.examples.day, kind="stable")[-300:]]
    return made.frame.take(np.sort(last)), made.history


def test_only_the_payer_or_the_procedures_are_forgotten(late: tuple[Frame, History]) -> None:
    frame, history = late
    for forget, changed in ((without_payer, "payer"), (without_procedures, "procedure")):
        made = forget(frame)
        for field in fields(Frame):
            same = (getattr(made, field.name) == getattr(frame, field.name)).all()
            assert same == (field.name != changed)
    assert set(levels(likeness(without_payer(frame), history)).tolist()) == {NONE}
    assert THIN in levels(likeness(without_procedures(frame), history))
    assert (likeness(without_procedures(frame), history).procedure == 0).all()
    bare = frame.replace(procedure=np.zeros_like(frame.procedure))
    assert (without_procedures(bare).procedure == 0).all()


def test_each_claim_is_asked_both_ways(
    late: tuple[Frame, History], monkeypatch: pytest.MonkeyPatch
) -> None:
    frame, history = late
    denied, group = np.arange(len(frame)) % 5 == 0, np.arange(len(frame)) % 7
    model = Sure()
    said = forgotten(cast("DenialModel", model), frame, history, denied, group, 1, SILENT)
    assert model.asked == len(said.group) == 2 * len(frame)
    assert said.denied.tolist() == [*denied.tolist(), *denied.tolist()]
    first, second = said.group[: len(frame)], said.group[len(frame) :]
    assert not set(first.tolist()) & set(second.tolist())
    assert len(set(first.tolist())) == 7
    assert set(said.row[: len(frame)].tolist()) == {EDGES.index(-1)}
    assert EDGES.index(0) in said.row[len(frame) :]
    monkeypatch.setattr("training.forgetting._MOST", 100)
    few = forgotten(cast("DenialModel", model), frame, history, denied, group, 1, SILENT)
    assert len(few.group) == 200
