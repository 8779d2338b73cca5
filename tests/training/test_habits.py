"""What answers show of payers' money and limits, and that no later answer is used."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from invented_data import dataset

from claims.progress import SILENT
from training.habits import FEWEST, habits, limit_of
from training.prepare import Prepared, prepare

EVER = 2**31 - 2


def _limit(taken: list[int], late: list[int]) -> int | None:
    lags = np.array([*taken, *late], np.int64)
    return limit_of(lags, np.arange(len(lags)) >= len(taken))


def test_a_limit_is_shown_by_what_was_late_beyond_it() -> None:
    assert _limit([5, 30, 60, 88, 90], [92, 95, 120, 200, 300]) == 90
    # One exception, a claim that was taken long after, changes nothing.
    assert _limit([5, 30, 60, 88, 90, 250], [92, 95, 120, 130, 200, 300]) == 90
    assert _limit([300, 5], [92, 95, 120, 130, 200]) == 5


def test_too_few_or_mixed_answers_show_no_limit() -> None:
    assert _limit([5, 30, 60], [92, 95, 120, 200]) is None
    assert _limit([100, 110, 120, 130, 140], [92, 95, 120, 200, 205]) is None
    assert _limit([], [92, 95, 120, 200, 205]) is None
    assert _limit([], []) is None


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    data, _ = dataset(3_000, seed=3)
    return prepare(data, SILENT)


def _paid(of: Prepared, share: float) -> Prepared:
    """As if every payer had paid this share of each charge."""
    return replace(of, paid=(of.frame.charge * share).astype(np.int64))


def test_a_share_is_what_was_paid_of_what_was_not_denied(prepared: Prepared) -> None:
    found = habits(_paid(prepared, 0.4), EVER)
    assert found.overall[False] == pytest.approx(0.4, abs=1e-3)
    assert found.paid
    assert all(share == pytest.approx(0.4, abs=1e-3) for share in found.paid.values())
    more = prepared.frame.charge * 3
    assert set(habits(replace(prepared, paid=more), EVER).overall.values()) == {1.0}


def test_a_payer_with_its_own_way_is_told_apart_and_one_of_few_answers_is_not(
    prepared: Prepared,
) -> None:
    payer = prepared.frame.payer
    who, count = np.unique(payer, return_counts=True)
    often = who[np.argmax(count)]
    paid = np.where(payer == often, prepared.frame.charge * 0.8, prepared.frame.charge * 0.2)
    found = habits(replace(prepared, paid=paid.astype(np.int64)), EVER)
    shares = {key: share for (key, later), share in found.paid.items() if not later}
    assert 0.7 < shares[int(often)] < 0.8
    assert all(share < 0.35 for key, share in shares.items() if key != int(often))
    known = np.flatnonzero(prepared.labels.outcome == 0)[: FEWEST - 1]
    few = np.full(len(payer), -1)
    few[known] = prepared.frame.charge[known]
    nobody = habits(replace(prepared, paid=few), EVER)
    assert (dict(nobody.overall), dict(nobody.paid)) == ({}, {})


def test_an_answer_of_the_day_or_later_shows_nothing(prepared: Prepared) -> None:
    known = prepared.labels.known_on
    day = int(np.median(known[prepared.labels.example]))
    turned = np.where(known >= day, prepared.frame.charge, prepared.paid)
    honest, planted = (
        habits(of, day).to_json() for of in (prepared, replace(prepared, paid=turned))
    )
    assert honest == planted
    later = habits(replace(prepared, paid=turned), EVER)
    assert later.to_json() != honest


def test_paid_amounts_are_those_of_the_answer_that_is_the_outcome(prepared: Prepared) -> None:
    answered = prepared.labels.remittance >= 0
    assert (prepared.paid[~answered] == -1).all()
    assert (prepared.paid[answered] >= 0).all()
    denied = prepared.labels.outcome == 2
    assert (prepared.paid[denied] == 0).all()
