"""A service of its own for each test, that looks for models when it is told to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from installation import install
from invented import Practice, another
from swapping import Serve, Trial

from claims.settings import Settings
from models.denial import DenialModel
from service.app import create_app


@pytest.fixture(scope="session")
def second(world: Practice) -> DenialModel:
    return another(world, 0.25)


@pytest.fixture(scope="session")
def third(world: Practice) -> DenialModel:
    return another(world, -0.5)


@pytest.fixture
def settings(world: Practice, tmp_path: Path) -> Settings:
    return install(tmp_path, world, model_poll_seconds=3600.0)


@pytest.fixture
def serve(settings: Settings) -> Iterator[Serve]:
    """Starts services; they end with the test."""
    with ExitStack() as stack:

        def begin(**changes: object) -> Trial:
            chosen = settings.model_copy(update=changes)
            client = TestClient(create_app(chosen), raise_server_exceptions=False)
            return Trial(stack.enter_context(client), chosen)

        yield begin


@pytest.fixture
def trial(serve: Serve) -> Trial:
    return serve()
