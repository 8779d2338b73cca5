"""Mends: they do what they say, to the claims they concern, and to nothing clinical, ever."""

from __future__ import annotations

from dataclasses import fields
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import Practice
from mending import UNTOUCHABLE, claims_to_mend, prediction

from claims.categories import CATEGORY_CODE, Action
from features.build import build
from features.catalog import PLACE
from features.frame import CLAIM_COLUMNS, LINE_COLUMNS, Frame
from models.denial import Prediction
from models.mends import MENDS, WAITING, Mend, mends_of
from models.removal import without
from models.whatif import LIKELY, Variants, mended, variants

MENDING = {
    "verify_eligibility", "obtain_authorization", "correct_authorization", "obtain_referral",
    "attach_documentation", "submit_now", "prove_timely_filing",
    "update_coordination_of_benefits", "complete_information",
}  # fmt: skip
"""Actions that are tried on a claim; all others change nothing at all."""
PARTS = {field.name for field in fields(Frame)}


@pytest.fixture(scope="module")
def some(world: Practice) -> Frame:
    """Claims of the practice with the facts that mends look at made random."""
    return claims_to_mend(world)


def test_names_are_of_columns() -> None:
    assert PARTS >= UNTOUCHABLE
    assert set().union(*(mend.sets for mend in MENDS)) <= PARTS - UNTOUCHABLE


@pytest.mark.parametrize("action", get_args(Action))
def test_no_action_alters_a_diagnosis_a_procedure_a_modifier_or_a_date(
    some: Frame, action: Action
) -> None:
    mends = tuple(mend for mend in MENDS if mend.action == action)
    made = variants(some, mends)
    assert (len(made) > 0) == (action in MENDING)
    plain = some.take(made.claim)
    for name in UNTOUCHABLE & {*CLAIM_COLUMNS, *LINE_COLUMNS}:
        assert (getattr(plain, name) == getattr(made.frame, name)).all(), name
    for mend in mends:
        whole = mended(some, mend)
        assert all((getattr(whole, name) == getattr(some, name)).all() for name in UNTOUCHABLE)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 299), min_size=1, max_size=12), st.permutations(MENDS))
def test_nothing_but_what_a_mend_names_is_changed(
    some: Frame, rows: list[int], mends: list[Mend]
) -> None:
    frame = some.take(np.array(rows))
    made = variants(frame, tuple(mends))
    plain = frame.take(made.claim)
    assert (made.frame.line_claim == plain.line_claim).all()
    for name in (*CLAIM_COLUMNS, *LINE_COLUMNS):
        before, after = getattr(plain, name), getattr(made.frame, name)
        assert before.dtype == after.dtype
        differs = before != after
        if name in UNTOUCHABLE:
            assert not differs.any(), name
        of = np.arange(len(made)) if name in CLAIM_COLUMNS else made.frame.line_claim
        for place in np.unique(made.mend[of[differs]]):
            assert name in mends[place].sets


def test_originals_stay_as_they_are(some: Frame) -> None:
    before = {name: getattr(some, name).copy() for name in PARTS}
    variants(some)
    assert all((getattr(some, name) == column).all() for name, column in before.items())


@pytest.mark.parametrize("mend", MENDS, ids=lambda mend: mend.name)
def test_each_mend_applies_somewhere_and_changes_a_feature(
    some: Frame, world: Practice, mend: Mend
) -> None:
    made = variants(some, (mend,))
    assert 0 < len(made) <= len(some)
    before = build(some.take(made.claim), world.history)
    after = build(made.frame, world.history)
    assert ((before != after) & ~(np.isnan(before) & np.isnan(after))).any()


def test_mends_reach_the_features_they_are_meant_for(some: Frame, world: Practice) -> None:
    def after(name: str, feature: str) -> np.ndarray:
        mend = next(mend for mend in MENDS if mend.name == name)
        return build(variants(some, (mend,)).frame, world.history)[:, PLACE[feature]]

    assert (after("authorization", "authorization_given") == 2).all()
    assert (after("referral", "referral_given") == 2).all()
    assert (after("clia", "clia_given") == 2).all()
    assert (after("attachment", "attachments") == 1).all()
    assert (after("rendering_taxonomy", "rendering_taxonomy_given") == 1).all()
    assert (after("first_payer_paid_half", "other_adjudicated") == 1).all()
    assert np.allclose(after("first_payer_paid_half", "other_paid_share"), 0.5)
    assert (after("delay_reason", "delay_reason") == 1).all()
    assert np.nanmin(after("covered_a_while", "coverage_days")) >= 0
    assert np.nanmax(after("covered_a_year", "coverage_days")) == 365
    assert np.nanmin(after("covered_a_while", "eligibility_active")) == 1
    for feature in ("days_valid_before", "days_valid_after", "units_spare"):
        assert np.nanmin(after("authorization_extended", feature)) == 0
    assert np.nanmax(after("authorization_extended", "lines_not_covered")) == 0
    assert (after("waiting", "lag_days") >= 90).all()


def test_a_mend_is_not_tried_where_there_is_nothing_to_mend(some: Frame) -> None:
    whole = some.replace(
        line_authorization=np.ones(len(some.line_claim), bool),
        attachments=np.ones(len(some), np.int16),
        rendering_given=np.ones(len(some), bool),
    )
    tried = {MENDS[place].name for place in variants(whole).mend}
    assert not tried & {"authorization", "attachment", "rendering"}


def test_facts_that_are_not_known_stay_so(some: Frame, world: Practice) -> None:
    names = ("coverage_days", "eligibility_active", "days_valid_before", "days_valid_after",
             "lines_not_covered", "units_spare")  # fmt: skip
    places = [PLACE[name] for name in names]
    for mend in MENDS:
        made = variants(some, (mend,))
        before = build(some.take(made.claim), world.history)[:, places]
        after = build(made.frame, world.history)[:, places]
        assert (np.isnan(before) == np.isnan(after)).all(), mend.name


def test_what_the_front_desk_found_is_mended_only_where_it_is_wrong(
    some: Frame, world: Practice
) -> None:
    values = build(some, world.history)
    ended = (values[:, PLACE["coverage_days"]] < 0) | (values[:, PLACE["eligibility_active"]] == 0)
    short = values[:, PLACE["lines_not_covered"]] > 0
    for name in ("days_valid_before", "days_valid_after", "units_spare"):
        short |= values[:, PLACE[name]] < 0
    for wrong, name in ((ended, "covered_a_while"), (short, "authorization_extended")):
        made = variants(some, tuple(mend for mend in MENDS if mend.name == name))
        assert made.claim.tolist() == np.flatnonzero(wrong).tolist()


def test_a_model_that_never_saw_such_facts_is_not_asked(world: Practice) -> None:
    desk = {"authorization_extended", "covered_a_while", "covered_a_year"}
    assert {mend.name for mend in MENDS} - {mend.name for mend in mends_of(())} == desk
    assert mends_of(world.model.booster.varied) == mends_of(())
    seen = {mend.name for mend in mends_of({"coverage_days"})}
    assert desk & seen == {"covered_a_while", "covered_a_year"}


def _taken(made: Variants, rows: np.ndarray) -> Variants:
    """Some of the variants."""
    return Variants(made.frame.take(rows), made.claim[rows], made.mend[rows], made.mends)


def _rows(made: Prediction, rows: np.ndarray) -> Prediction:
    return Prediction(made.raw[rows], made.probability[rows], made.category_probability[rows])


def test_the_least_favourable_assumption_counts(some: Frame) -> None:
    made, random = variants(some), np.random.default_rng(0)
    before, after = prediction(random, len(some)), prediction(random, len(made))
    usual = random.uniform(0, 0.1, (len(some), 14))
    tests = made.tested(before, after, usual)
    several = [place for place, mend in enumerate(MENDS) if mend.path == "other_payers"]
    assert len(several) == 3
    seen = 0
    for claim in np.unique(made.claim[np.isin(made.mend, several)]).tolist():
        if before.category_probability[claim, CATEGORY_CODE["coordination_of_benefits"]] < LIKELY:
            assert "update_coordination_of_benefits" not in tests[claim]
            continue
        mine = np.flatnonzero((made.claim == claim) & np.isin(made.mend, several))
        alone = [
            _taken(made, row).tested(before, _rows(after, row), usual)[claim]
            for row in mine[:, None]
        ]
        worst = max(one["update_coordination_of_benefits"]["other_payers"] for one in alone)
        assert tests[claim]["update_coordination_of_benefits"] == {"other_payers": worst}
        seen += 1
    assert seen > 5


def test_a_mend_counts_by_its_own_category_and_never_raises_the_risk(some: Frame) -> None:
    random = np.random.default_rng(2)
    mends = tuple(mend for mend in MENDS if mend.name == "authorization")
    made = variants(some, mends)
    before = prediction(random, len(some))
    place = CATEGORY_CODE["authorization"]
    usual = np.full((len(some), 14), 0.05)
    # The mend takes all of its category away, and the model finds something else instead.
    share = before.category_probability[made.claim].copy()
    share[:, place] = 0.0
    share /= share.sum(1, keepdims=True)
    after = Prediction(np.full(len(made), 3.0), np.full(len(made), 0.95), share)
    tests = made.tested(before, after, usual)
    counted = 0
    for claim in made.claim.tolist():
        if own := tests[claim].get("obtain_authorization"):
            risk, part = before.probability[claim], before.category_probability[claim, place]
            settled = without(float(risk), float(part), 0.05)
            assert own["authorization.number"] == pytest.approx(min(settled, 0.95))
            counted += 1
    assert counted > 20
    # Where scoring again leaves less, that is what is said.
    low = Prediction(after.raw, np.full(len(made), 0.001), share)
    for tried in made.tested(before, low, usual):
        for own in tried.values():
            assert own["authorization.number"] <= 0.001


def test_a_mend_counts_only_where_its_category_is_likely(some: Frame) -> None:
    random = np.random.default_rng(1)
    before, made = prediction(random, len(some)), variants(some)
    after, usual = prediction(random, len(made)), random.uniform(0, 0.1, (len(some), 14))
    fewer = variants(some, MENDS, before.category_probability)
    kept = np.isin(made.claim * len(MENDS) + made.mend, fewer.claim * len(MENDS) + fewer.mend)
    assert 0 < len(fewer) < len(made)
    whole = made.tested(before, after, usual)
    assert fewer.tested(before, _rows(after, np.flatnonzero(kept)), usual) == whole
    for tests, share in zip(whole, before.category_probability, strict=True):
        if "obtain_authorization" in tests:
            assert share[CATEGORY_CODE["authorization"]] >= LIKELY


def test_no_claims_and_no_mends(some: Frame) -> None:
    nobody = some.take(np.zeros(0, np.int64))
    nothing = Prediction(np.zeros(0), np.zeros(0), np.zeros((0, 14)))
    assert len(variants(nobody)) == 0
    assert variants(nobody).tested(nothing, nothing, np.zeros((0, 14))) == []
    assert len(variants(some, ())) == 0


def test_waiting_is_no_change_of_the_claim() -> None:
    assert set(WAITING.sets) == {"as_of"}
