"""What resembles a claim is counted as the features count, but by the least known line."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from worlds import random_frame, random_labels

from features.build_lines import LINE_NAMES, build_lines
from features.frame import Frame
from features.history import History
from features.known import look_up
from features.likeness import Likeness, likeness, likeness_of

World = tuple[Frame, History]
NAMES = tuple(field.name for field in fields(Likeness))


@pytest.fixture(scope="module")
def world() -> World:
    rng = np.random.default_rng(5)
    frame = random_frame(rng, 300, least_lines=0)
    return frame, History.build(frame, random_labels(rng, frame))


def _same(left: Likeness, right: Likeness) -> bool:
    return all((getattr(left, name) == getattr(right, name)).all() for name in NAMES)


def test_the_counts_are_those_of_the_features(world: World) -> None:
    """Lines one by one are the features' own counts; of a claim they are the least of its lines."""
    frame, history = world
    found, lines = likeness(frame, history), build_lines(frame, history)
    column = {name: lines[:, place] for place, name in enumerate(LINE_NAMES)}
    bare = frame.procedure == 0
    similar = np.where(bare, column["payer_revenue_seen"], column["payer_procedure_seen"])
    procedure = np.where(bare, column["payer_revenue_seen"], column["procedure_seen"])
    near = np.maximum(np.maximum(similar, procedure), column["payer_procedure_range_seen"])
    starts, several = frame.starts, 0
    for row in range(len(frame)):
        own = slice(starts[row], starts[row + 1])
        for name, counts in (("similar", similar), ("procedure", procedure), ("resembling", near)):
            assert getattr(found, name)[row] == min(counts[own], default=0)
        several += len(set(similar[own].tolist())) > 1
        if starts[row] == starts[row + 1]:
            continue
        named = frame.rendering[row] != 0
        at = starts[row]
        assert found.payer[row] == column["payer_seen"][at]
        assert found.location[row] == column["payer_location_seen"][at]
        assert found.provider[row] == (column["payer_rendering_seen"][at] if named else -1)
        assert found.provider_anywhere[row] == (column["rendering_seen"][at] if named else -1)
    assert several > 20


def test_one_claim_at_a_time_counts_the_same(world: World) -> None:
    frame, history = world
    together = likeness(frame, history)
    for row in range(len(frame)):
        assert _same(likeness(frame.take(np.array([row])), history), together.take(np.array([row])))


def test_what_was_looked_up_for_the_features_counts_the_same(world: World) -> None:
    frame, history = world
    assert _same(likeness_of(look_up(frame, history)), likeness(frame, history))


def test_chunks_count_the_same(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    frame, history = world
    together = likeness(frame, history)
    for module in ("likeness", "known"):
        monkeypatch.setattr(f"features.{module}.CHUNK", 37)
    assert _same(likeness(frame, history), together)


def test_an_empty_history_resembles_nothing(world: World) -> None:
    found = likeness(world[0], History.empty())
    assert all((getattr(found, name) <= 0).all() for name in NAMES)


def test_nothing_answered_on_the_day_or_after_counts(world: World) -> None:
    frame, history = world
    first = int(frame.submitted.min())
    early = likeness(frame.as_of_days(first), history)
    late = likeness(frame.as_of_days(first + 10_000), history)
    assert early.payer.max() == 0
    assert (late.payer > early.payer).all()
