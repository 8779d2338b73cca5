"""Settings of all tests."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from audit_places import Place, Postgres
    from fastapi.testclient import TestClient

# Where an audit log lies, for tests of it in several folders.
sys.path.insert(0, str(Path(__file__).parent / "service"))

# Two shared cores: how long an example takes says nothing about the code.
settings.register_profile("preclear", deadline=None)
settings.load_profile("preclear")


def pytest_configure() -> None:
    """Hear interrupts, and let child processes hear them.

    A shell that starts us in the background makes us, and all that we start, deaf to SIGINT.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish() -> None:
    """Let every test client send the key of the installation that it asks.

    Tests of who is let in say what they send: a key of theirs is left as it is, and a client whose
    ``Authorization`` header they remove sends none.
    """
    if "fastapi.testclient" not in sys.modules:
        return
    from fastapi.testclient import TestClient

    from service.access import local

    enter = TestClient.__enter__

    def entered(self: TestClient) -> TestClient:
        client = enter(self)
        held = getattr(getattr(client.app, "state", None), "held", None)
        if held is not None:
            client.headers["Authorization"] = f"Bearer {local.read(held.settings.home)}"
        return client

    TestClient.__enter__ = entered  # type: ignore[method-assign]


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server of the session's own."""
    from audit_places import running_postgres

    with running_postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """An empty place for an audit log, on each database."""
    from audit_places import Place

    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    url = None
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres").fresh()
    place = Place(home, url)
    yield place
    place.close()
