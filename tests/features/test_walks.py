"""Walks over the lines of claims, beside what looking at each claim by hand finds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import random_frame, random_labels

from features.frame import Frame
from features.history import History
from features.key_columns import companions
from features.known import Known, look_up
from features.segments import Segments
from features.walks import count_again, take_worst

SIZES = st.lists(st.integers(0, 4), max_size=8)


def _starts(sizes: list[int]) -> np.ndarray:
    return np.cumsum([0, *sizes])


@given(SIZES, st.integers(0, 2**32 - 1))
def test_the_worst_line_is_the_first_of_the_highest(sizes: list[int], seed: int) -> None:
    starts, rng = _starts(sizes), np.random.default_rng(seed)
    lines, claims = int(starts[-1]), len(sizes)
    # Few values, so that lines tie.
    rate, recent = rng.integers(0, 3, (2, 3, lines)) / 4
    seen, share = rng.integers(0, 9, (3, lines)), rng.integers(0, 3, (2, lines)) / 4
    worst, lately, least = np.empty((3, claims)), np.empty((3, claims)), np.empty((2, claims))
    counts = np.empty((3, claims), np.int64)
    take_worst(rate, recent, seen, share, starts, worst, lately, counts, least)
    for claim in range(claims):
        own = slice(starts[claim], starts[claim + 1])
        if not sizes[claim]:
            assert np.isnan([*worst[:, claim], *lately[:, claim], *least[:, claim]]).all()
            assert (counts[:, claim] == 0).all()
            continue
        for kind in range(3):
            at = starts[claim] + int(np.argmax(rate[kind, own]))
            assert worst[kind, claim] == rate[kind, at]
            assert lately[kind, claim] == recent[kind, at]
            assert counts[kind, claim] == seen[kind, at]
        assert (least[:, claim] == share[:, own].min(axis=1)).all()


@given(SIZES, st.integers(0, 2**32 - 1))
def test_lines_that_say_the_same_again_are_counted(sizes: list[int], seed: int) -> None:
    starts, rng = _starts(sizes), np.random.default_rng(seed)
    codes = rng.integers(0, 2, (3, int(starts[-1]))).astype(np.uint64)
    day = rng.integers(0, 2, int(starts[-1])).astype(np.int32)
    found = np.empty(len(sizes), np.int64)
    count_again(codes[0], codes[1], codes[2], day, starts, found)
    for claim, size in enumerate(sizes):
        own = range(starts[claim], starts[claim + 1])
        said = {(*codes[:, line].tolist(), int(day[line])) for line in own}
        assert found[claim] == size - len(said)


def _world() -> tuple[Frame, Known]:
    rng = np.random.default_rng(7)
    frame = random_frame(rng, 200, least_lines=0)
    # Lines as dear as one another too.
    frame = frame.replace(line_charge=frame.line_charge // 10_000)
    history = History.build(frame, random_labels(rng, frame))
    return frame, look_up(frame, history)


def test_a_companion_is_the_dearest_other_line() -> None:
    frame, _ = _world()
    found, starts, ties = companions(frame, Segments(frame.starts)), frame.starts, 0
    for line, claim in enumerate(frame.line_claim.tolist()):
        others = [one for one in range(starts[claim], starts[claim + 1]) if one != line]
        charges = [int(frame.line_charge[one]) for one in others]
        ties += len(set(charges)) < len(charges)
        dearest = others[int(np.argmax(charges))] if others else -1
        assert found[line] == (frame.procedure[dearest] if others else 0)
    assert ties > 10


def test_what_was_looked_up_of_the_first_claims_is_theirs() -> None:
    frame, known = _world()
    some = frame.take(np.arange(60))
    first = known.first(some)
    assert known.first(frame) is known
    assert first.frame is some
    assert (first.lines.starts == some.starts).all()
    for name in ("rate", "recent", "seen", "share"):
        of_claims, of_lines = getattr(first.of_claims, name), getattr(first.of_lines, name)
        assert of_claims.shape[1] == 60
        assert of_lines.shape[1] == len(some.line_claim)
        np.testing.assert_array_equal(of_claims, getattr(known.of_claims, name)[:, :60])
    assert len(first.before.repeats) == len(some.line_claim)
    assert len(first.before.member_days) == 60


@pytest.mark.parametrize("lines", [0, 1])
def test_claims_of_no_line_or_one_have_no_companion(lines: int) -> None:
    frame = random_frame(np.random.default_rng(1), 3, least_lines=1)
    starts = frame.starts
    one = frame.take_lines(starts[:-1][:lines])
    assert (companions(one, Segments(one.starts)) == 0).all()
