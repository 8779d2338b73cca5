from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from training.thinning import thinned


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(20, 400), st.integers(10, 500), st.booleans())
def test_all_denials_are_kept_and_paid_claims_weigh_as_much_as_before(
    seed: int, size: int, most: int, weighted: bool
) -> None:
    random = np.random.default_rng(seed)
    denied = random.random(size) < 0.2
    rows = random.permutation(1_000)[:size]
    weight = random.uniform(0.5, 2.0, size) if weighted else np.ones(size)
    kept, heavy = thinned(rows, denied, weight, seed, most)
    place = {row: number for number, row in enumerate(rows.tolist())}
    where = np.array([place[row] for row in kept.tolist()], dtype=np.int64)
    assert (np.diff(where) > 0).all()
    assert denied[where].sum() == denied.sum()
    assert np.allclose(heavy[denied[where]], weight[where][denied[where]])
    assert np.isclose(heavy[~denied[where]].sum(), weight[~denied].sum())
    assert len(kept) <= max(most, 2 * int(denied.sum()))
    assert len(kept) >= min(most, size)


def test_the_draw_hangs_on_the_seed_alone() -> None:
    rows, denied = np.arange(1_000), np.arange(1_000) % 10 == 0
    first, _ = thinned(rows, denied, np.ones(1_000), 1, 300)
    assert np.array_equal(first, thinned(rows, denied, np.ones(1_000), 1, 300)[0])
    assert not np.array_equal(first, thinned(rows, denied, np.ones(1_000), 2, 300)[0])
    assert len(first) == 300


def test_few_claims_are_left_as_they_are() -> None:
    rows, denied = np.arange(100), np.arange(100) % 10 == 0
    weight = np.ones(100)
    kept, heavy = thinned(rows, denied, weight, 1)
    assert kept is rows
    assert heavy is weight
