"""The service of one installation, as a process to be killed and begun again."""

from __future__ import annotations

import contextlib
import json
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, Final

from forks import LOOKS, Command

from claims.settings import Settings
from cli.demo_service import free_port
from service.access import local

_PATIENCE: Final = 60.0


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Server:
    """The service of one installation: begun, asked, killed, and begun again."""

    def __init__(self, settings: Settings, log: Path) -> None:
        self._settings = settings
        self._log = log
        self._process: Command | None = None
        self._port = 0
        self._key = ""

    def start(self) -> None:
        """Begin, and wait until it is ready."""
        self._port = free_port()
        environment = {
            "PRECLEAR_HOME": str(self._settings.home),
            "PRECLEAR_MLRUNS": str(self._settings.mlruns),
            "PRECLEAR_PORT": str(self._port),
            "PRECLEAR_MODEL_POLL_SECONDS": str(LOOKS),
            "PRECLEAR_RATE_LIMIT": "0",
        }
        self._process = Command(["serve"], environment, self._log)
        until = time.monotonic() + _PATIENCE
        while not self._ready():
            assert self._process.running, self._log.read_text()
            assert time.monotonic() < until, self._log.read_text()
            time.sleep(0.05)
        self._key = local.read(self._settings.home)

    def kill(self, *, whole: bool = True) -> None:
        """``kill -9``; ``whole``: with the process that folds, should there be one."""
        if self._process is not None:
            self._process.kill(whole=whole)
        self._process = None

    def ask(
        self, method: str, path: str, body: bytes = b"", kind: str = "", key: str = ""
    ) -> Answer | None:
        """The whole answer; ``None`` when there was none. ``key``: the Idempotency-Key."""
        headers = {"Authorization": f"Bearer {self._key}"}
        headers |= {"Content-Type": kind} if kind else {}
        headers |= {"Idempotency-Key": key} if key else {}
        try:
            with contextlib.closing(
                HTTPConnection("127.0.0.1", self._port, timeout=_PATIENCE)
            ) as connection:
                connection.request(method, path, body or None, headers)
                answer = connection.getresponse()
                return Answer(answer.status, answer.read())
        except (OSError, HTTPException):
            return None

    def _ready(self) -> bool:
        answer = self.ask("GET", "/readyz")
        return answer is not None and answer.status == 200
