from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "models"))

from invented import Outcomes, Practice, practice

from features.build import build
from features.history import History


@pytest.fixture(scope="module")
def world() -> Practice:
    return practice(800)


def part(world: Practice, rows: np.ndarray) -> History:
    lines = np.isin(world.frame.line_claim, rows)
    whole = world.outcomes
    outcomes = Outcomes(
        whole.example[rows], whole.outcome[rows], whole.category[rows], whole.carc[rows],
        whole.known_on[rows], whole.line_denied[lines], whole.line_category[lines],
    )  # fmt: skip
    return History.build(world.frame.take(rows), outcomes)


def halves(world: Practice) -> tuple[np.ndarray, np.ndarray]:
    """Claims of two groups of members, so that neither lies in the other's past."""
    even = world.frame.member % np.uint64(2) == 0
    return np.flatnonzero(even), np.flatnonzero(~even)


def test_two_histories_folded_are_the_history_of_both(world: Practice) -> None:
    first, second = halves(world)
    folded = part(world, first).folded(part(world, second))
    whole = part(world, np.sort(np.concatenate([first, second])))
    assert folded.digest == whole.digest
    assert folded.until == whole.until
    values = build(world.frame, folded)
    assert values.tobytes() == build(world.frame, whole).tobytes()


def test_folding_nothing_changes_nothing(world: Practice) -> None:
    history = world.history
    assert history.folded(History.empty()).digest == history.digest
    assert History.empty().folded(history).digest == history.digest


def test_a_claim_sent_again_is_seen_once_both_are_folded(world: Practice) -> None:
    first, second = halves(world)
    history = part(world, first)
    later = world.frame.take(first[:1])
    sent = int(later.submitted[0])
    again = replace(later, claim_key=later.claim_key + np.uint64(1), as_of=later.as_of + 400)
    before = build(again, part(world, second))
    after = build(again, part(world, second).folded(history))
    assert sent > 0
    assert (before != after).any()
