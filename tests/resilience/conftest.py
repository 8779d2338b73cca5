"""The service over an installation in a temporary folder, as a server of its own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

# An installation for tests, and the invented practice, live with the tests that use them most.
sys.path.insert(0, str(Path(__file__).parents[1] / "models"))
sys.path.insert(0, str(Path(__file__).parents[1] / "service"))
sys.path.insert(0, str(Path(__file__).parents[1] / "service" / "outcomes"))
sys.path.insert(0, str(Path(__file__).parent))

from installation import install
from invented import Practice, practice

from claims.settings import Settings


@pytest.fixture(scope="session")
def world() -> Practice:
    return practice(2500)


@pytest.fixture
def settings(world: Practice, tmp_path: Path) -> Settings:
    return install(tmp_path, world)
