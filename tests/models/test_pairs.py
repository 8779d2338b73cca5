"""Two mends at once: both are on the claim, nothing else is, and what both leave is counted."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import Practice
from mending import UNTOUCHABLE, claims_to_mend, prediction

from claims.categories import CATEGORY_CODE
from features.frame import CLAIM_COLUMNS, LINE_COLUMNS, Frame
from models.mends import MENDS
from models.pairs import Part, Wanted, pairs
from models.removal import without

PARTS: list[Part] = sorted({(mend.action, mend.path) for mend in MENDS})


@pytest.fixture(scope="module")
def some(world: Practice) -> Frame:
    """Claims of the practice with the facts that mends look at made random."""
    return claims_to_mend(world)


def _sets(part: Part) -> set[str]:
    return {name for mend in MENDS if (mend.action, mend.path) == part for name in mend.sets}


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 299), st.sampled_from(list(permutations(PARTS, 2)))),
        min_size=1,
        max_size=6,
    )
)
def test_two_mends_change_what_they_name_and_nothing_clinical(
    some: Frame, asked: list[tuple[int, tuple[Part, Part]]]
) -> None:
    wanted = [Wanted(row, first, second) for row, (first, second) in asked]
    made = pairs(some, wanted, MENDS)
    if made is None:
        return
    plain = some.take(np.array([one.row for one in made.asked]))
    for name in (*CLAIM_COLUMNS, *LINE_COLUMNS):
        before, after = getattr(plain, name), getattr(made.frame, name)
        assert before.dtype == after.dtype
        differs = before != after
        if name in UNTOUCHABLE:
            assert not differs.any(), name
        of = np.arange(len(made)) if name in CLAIM_COLUMNS else made.frame.line_claim
        for place in np.unique(of[differs]):
            assert name in _sets(made.asked[place].first) | _sets(made.asked[place].second)


def test_every_two_parts_can_be_tried_together_somewhere(some: Frame) -> None:
    wanted = [
        Wanted(row, first, second)
        for first, second in permutations(PARTS, 2)
        for row in range(0, 300, 4)
    ]
    made = pairs(some, wanted, MENDS)
    assert made is not None
    assert {one.pair for one in made.asked} == {
        (first[0], second[0]) for first, second in permutations(PARTS, 2)
    }


def test_both_are_on_the_claim(some: Frame) -> None:
    first: Part = ("obtain_authorization", "authorization.number")
    second: Part = ("obtain_referral", "referral_number")
    lacking = np.flatnonzero(
        np.isin(np.arange(300), some.line_claim[~some.line_authorization])
        & np.isin(np.arange(300), some.line_claim[~some.line_referral])
    )
    made = pairs(some, [Wanted(int(lacking[0]), first, second)], MENDS)
    assert made is not None
    assert made.frame.line_authorization.all()
    assert made.frame.line_referral.all()
    assert made.prevents == [(CATEGORY_CODE["authorization"],)]


def test_what_cannot_be_tried_is_not(some: Frame) -> None:
    assert pairs(some, [], MENDS) is None
    whole = some.replace(attachments=np.ones(300, np.int16))
    wanted = [
        Wanted(0, ("attach_documentation", "attachments"), ("prove_timely_filing", "delay_reason"))
    ]
    assert pairs(whole, wanted, MENDS) is None


def test_each_takes_its_own_category_away(some: Frame) -> None:
    first: Part = ("obtain_authorization", "authorization.number")
    second: Part = ("attach_documentation", "attachments")
    row = next(
        row
        for row in range(300)
        if not some.line_authorization[some.line_claim == row].all() and some.attachments[row] == 0
    )
    made = pairs(some, [Wanted(row, first, second)], MENDS)
    assert made is not None
    assert len(made) == 1
    random = np.random.default_rng(4)
    before, after = prediction(random, 300), prediction(random, 1)
    places = [CATEGORY_CODE["authorization"], CATEGORY_CODE["documentation"]]
    after.probability[:] = before.probability[row]
    after.category_probability[:] = before.category_probability[row]
    usual = np.full((300, 14), 0.1)
    risk = float(before.probability[row])
    same = made.tested(before, after, usual)[row]["obtain_authorization", "attach_documentation"]
    assert same == pytest.approx(risk)
    after.category_probability[:, places] = 0.0
    gone = made.tested(before, after, usual)[row]["obtain_authorization", "attach_documentation"]
    part = float(before.category_probability[row, places].sum())
    assert gone == pytest.approx(min(without(risk, part, 0.1), risk))
    after.probability[:] = 0.001
    least = made.tested(before, after, usual)[row]["obtain_authorization", "attach_documentation"]
    assert least == 0.001
