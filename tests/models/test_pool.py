"""Shares of the causes pooled with a claim's own rates: sums, order, and equal bits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented import Practice

from models.denial import DenialModel, ModelError
from models.pool import Pool, PoolError


def _drawn(seed: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    return random.dirichlet(np.full(14, 0.2), count), random.uniform(1e-6, 1.0, (count, 14))


@given(st.integers(0, 99), st.floats(0.1, 3.0), st.floats(0.0, 2.0))
def test_rows_are_shares_and_one_is_as_many(seed: int, shares: float, rates: float) -> None:
    share, evidence = _drawn(seed, 7)
    pool = Pool(shares=shares, rates=rates)
    whole = pool.apply(share, evidence)
    assert (whole >= 0).all()
    assert whole.sum(1) == pytest.approx(np.ones(7))
    alone = np.concatenate([pool.apply(share[row, None], evidence[row, None]) for row in range(7)])
    assert (alone == whole).all()


def test_it_is_the_pool_it_says() -> None:
    share, evidence = _drawn(1, 5)
    raw = share**1.3 * evidence**0.4
    made = Pool(shares=1.3, rates=0.4).apply(share, evidence)
    assert made == pytest.approx(raw / raw.sum(1, keepdims=True), abs=1e-9)
    assert Pool().apply(share, evidence) is share
    # A share of nought is as good as none, and no error.
    share[0], share[0, 3] = 0.0, 1.0
    assert Pool(shares=2.0, rates=0.1).apply(share, evidence)[0].argmax() == 3


@pytest.mark.parametrize("weights", [(0.0, 0.1), (1.0, -0.1), (np.inf, 0.0), (1.0, np.nan)])
def test_weights_that_are_none_are_refused(weights: tuple[float, float]) -> None:
    with pytest.raises(PoolError):
        Pool(*weights)


@pytest.mark.parametrize("stored", [None, [1.0], [1.0, 0], ["1", "0"], {"shares": 1.0}, [0.0, 1.0]])
def test_what_was_not_stored_is_refused(stored: object) -> None:
    with pytest.raises(PoolError):
        Pool.from_json(stored)
    assert Pool.from_json(Pool(0.9, 0.25).to_json()) == Pool(0.9, 0.25)


def _pooled(world: Practice, pool: Pool | None) -> DenialModel:
    model = world.model
    return DenialModel.from_parts(
        causes=world.booster.model_to_string(), classes=model.causes.names, prior=model.prior,
        calibration=model.calibration, carcs=model.carcs, threshold=model.threshold, facts={},
        pool=pool,
    )  # fmt: skip


def test_a_model_says_its_causes_by_its_pool(world: Practice) -> None:
    plain, pooled = _pooled(world, None), _pooled(world, Pool(1.1, 0.3))
    rows = world.values[:40]
    assert plain.digest != pooled.digest
    before, after = plain.predict(rows), pooled.predict(rows)
    # Whether is not touched, why is.
    assert (before.probability == after.probability).all()
    assert (before.category_probability != after.category_probability).any()
    assert (pooled.categories(rows) == after.category_probability).all()
    assert (pooled.unpooled(rows) == before.category_probability).all()
    assert after.category_probability.sum(1) == pytest.approx(np.ones(40))


def test_a_saved_pool_comes_back(world: Practice, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("pooled") / "model"
    model = _pooled(world, Pool(1.1, 0.3))
    model.save(folder)
    back = DenialModel.load(folder)
    assert (back.pool, back.digest) == (Pool(1.1, 0.3), model.digest)
    manifest = folder / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"pool":[1.1,0.3]', '"pool":[0.0,0.3]'))
    with pytest.raises(ModelError, match="weights"):
        DenialModel.load(folder)
