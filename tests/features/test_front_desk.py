"""What the front desk found: known from its day on, and no evidence where nothing is known."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from worlds import FakeLabels, random_frame, random_labels

from claims.keys import Keys
from claims.types import Authorization, Claim, Eligibility, Payer, ServiceLine
from features.build import build
from features.catalog import PLACE
from features.frame import Frame
from features.front_desk import (
    ACTIVE,
    COVERS,
    ENDED,
    ENDS_SOON,
    INACTIVE,
    NOT_THE_DAYS,
    NOT_THE_PROCEDURE,
    NOT_THE_UNITS,
    RUNS_ON,
    UNKNOWN,
    authorization_state,
    coverage_state,
)
from features.history import History

KEYS = Keys(b"x" * 32)
SERVED = dt.date(2026, 3, 10)
SENT = dt.date(2026, 3, 20)
NEVER = History.empty()
CLAIM = Claim(
    claim_id="1",
    payer=Payer(payer_id="P"),
    submitted_on=SENT,
    lines=(
        ServiceLine(number=1, procedure="97110", units=Decimal(4), service_from=SERVED),
        ServiceLine(number=2, procedure="99213", units=Decimal(1), service_from=SERVED),
        ServiceLine(number=3, procedure="00100", units=Decimal(90), unit_basis="MJ"),
    ),
)


def on(days: int) -> dt.date:
    return SERVED + dt.timedelta(days=days)


def frame_of(**changes: object) -> Frame:
    return Frame.from_claims([replace(CLAIM, **changes)], KEYS)


def value(name: str, **changes: object) -> float:
    return float(build(frame_of(**changes), NEVER)[0, PLACE[name]])


@pytest.mark.parametrize(
    ("known", "days", "state"),
    [
        (Eligibility(), None, UNKNOWN),
        (Eligibility(coverage_end=on(-1)), -1, ENDED),
        (Eligibility(coverage_end=on(-1), active=True), -1, ENDED),
        (Eligibility(coverage_end=on(0)), 0, ENDS_SOON),
        (Eligibility(coverage_end=on(30)), 30, ENDS_SOON),
        (Eligibility(coverage_end=on(31)), 31, RUNS_ON),
        (Eligibility(coverage_end=on(31), active=False), 31, INACTIVE),
        (Eligibility(active=False), None, INACTIVE),
        (Eligibility(active=True), None, ACTIVE),
    ],
)
def test_coverage(known: Eligibility, days: int | None, state: int) -> None:
    found = value("coverage_days", eligibility=known)
    assert np.isnan(found) if days is None else found == days
    assert coverage_state(frame_of(eligibility=known)).tolist() == [state]


def test_a_check_counts_from_its_own_day_on() -> None:
    for day, counts in ((SENT - dt.timedelta(9), True), (SENT, True), (on(11), False)):
        known = Eligibility(checked_on=day, active=False, coverage_end=on(-5))
        read = [value(name, eligibility=known) for name in ("coverage_days", "eligibility_active")]
        assert read == [-5, 0] if counts else np.isnan(read).all()
        checked = value("check_days", eligibility=known)
        assert checked == (day - SERVED).days if counts else np.isnan(checked)
        later = frame_of(eligibility=known).as_of_days(30_000)
        assert coverage_state(later).tolist() == [ENDED]
    undated = Eligibility(checked_on=SENT, coverage_end=on(-5))
    assert np.isnan(value("coverage_days", eligibility=undated, submitted_on=None))


@pytest.mark.parametrize(
    ("known", "facts", "states"),
    [
        (Authorization(number="A"), {}, [UNKNOWN] * 3),
        (Authorization(valid_from=on(0), valid_to=on(0)),
         {"days_valid_before": 0, "days_valid_after": 0}, [COVERS, COVERS, UNKNOWN]),
        (Authorization(valid_from=on(2)), {"days_valid_before": -2},
         [NOT_THE_DAYS, NOT_THE_DAYS, UNKNOWN]),
        (Authorization(valid_to=on(-3)), {"days_valid_after": -3},
         [NOT_THE_DAYS, NOT_THE_DAYS, UNKNOWN]),
        (Authorization(procedures=(" 97110", "")), {"lines_not_covered": 2},
         [COVERS, NOT_THE_PROCEDURE, NOT_THE_PROCEDURE]),
        (Authorization(procedures=("",)), {}, [UNKNOWN] * 3),
        # Minutes are no units.
        (Authorization(units_left=Decimal("4.5")), {"units_spare": -0.5}, [NOT_THE_UNITS] * 3),
        (Authorization(units_left=Decimal(4), procedures=("97110",)),
         {"units_spare": 0, "lines_not_covered": 2},
         [COVERS, NOT_THE_PROCEDURE, NOT_THE_PROCEDURE]),
    ],
)  # fmt: skip
def test_authorization(known: Authorization, facts: dict[str, float], states: list[int]) -> None:
    for name in ("days_valid_before", "days_valid_after", "lines_not_covered", "units_spare"):
        found = value(name, authorization=known)
        assert found == facts[name] if name in facts else np.isnan(found), name
    assert authorization_state(frame_of(authorization=known)).tolist() == states


def _learned(frame: Frame, ended: np.ndarray) -> History:
    """Claims answered at once; those whose coverage had ended were denied for it."""
    labels = random_labels(np.random.default_rng(0), frame)
    denied = ended.astype(np.int8)
    return History.build(
        frame,
        FakeLabels(
            example=np.ones(len(frame), bool),
            outcome=denied * 2,
            category=np.where(ended, 0, -1).astype(np.int8),
            known_on=(frame.submitted + 1).astype(np.int32),
            line_denied=denied[frame.line_claim],
            line_category=np.full_like(labels.line_category, -1),
        ),
    )


def test_what_is_not_known_is_no_evidence() -> None:
    frame = random_frame(np.random.default_rng(7), 400)
    state, line_state = coverage_state(frame), authorization_state(frame)
    later = frame.as_of_days(21_000)
    values = build(later, _learned(frame, state == ENDED))
    # By then every check has been made.
    unknown = coverage_state(later) == UNKNOWN
    assert 0 < unknown.sum() < 400
    assert (values[unknown, PLACE["payer_coverage_state_seen"]] == 0).all()
    for fine, broad in (
        ("payer_coverage_state_rate", "payer_rate"),
        ("payer_coverage_state_eligibility_rate", "payer_member_eligibility_rate"),
    ):
        assert (values[unknown, PLACE[fine]] == values[unknown, PLACE[broad]]).all()
    # Lines of a claim of one line alone: the worst line is that one.
    nothing = np.bincount(frame.line_claim[line_state != UNKNOWN], minlength=400) == 0
    assert nothing.any()
    fine, broad = (
        PLACE["payer_authorization_state_rate"],
        PLACE["payer_procedure_authorization_rate"],
    )
    assert (values[nothing, fine] == values[nothing, broad]).all()


def test_coverage_that_ended_is_learned() -> None:
    frame = random_frame(np.random.default_rng(8), 600)
    state = coverage_state(frame)
    values = build(frame.as_of_days(21_000), _learned(frame, state == ENDED))
    rate = values[:, PLACE["payer_coverage_state_rate"]]
    assert rate[state == ENDED].min() > 0.6
    assert rate[(state != ENDED) & (state != UNKNOWN)].max() < 0.3
    assert values[state == ENDED, PLACE["payer_coverage_state_eligibility_rate"]].min() > 0.6
