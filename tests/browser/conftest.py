"""The pages in a real browser: a service on a port of its own, and headless Chromium."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "models"))
sys.path.insert(0, str(Path(__file__).parents[1] / "service"))
sys.path.insert(0, str(Path(__file__).parents[1] / "service" / "outcomes"))

import uvicorn
from arriving import Practice as Files
from arriving import invented
from installation import point, register
from invented import another, practice
from serving import installed

from claims.settings import Settings
from service.access import local
from service.app import create_app

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return invented(tmp_path_factory.mktemp("files"), claims=900, share=0.9)


@pytest.fixture(scope="session")
def settings(files: Files, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    found = installed(tmp_path_factory.mktemp("browsed"), files, port=port)
    register(found.mlruns, another(practice(400), 0.5), 8)
    point(found.mlruns, "challenger", 8)
    return found


@pytest.fixture(scope="session")
def address(settings: Settings) -> Iterator[str]:
    """Where the service answers."""
    config = uvicorn.Config(create_app(settings), port=settings.port, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 120
    while not server.started and thread.is_alive() and time.monotonic() < until:
        time.sleep(0.05)
    assert server.started
    yield f"http://127.0.0.1:{settings.port}"
    server.should_exit = True
    thread.join(30)


@pytest.fixture(scope="session")
def key(address: str, settings: Settings) -> str:
    return local.read(settings.home)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's browser; nothing is downloaded."""
    from playwright.sync_api import sync_playwright

    if not os.access(CHROMIUM, os.X_OK):
        pytest.skip("there is no chromium here")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pictures go; ``PRECLEAR_PICTURES`` names another folder, to look at them."""
    named = os.environ.get("PRECLEAR_PICTURES")
    folder = Path(named) if named else tmp_path_factory.mktemp("pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
