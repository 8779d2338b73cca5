"""What is left without a part of the causes: bounded, monotone, and told by the right category."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.categories import CATEGORIES, CATEGORY_CODE
from features.catalog import NAMES, PLACE
from models.removal import beside, taken, without

SHARES = st.floats(0.0, 1.0)


@given(SHARES, SHARES, SHARES)
def test_what_is_left_is_a_probability_and_never_more(p: float, part: float, usual: float) -> None:
    left = without(p, part, usual)
    assert 0 <= left <= p
    assert left >= without(p, min(1.0, part + 0.1), usual) - 1e-12
    # Whatever else the payer denies may still strike: never below that share of it.
    assert left >= p * usual - 1e-12


def test_beside_is_what_the_payer_denies_for_all_else() -> None:
    row = np.zeros((2, len(NAMES)), np.float32)
    row[0, PLACE["payer_rate"]] = 0.25
    row[0, PLACE["payer_bundling_rate"]] = 0.1
    row[0, PLACE["payer_coding_rate"]] = 0.5
    row[0, PLACE["payer_authorization_rate"]] = np.nan
    row[1, PLACE["payer_rate"]] = np.nan
    usual = beside(row)
    assert usual.shape == (2, len(CATEGORIES))
    assert usual[0, CATEGORY_CODE["bundling"]] == pytest.approx(0.15)
    assert usual[0, CATEGORY_CODE["coding"]] == 0.0
    assert usual[0, CATEGORY_CODE["authorization"]] == pytest.approx(0.25)
    assert (usual[1] == 0).all()


def test_a_part_is_told_by_the_odds_of_its_own_category() -> None:
    before, share = np.array([0.5, 0.5, 0.5, 0.5]), np.array([0.8, 0.8, 0.8, 0.0])
    # Gone, half gone, grown, and none to take away.
    after, share_after = np.array([0.1, 0.5, 0.6, 0.5]), np.array([0.0, 0.4, 0.8, 0.1])
    assert taken(before, share, after, share_after) == pytest.approx([0.8, 0.4, 0.0, 0.0])
