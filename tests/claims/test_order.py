"""The order by values is numpy's stable order, also where value and place do not fit together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims import order
from claims.order import distinct, stable_order

WORDS = st.integers(0, 2**64 - 1)
# Many equal ones, many that differ in their lowest bits alone, and the ends of the range.
NEAR = st.sampled_from([0, 1, 2, 3, 2**63, 2**63 + 1, 2**64 - 2, 2**64 - 1])


@pytest.fixture(autouse=True)
def _also_for_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order, "_FEW", 1)


@given(st.lists(WORDS | NEAR, max_size=300))
def test_it_is_the_stable_order_of_numpy(values: list[int]) -> None:
    found = np.array(values, np.uint64)
    assert (stable_order(found) == np.argsort(found, kind="stable")).all()


@given(st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 3), max_size=300))
def test_signed_numbers_keep_their_order(values: list[int]) -> None:
    found = np.array(values, np.int64)
    assert (stable_order(found) == np.argsort(found, kind="stable")).all()


@given(st.lists(st.integers(0, 5), max_size=60))
def test_runs_begin_where_the_value_changes(values: list[int]) -> None:
    ordered = np.sort(np.array(values, np.int64))
    assert (ordered[distinct(ordered)] == np.unique(ordered)).all()
