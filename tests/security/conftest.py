"""The service over an installation in a temporary folder, for callers of every kind."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# Helpers of these tests live beside them;
# an installation for tests, and the invented practice, live with the tests that use them most.
sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "models"))
sys.path.insert(0, str(Path(__file__).parents[1] / "service"))

from fastapi.testclient import TestClient
from installation import install
from invented import Practice, practice

from claims.settings import Settings
from service.app import create_app
from service.logs import JsonFormatter, TextFormatter


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


@pytest.fixture
def stranger(client: TestClient) -> TestClient:
    """The same service, asked without a key."""
    return TestClient(client.app, raise_server_exceptions=False)


@pytest.fixture
def logged() -> Iterator[list[str]]:
    """Every message of every logger but the test client's own, as either form writes it."""
    lines: list[str] = []

    class Sink(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if not record.name.startswith(("httpx", "httpcore")):
                lines.extend(form.format(record) for form in (JsonFormatter(), TextFormatter()))

    root = logging.getLogger()
    sink, level = Sink(), root.level
    root.addHandler(sink)
    root.setLevel(logging.DEBUG)
    yield lines
    root.removeHandler(sink)
    root.setLevel(level)
