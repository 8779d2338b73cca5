"""The demo's service: a process of its own on a free port, asked over HTTP, stopped for certain."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Final

from claims.errors import UserError
from cli import demo_process
from service.access import local

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator, Mapping

HOST: Final = "127.0.0.1"
_STARTS: Final = 3
_READY_WITHIN: Final = 60.0  # seconds
_ANSWERS_WITHIN: Final = 30.0


@dataclass(frozen=True, slots=True)
class Service:
    """A running service on the loopback, and the key to ask it with."""

    port: int
    key: str = ""

    @property
    def address(self) -> str:
        """Its base, such as ``http://127.0.0.1:8123``."""
        return f"http://{HOST}:{self.port}"

    def get(self, path: str) -> dict[str, object]:
        """Give back the JSON answer of ``path``. Raises ``UserError`` when there is none."""
        return self._ask("GET", path, None)

    def post(self, path: str, body: Mapping[str, object]) -> dict[str, object]:
        """Send ``body`` as JSON to ``path``. Raises ``UserError`` when it is refused."""
        return self._ask("POST", path, json.dumps(body).encode())

    def _ask(self, method: str, path: str, body: bytes | None) -> dict[str, object]:
        try:
            status, said = _exchange(self.port, method, path, body, _ANSWERS_WITHIN, self.key)
        except (OSError, HTTPException) as error:
            raise UserError(
                f"The service did not answer {method} {path} ({error}): run the demo again."
            ) from None
        if status != 200:
            problem = said[:500].decode(errors="replace")
            raise UserError(f"The service answered {method} {path} with {status}: {problem}")
        told: dict[str, object] = json.loads(said)
        return told


def _exchange(
    port: int, method: str, path: str, body: bytes | None, within: float, key: str = ""
) -> tuple[int, bytes]:
    # A plain connection: the machine's proxy settings cannot send it elsewhere.
    with contextlib.closing(HTTPConnection(HOST, port, timeout=within)) as connection:
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if key:
            headers["Authorization"] = f"Bearer {key}"
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()


@contextlib.contextmanager
def running(environment: Mapping[str, str], log: Path) -> Iterator[Service]:
    """Start ``preclear serve`` on a free port, wait until it is ready, stop it at the end.

    A port that another program takes first costs a second start. Raises ``UserError`` when the
    service does not become ready; ``log`` holds what it said.
    """
    for start in range(1, _STARTS + 1):
        port = free_port()
        words = ["serve", "--host", HOST, "--port", str(port)]
        process = demo_process.start(words, environment, log)
        try:
            if _ready(process, port):
                # Made by the service itself at its start, as nobody but this machine reaches it.
                yield Service(port, local.read(Path(environment.get("PRECLEAR_HOME", "var"))))
                return
        finally:
            demo_process.stop(process)
        if "address already in use" not in log.read_text(errors="replace").lower():
            break
        if start == _STARTS:
            raise UserError(f"No port of {HOST} stays free: run the demo again in a moment.")
    raise UserError(f"The service did not start: {log} says why.")


def free_port() -> int:
    """Give back a port of the loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


def _ready(process: subprocess.Popen[bytes], port: int) -> bool:
    until = time.monotonic() + _READY_WITHIN
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError, HTTPException):
            status, _ = _exchange(port, "GET", "/readyz", None, 2.0)
            if status == 200 and process.poll() is None:
                return True
        time.sleep(0.1)
    return False
