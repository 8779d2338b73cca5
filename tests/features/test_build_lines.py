"""The rows of lines: a line alone is its claim; a claim's worst line is what the claim shows."""

from __future__ import annotations

import numpy as np
import pytest
from worlds import random_frame, random_labels

from features.build import build
from features.build_lines import LINE_NAMES, build_lines
from features.catalog import FEATURES, NAMES, PLACE
from features.facts import OF_CLAIM
from features.frame import Frame
from features.history import History
from features.kinds import LINE_KINDS

World = tuple[Frame, History]


@pytest.fixture(scope="module")
def world() -> World:
    rng = np.random.default_rng(3)
    frame = random_frame(rng, 300, least_lines=0)
    return frame, History.build(frame, random_labels(rng, frame))


def test_a_claim_of_one_line_is_its_line(world: World) -> None:
    frame, history = world
    alone = np.flatnonzero(np.diff(frame.starts) == 1)
    assert len(alone) > 10
    single = frame.take(alone)
    np.testing.assert_array_equal(
        build_lines(single, history)[:, : len(NAMES)], build(single, history)
    )


def test_a_claim_takes_the_highest_rate_and_the_lowest_share_of_its_lines(world: World) -> None:
    frame, history = world
    claims, lines = build(frame, history), build_lines(frame, history)
    for place in range(len(frame)):
        rows = lines[frame.starts[place] : frame.starts[place + 1]]
        if not len(rows):
            continue
        for feature in FEATURES:
            if feature.kind not in LINE_KINDS.place or feature.measure not in ("rate", "share"):
                continue
            found = rows[:, PLACE[feature.name]]
            wanted = found.max() if feature.measure == "rate" else found.min()
            assert claims[place, PLACE[feature.name]] == wanted, feature.name


def test_a_line_is_the_same_in_any_batch(world: World) -> None:
    frame, history = world
    whole = build_lines(frame, history)
    for place in range(0, len(frame), 37):
        one = build_lines(frame.take(np.array([place])), history)
        np.testing.assert_array_equal(one, whole[frame.starts[place] : frame.starts[place + 1]])


def test_what_only_the_claim_can_tell_is_the_claims(world: World) -> None:
    frame, history = world
    claims, lines = build(frame, history), build_lines(frame, history)
    for name in OF_CLAIM:
        np.testing.assert_array_equal(lines[:, PLACE[name]], claims[frame.line_claim, PLACE[name]])
    position = lines[:, LINE_NAMES.index("line_position")]
    np.testing.assert_array_equal(
        position, np.arange(len(lines)) - frame.starts[frame.line_claim] + 1
    )
