"""The service over an installation in a temporary folder."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# Helpers of these tests live beside them.
sys.path.insert(0, str(Path(__file__).parent))

from fastapi.testclient import TestClient
from installation import install
from invented import Practice, practice

from claims.settings import Settings
from service.app import create_app


@pytest.fixture(scope="session")
def world() -> Practice:
    return practice(2500)


@pytest.fixture(scope="session")
def settings(world: Practice, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return install(tmp_path_factory.mktemp("installation"), world)


@pytest.fixture(scope="session")
def client(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client
