"""A service over an installation whose history was made of files, and waiting for its history."""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from arriving import Practice, train
from fastapi.testclient import TestClient
from installation import install
from invented import practice

from claims.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from features.history import History

X12 = {"Content-Type": "application/edi-x12"}
_PATIENCE = 60.0


def installed(folder: Path, files: Practice, **overrides: object) -> Settings:
    """An installation that was trained on the early files."""
    settings = install(folder, practice(400), **overrides)
    shutil.rmtree(settings.home / "history")
    train(settings.home, files.early)
    return settings


def serving(client: TestClient) -> History:
    """The history that the service answers with now."""
    app: Any = client.app
    found: History = app.state.held.serving.now().history
    return found


def wait_for(client: TestClient, digest: str) -> None:
    """Until the service serves that history."""
    until = time.monotonic() + _PATIENCE
    while serving(client).digest != digest:
        assert time.monotonic() < until, "the history did not come"
        time.sleep(0.05)


def together(paths: Iterable[Path]) -> bytes:
    return b"".join(path.read_bytes() for path in paths)


def post(client: TestClient, body: bytes, **headers: str) -> dict[str, Any]:
    answer = client.post("/outcomes", content=body, headers={**X12, **headers})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found
