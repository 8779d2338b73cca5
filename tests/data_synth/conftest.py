"""Two worlds: a small one, written, and a middling one, built only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from data_synth.config import WorldConfig
from data_synth.invent import invent
from data_synth.world import World, build

if TYPE_CHECKING:
    from pathlib import Path

SMALL = WorldConfig(claims=300, seed=3)


@pytest.fixture(scope="session")
def small_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small")
    invent(SMALL, folder)
    return folder


@pytest.fixture(scope="session")
def small() -> World:
    return build(SMALL)


@pytest.fixture(scope="session")
def middling() -> World:
    return build(WorldConfig(claims=20_000, seed=1))
