from __future__ import annotations

import numpy as np

from data_synth.chance import luck, pick, stream


def test_luck_is_uniform_and_independent_of_the_order_of_asking() -> None:
    numbers = np.arange(50_000)
    dealt = luck(7, numbers, "coding", 2)
    counts, _ = np.histogram(dealt, bins=20, range=(0.0, 1.0))
    assert dealt.min() >= 0
    assert dealt.max() < 1
    assert np.abs(counts - 2500).max() < 250  # five standard deviations
    backwards = luck(7, numbers[::-1], "coding", 2)[::-1]
    assert np.array_equal(dealt, backwards)


def test_luck_differs_by_seed_purpose_and_line() -> None:
    numbers = np.arange(20_000)
    base = luck(7, numbers, "coding", 1)
    for other in (
        luck(8, numbers, "coding", 1),
        luck(7, numbers, "bundling", 1),
        luck(7, numbers, "coding", 2),
        luck(7, numbers + 1, "coding", 1),
    ):
        assert abs(np.corrcoef(base, other)[0, 1]) < 0.03


def test_streams_of_other_purposes_do_not_disturb_one_another() -> None:
    first = stream(1, "a").random(4)
    stream(1, "b").random(1000)
    assert np.array_equal(first, stream(1, "a").random(4))
    assert not np.array_equal(first, stream(1, "b").random(4))


def test_pick_follows_its_weights() -> None:
    rng = stream(3, "test")
    weights = np.array([1.0, 0.0, 3.0])
    found = pick(rng.random(10_000), weights)
    assert set(np.unique(found)) == {0, 2}
    assert abs((found == 2).mean() - 0.75) < 0.02
    rows = pick(rng.random(10_000), np.tile(weights, (10_000, 1)))
    assert abs((rows == 2).mean() - 0.75) < 0.02
    assert not (rows == 1).any()
