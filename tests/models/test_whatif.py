"""Mends: they do what they say, to the claims they concern, and to nothing clinical, ever."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import Practice

from claims.categories import CATEGORY_CODE
from features.build import build
from features.catalog import PLACE
from features.columns import NO_DAY
from features.frame import CLAIM_COLUMNS, LINE_COLUMNS, NO_UNITS, Frame
from models.whatif import MENDS, WAITING, Mend, mends_of, variants

UNTOUCHABLE = {
    "diagnosis", "diagnosis_group", "diagnoses", "line_diagnosis", "line_diagnosis_group",
    "line_diagnoses", "procedure", "modifiers", "modifier_count", "revenue", "units", "drg",
    "line_charge", "charge", "line_ndc", "service_from", "service_to", "stay_days", "line_from",
    "line_days", "setting", "line_setting", "admission_type", "line_number", "claim_key", "member",
    "payer", "age", "sex", "submitted", "accident", "employment", "rendering", "line_rendering",
    "billing", "facility", "original", "replacement", "units_counted", "eligibility_checked",
}  # fmt: skip
PARTS = {field.name for field in fields(Frame)}


@pytest.fixture(scope="module")
def some(world: Practice) -> Frame:
    """Claims of the practice with the facts that mends look at made random."""
    random = np.random.default_rng(3)
    frame = world.frame.take(np.arange(300))
    lines = len(frame.line_claim)
    return frame.replace(
        referring_given=random.random(300) < 0.5,
        facility_given=random.random(300) < 0.5,
        rendering_given=random.random(300) < 0.5,
        billing_taxonomy=np.where(random.random(300) < 0.5, frame.billing_taxonomy, 0),
        attachments=random.integers(0, 3, 300).astype(np.int16),
        line_authorization=random.random(lines) < 0.5,
        line_referral=random.random(lines) < 0.5,
        line_clia=random.random(lines) < 0.5,
        eligibility_active=random.integers(-1, 2, 300).astype(np.int8),
        coverage_end=_around(random, frame.service_to),
        authorization_from=_around(random, frame.service_from),
        authorization_to=_around(random, frame.service_to),
        authorization_units=np.where(random.random(300) < 0.5, 1500, NO_UNITS),
        line_covered=random.integers(-1, 2, lines).astype(np.int8),
    )


def _around(random: np.random.Generator, day: np.ndarray) -> np.ndarray:
    """Days before and after ``day``, and none at all."""
    given = random.random(len(day)) < 0.7
    return np.where(given, day + random.integers(-30, 30, len(day)), NO_DAY).astype(np.int32)


def test_names_are_of_columns() -> None:
    assert PARTS >= UNTOUCHABLE
    assert set().union(*(mend.sets for mend in MENDS)) <= PARTS - UNTOUCHABLE


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


def test_the_least_favourable_assumption_counts(some: Frame) -> None:
    made = variants(some)
    random = np.random.default_rng(0).random(len(made))
    tests = made.tested(random, np.ones((len(some), 14)))
    several = [place for place, mend in enumerate(MENDS) if mend.path == "other_payers"]
    assert len(several) == 3
    for claim in np.unique(made.claim[np.isin(made.mend, several)]):
        mine = (made.claim == claim) & np.isin(made.mend, several)
        expected = {"other_payers": random[mine].max()}
        assert tests[claim]["update_coordination_of_benefits"] == expected


def test_a_mend_counts_only_where_its_category_is_likely(some: Frame) -> None:
    random = np.random.default_rng(1)
    categories = random.dirichlet(np.full(14, 0.3), len(some))
    made = variants(some)
    after = random.random(len(made))
    fewer = variants(some, MENDS, categories)
    kept = np.isin(made.claim * len(MENDS) + made.mend, fewer.claim * len(MENDS) + fewer.mend)
    assert 0 < len(fewer) < len(made)
    assert fewer.tested(after[kept], categories) == made.tested(after, categories)
    for tests, share in zip(made.tested(after, categories), categories, strict=True):
        if "obtain_authorization" in tests:
            assert share[CATEGORY_CODE["authorization"]] >= 0.05


def test_no_claims_and_no_mends(some: Frame) -> None:
    nobody = some.take(np.zeros(0, np.int64))
    assert len(variants(nobody)) == 0
    assert variants(nobody).tested(np.zeros(0), np.zeros((0, 14))) == []
    assert len(variants(some, ())) == 0


def test_waiting_is_no_change_of_the_claim() -> None:
    assert set(WAITING.sets) == {"as_of"}
