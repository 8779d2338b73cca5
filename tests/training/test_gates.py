from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from training.gates import refusal
from training.metrics import figures


@pytest.fixture(scope="module")
def world() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(1)
    probability = random.beta(1, 4, 4_000)
    return probability, random.random(4_000) < probability


def _refusal(ours: np.ndarray, denied: np.ndarray, champion: np.ndarray | None = None) -> str:
    evaluation = SimpleNamespace(overall=figures(ours, denied))
    constant = np.full(len(denied), denied.mean())
    return refusal(evaluation, ours, constant, champion, denied, 1)


def test_a_good_model_passes(world: tuple[np.ndarray, np.ndarray]) -> None:
    assert _refusal(*world) == ""
    assert _refusal(*world, champion=world[0]) == ""
    assert _refusal(*world, champion=np.full(4_000, 0.2)) == ""


def test_chance_is_refused(world: tuple[np.ndarray, np.ndarray]) -> None:
    drawn = np.random.default_rng(2).permutation(world[0])
    assert "not above 0.5" in _refusal(drawn, world[1])


def test_a_model_that_ranks_but_misjudges_is_refused(
    world: tuple[np.ndarray, np.ndarray],
) -> None:
    assert "no better than the constant" in _refusal(world[0] ** 0.1, world[1])


def test_one_worse_than_the_champion_is_refused(world: tuple[np.ndarray, np.ndarray]) -> None:
    worse = 0.6 * world[0] + 0.4 * world[1].mean()
    assert "worse than the present champion" in _refusal(worse, world[1], champion=world[0])
