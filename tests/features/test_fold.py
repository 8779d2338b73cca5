from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "models"))

from invented import Outcomes, Practice, practice

from features.build import build
from features.frame import Frame
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


def relabelled(world: Practice, rows: np.ndarray) -> Outcomes:
    """The outcomes as they would be if those of ``rows`` had not arrived yet."""
    whole = world.outcomes
    waiting = np.zeros(len(whole.outcome), np.bool_)
    waiting[rows] = True
    lines = waiting[world.frame.line_claim]
    return Outcomes(
        whole.example & ~waiting,
        np.where(waiting, -1, whole.outcome).astype(np.int8),
        np.where(waiting, -1, whole.category).astype(np.int8),
        whole.carc,
        np.where(waiting, 2**31 - 1, whole.known_on).astype(np.int32),
        np.where(lines, -1, whole.line_denied).astype(np.int8),
        np.where(lines, -1, whole.line_category).astype(np.int8),
    )


def taken(outcomes: Outcomes, frame: Frame, rows: np.ndarray) -> Outcomes:
    lines = np.isin(frame.line_claim, rows)
    return Outcomes(
        outcomes.example[rows], outcomes.outcome[rows], outcomes.category[rows],
        outcomes.carc[rows], outcomes.known_on[rows],
        outcomes.line_denied[lines], outcomes.line_category[lines],
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_answers_that_come_later_are_as_if_they_had_always_been_there(
    world: Practice, seed: int
) -> None:
    random = np.random.default_rng(seed)
    late = random.choice(len(world.frame), 60, replace=False)
    before = relabelled(world, late)
    # What is told anew: all claims of the members whose claims were answered.
    rows = np.flatnonzero(np.isin(world.frame.member, world.frame.member[late]))
    part = world.frame.take(rows)
    gone = History.build(part, taken(before, world.frame, rows))
    news = History.build(part, taken(world.outcomes, world.frame, rows))
    base = History.build(world.frame, before)
    assert base.digest != world.history.digest
    folded = base.folded(news, without=gone)
    assert folded.digest == world.history.digest
    assert folded.folded(gone, without=news).digest == base.digest


def test_what_is_taken_out_leaves_nothing(world: Practice) -> None:
    assert world.history.folded(History.empty(), world.history).digest == History.empty().digest


@pytest.mark.parametrize("seed", range(3))
def test_a_history_does_not_depend_on_the_order_of_its_claims(world: Practice, seed: int) -> None:
    rows = np.random.default_rng(seed).permutation(len(world.frame))
    starts = world.frame.starts
    lines = np.concatenate([np.arange(starts[row], starts[row + 1]) for row in rows])
    whole = world.outcomes
    shuffled = Outcomes(
        whole.example[rows], whole.outcome[rows], whole.category[rows], whole.carc[rows],
        whole.known_on[rows], whole.line_denied[lines], whole.line_category[lines],
    )  # fmt: skip
    assert History.build(world.frame.take(rows), shuffled).digest == world.history.digest
