"""A service over an installation, as the tests of changing models handle it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from claims.settings import Settings
from service.deps import State


@dataclass(frozen=True)
class Trial:
    """A service and its installation."""

    client: TestClient
    settings: Settings

    @property
    def held(self) -> State:
        held: State = self.client.app.state.held  # type: ignore[attr-defined]
        return held

    @property
    def mlruns(self) -> Path:
        return self.settings.mlruns

    def card(self) -> dict[str, Any]:
        """What ``GET /model`` says."""
        told: dict[str, Any] = self.client.get("/model").json()
        return told


Serve = Callable[..., Trial]
