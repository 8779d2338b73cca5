"""What is expected before a payer has shown it, and how soon the payer outweighs it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from worlds import random_frame, random_labels

from features.build import build
from features.catalog import PLACE
from features.columns import NO_DAY
from features.expected import not_authorized, not_covered, same_again, too_late
from features.frame import Frame
from features.front_desk import COVERS, ENDED, NOT_THE_DAYS, RUNS_ON, UNKNOWN
from features.history import History
from features.priors import DENIED, NONE, PAID, UNANSWERED

LATE = PLACE["payer_lag_timely_filing_rate"]


def test_a_lag_is_later_the_more_limits_it_has_passed() -> None:
    lag = np.array([-1, 0, 90, 91, 120, 121, 181, 366, 4_000])
    made = too_late(lag, np.zeros(len(lag), np.bool_))
    assert (np.diff(made) >= 0).all()
    assert made[:3].tolist() == [0.0, 0.0, 0.0]
    assert made[-1] == 0.95
    assert too_late(lag, np.ones(len(lag), np.bool_))[-1] == 0.475


def test_only_what_is_known_to_be_wrong_is_expected_to_be_denied() -> None:
    assert not_covered(np.array([UNKNOWN, ENDED, RUNS_ON])).tolist() == [0.0, 0.8, 0.0]
    assert not_authorized(np.array([UNKNOWN, COVERS, NOT_THE_DAYS])).tolist() == [0.0, 0.0, 0.5]
    state = np.array([NONE, UNANSWERED, PAID, DENIED])
    yes, no = np.ones(4, np.bool_), np.zeros(4, np.bool_)
    assert same_again(state, yes, yes).tolist() == [0.0, 0.7, 0.7, 0.0]
    assert same_again(state, yes, no).tolist() == [0.0, 0.3, 0.3, 0.0]
    assert not same_again(state, no, no).any()


def _late(days: int) -> Frame:
    frame = random_frame(np.random.default_rng(5), 60)
    none = np.zeros(60, np.uint64)
    service = np.where(frame.submitted != NO_DAY, frame.submitted - days, NO_DAY)
    return frame.replace(
        payer=none, service_to=service.astype(np.int32), delay_reason=none.astype(np.bool_)
    )


@pytest.mark.parametrize(("days", "least", "most"), [(20, 0.0, 0.11), (400, 0.9, 0.95)])
def test_without_history_a_late_claim_is_not_clean(days: int, least: float, most: float) -> None:
    found = build(_late(days), History.empty())[:, LATE]
    assert (found >= least).all()
    assert (found <= most).all()


def test_a_payer_that_pays_late_claims_soon_outweighs_it() -> None:
    frame = _late(400)
    labels = random_labels(np.random.default_rng(6), frame)
    known = np.full(60, 20_000, np.int32)
    paid = replace(
        labels,
        example=np.ones(60, np.bool_),
        outcome=np.zeros(60, np.int8),
        category=np.full(60, -1, np.int8),
        known_on=known,
        line_denied=np.zeros(len(frame.line_claim), np.int8),
        line_category=np.full(len(frame.line_claim), -1, np.int8),
    )
    history = History.build(frame, paid)
    found = build(frame.as_of_days(20_500), history)[:, LATE]
    assert (found < 0.1).all()
    unheard = build(frame.as_of_days(20_500), History.empty())[:, LATE]
    assert (unheard > 0.9).all()
