"""A problem as HTTP/1.1 sends it: for where no application answers."""

from __future__ import annotations

import ctypes
import socket
import sys
from http import HTTPStatus
from typing import TYPE_CHECKING

from service.headers import ALWAYS
from service.problems import MEDIA_TYPE

if TYPE_CHECKING:
    import asyncio

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


def write_short(transport: asyncio.Transport, data: bytes) -> None:
    """Write what fits into any socket's buffer, without giving up the interpreter meanwhile.

    ``socket.send`` lets other threads run while the kernel copies a few hundred bytes. With the
    scoring thread waiting, each of thousands of refusals a second would wake it for nothing.
    """
    plain = transport.get_extra_info("sslcontext") is None
    if _send is not None and plain and not transport.get_write_buffer_size():
        sent = _send(transport.get_extra_info("socket").fileno(), data, len(data), _FLAGS)
        if sent == len(data):
            return
        data = data[max(sent, 0) :]  # its buffer is full, or it is gone: the transport sees to it
    transport.write(data)


def _libc_send() -> ctypes._NamedFuncPointer | None:
    """The C library's ``send``, called with the interpreter held; where we know its flags."""
    if sys.platform != "linux":
        return None
    send = ctypes.PyDLL(None).send
    send.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int]
    send.restype = ctypes.c_ssize_t
    return send


_send = _libc_send()
_FLAGS = socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL if sys.platform == "linux" else 0
