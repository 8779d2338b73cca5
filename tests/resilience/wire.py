"""A server with the short way to refuse, and connections on which a test says what it wants."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn
from fastapi import FastAPI

from claims.settings import Settings
from service.access import local
from service.app import create_app
from service.load.door import Door


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Wire:
    """One connection; nothing is sent or read that the test did not ask for."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self._file = self._socket.makefile("rb")

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def read(self) -> Answer:
        status = int(self._file.readline().split()[1])
        headers = {}
        while (line := self._file.readline().strip()) != b"":
            name, _, value = line.decode("latin-1").partition(": ")
            headers[name.lower()] = value
        return Answer(status, headers, self._file.read(int(headers.get("content-length", 0))))

    def ask(self, data: bytes) -> Answer:
        self.send(data)
        return self.read()

    def ended(self) -> bool:
        """Whether the server has closed the connection, with nothing more to read."""
        return self._file.read(1) == b""

    def close(self) -> None:
        self._file.close()
        self._socket.close()


def head(path: str, key: str, length: int, *more: str, method: str = "POST") -> bytes:
    lines = [
        f"{method} {path} HTTP/1.1", "Host: test", f"Authorization: Bearer {key}",
        "Content-Type: application/json", f"Content-Length: {length}", *more,
    ]  # fmt: skip
    return "\r\n".join([*lines, "", ""]).encode()


def post(path: str, key: str, body: object, *more: str) -> bytes:
    told = json.dumps(body).encode()
    return head(path, key, len(told), *more) + told


def get(path: str, key: str = "") -> bytes:
    return head(path, key, 0, method="GET")


@dataclass
class Served:
    app: FastAPI
    port: int
    key: str
    server: uvicorn.Server


@contextmanager
def served(settings: Settings) -> Iterator[Served]:
    """The service by uvicorn in a thread of its own, in this process."""
    app = create_app(settings)
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, http=Door, log_config=None, access_log=False)
    server = uvicorn.Server(config)
    started = threading.Event()
    startup = server.startup

    async def signalled(sockets: list[socket.socket] | None = None) -> None:
        await startup(sockets)
        started.set()

    server.startup = signalled  # type: ignore[method-assign]
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    try:
        assert started.wait(120)
        port = listening.getsockname()[1]
        yield Served(app, port, local.read(settings.home), server)
    finally:
        server.should_exit = True
        thread.join()
        listening.close()
