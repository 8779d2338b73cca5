"""A problem as HTTP/1.1 sends it: for where no application answers."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from service.headers import ALWAYS
from service.problems import MEDIA_TYPE

if TYPE_CHECKING:
    from service.problems import Problem


def on_the_wire(problem: Problem) -> bytes:
    """The whole answer: status line, headers, body."""
    body = bytes(problem.response().body)
    told = [
        *((name.decode().title().encode(), value) for name, value in ALWAYS),
        *((name.encode(), value.encode()) for name, value in problem.headers.items()),
        (b"Content-Type", MEDIA_TYPE.encode()),
        (b"Content-Length", str(len(body)).encode()),
    ]
    head = b"".join(b"%s: %s\r\n" % pair for pair in told)
    phrase = HTTPStatus(problem.status).phrase.encode()
    return b"HTTP/1.1 %d %s\r\n" % (problem.status, phrase) + head + b"\r\n" + body
