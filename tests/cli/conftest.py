"""An installation that the command line works on, with claims in files."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

# An installation for tests, and the invented practice, live with the tests that use them most.
sys.path.insert(0, str(Path(__file__).parents[1] / "models"))
sys.path.insert(0, str(Path(__file__).parents[1] / "service"))

from installation import install
from invented import Practice, practice

from claims.settings import Settings


@pytest.fixture(scope="session")
def world() -> Practice:
    return practice(2500)


@pytest.fixture(scope="session")
def installed(world: Practice, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return install(tmp_path_factory.mktemp("installation"), world)


@pytest.fixture
def settings(installed: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("PRECLEAR_HOME", str(installed.home))
    monkeypatch.setenv("PRECLEAR_MLRUNS", str(installed.mlruns))
    return installed
