"""Requests that two readers could read in two ways, and what is no HTTP at all, byte by byte."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator

import pytest
from installation import install
from invented import Practice

from service.scoring.examples import FLAT
from tests.resilience.wire import Served, Wire, get, post, served

BODY = json.dumps(FLAT).encode()
CHUNKED = b"%x\r\n" % len(BODY) + BODY + b"\r\n0\r\n\r\n"
LENGTH = b"Content-Length: %d\r\n" % len(BODY)
CHUNKS = b"Transfer-Encoding: chunked\r\n"


@pytest.fixture(scope="module")
def one(world: Practice, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(install(tmp_path_factory.mktemp("smuggling"), world)) as found:
        yield found


def head(key: str, *more: bytes, line: bytes = b"POST /score HTTP/1.1\r\n") -> bytes:
    who = b"Authorization: Bearer " + key.encode() + b"\r\n" if key else b""
    return b"".join(
        [line, b"Host: x\r\n", who, b"Content-Type: application/json\r\n", *more, b"\r\n"]
    )


def refused(one: Served, data: bytes, kind: str) -> None:
    """Answered 400 with a problem, once, and hung up; what follows is no request."""
    wire = Wire(one.port)
    wire.send(data)
    told = wire.read()
    assert told.status == 400
    assert told.headers["content-type"] == "application/problem+json"
    assert told.headers["x-content-type-options"] == "nosniff"
    assert told.headers["connection"] == "close"
    assert told.json()["type"] == f"urn:preclear:problem:{kind}"
    assert wire.ended()
    wire.close()


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(
    ("more", "line"),
    [
        ([b"Content-Length: 3\r\n", CHUNKS], b"POST /score HTTP/1.1\r\n"),
        ([CHUNKS, LENGTH], b"POST /score HTTP/1.1\r\n"),
        ([CHUNKS], b"POST /score HTTP/1.0\r\n"),
        ([CHUNKS, b"Content-Length: 0\r\n"], b"POST /oauth/token HTTP/1.1\r\n"),
    ],
)
def test_a_request_with_two_lengths_is_refused(
    one: Served, more: list[bytes], line: bytes, known: bool
) -> None:
    data = head(one.key if known else "", *more, line=line)
    refused(one, data + CHUNKED + get("/healthz"), "length-unclear")


@pytest.mark.parametrize(
    "more",
    [
        [LENGTH, b"Content-Length: 5\r\n"],
        [b"Content-Length: -1\r\n"],
        [b"Content-Length: +5\r\n"],
        [b"Content-Length: 0x5\r\n"],
        [b"Content-Length: " + b"9" * 30 + b"\r\n"],
        [b"Transfer-Encoding : chunked\r\n"],
        [b"Transfer-Encoding: xchunked\r\n"],
        [b"Transfer-Encoding: gzip, chunked\r\n"],
        [CHUNKS, b"Transfer-Encoding: identity\r\n"],
        [b"X: a\x00b\r\n", LENGTH],
        [b"Host: y\r\n", LENGTH],
    ],
)
def test_a_length_that_is_none_is_refused(one: Served, more: list[bytes]) -> None:
    refused(one, head(one.key, *more), "malformed")


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 TLS\r\n\r\n",
        b"GET /healthz\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\n\r\n",
        b"GE\x00T / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\r\n\r\n\r\nhello\r\n\r\n",
        get("/healthz?" + "a" * 20_000)[:20_000],
        get("/healthz")[:-2] + b"X: a\r\n" * 3_000,
    ],
)
def test_what_is_no_request_is_refused(one: Served, data: bytes) -> None:
    refused(one, data, "malformed")


@pytest.mark.parametrize("lie", [b"5\r\n" + BODY, b"-5\r\nabc\r\n", b"zz\r\n", b"5\r\nabcdeXX\r\n"])
def test_a_chunk_that_lies_is_refused(one: Served, lie: bytes) -> None:
    refused(one, head(one.key, CHUNKS) + lie + get("/healthz"), "malformed")


def test_what_follows_a_refusal_is_no_fault_of_ours(
    one: Served, caplog: pytest.LogCaptureFixture
) -> None:
    wire = Wire(one.port)
    wire.send(head("", CHUNKS))
    assert wire.read().status == 401
    wire.send(b"5\r\nabcde\r\nzz\r\n")
    assert wire.ended()
    wire.close()
    again = Wire(one.port)
    assert again.ask(get("/healthz")).status == 200
    again.close()
    assert not [record for record in caplog.records if record.exc_info]


def test_a_body_that_is_shorter_than_stated_holds_the_next_request(one: Served) -> None:
    """What is left of a body is not read as a request of its own."""
    inner = get("/metrics", one.key)
    outer = head(one.key, b"Content-Length: %d\r\n" % len(inner))
    wire = Wire(one.port)
    assert wire.ask(outer + inner).status == 400
    assert wire.ask(post("/score", one.key, FLAT)).status == 200
    wire.close()


@pytest.mark.parametrize(
    "path",
    [
        "//score", "/score/", "/score%2f", "/./score", "/x/../score", "/x/%2e%2e/score",
        "/score;a=b", "/SCORE", "/score%00", "/score%0d%0aX:y", "/healthz/../score",
        "/docs/%2e%2e/score", "/v2/models/..%2f..%2fscore/ready", "http://other/score", "*",
    ],
)  # fmt: skip
def test_no_other_address_is_the_same(one: Served, path: str) -> None:
    for key, status in ((one.key, 404), ("", 401)):
        wire = Wire(one.port)
        data = head(key, LENGTH, line=f"POST {path} HTTP/1.1\r\n".encode()) + BODY
        assert wire.ask(data).status == status
        wire.close()


@pytest.mark.parametrize("line", [b"HTTP/1.0", b"HTTP/1.1"])
def test_who_expects_to_be_told_to_go_on_is_told(one: Served, line: bytes) -> None:
    wire = Wire(one.port)
    wire.send(head(one.key, LENGTH, b"Expect: 100-continue\r\n", line=b"POST /score %b\r\n" % line))
    if line == b"HTTP/1.1":  # who speaks 1.0 knows no 100
        assert wire.read().status == 100
    wire.send(BODY)
    assert wire.read().status == 200
    wire.close()


def test_who_has_no_key_is_not_told_to_go_on(one: Served) -> None:
    wire = Wire(one.port)
    assert wire.ask(head("", LENGTH, b"Expect: 100-continue\r\n")).status == 401
    wire.close()


def test_an_upgrade_is_not_taken(one: Served, caplog: pytest.LogCaptureFixture) -> None:
    for kind in (b"websocket", b"h2c"):
        wire = Wire(one.port)
        upgrade = b"Connection: Upgrade\r\nUpgrade: " + kind + b"\r\n"
        assert wire.ask(head(one.key, LENGTH, upgrade) + BODY).status == 200
        wire.close()
    assert "pip install" not in caplog.text


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "DELETE", "TRACE", "CONNECT", "QZX"])
def test_another_method_is_told_which_are_taken(one: Served, method: str) -> None:
    with socket.create_connection(("127.0.0.1", one.port)) as wire:
        line = f"{method} /score HTTP/1.1\r\n".encode()
        wire.sendall(head(one.key, b"Connection: close\r\n", b"Origin: http://x\r\n", line=line))
        told = b""
        while part := wire.recv(65_536):
            told += part
    first, _, body = told.partition(b"\r\n\r\n")
    assert first.startswith(b"HTTP/1.1 405 ")
    assert b"allow: POST" in first
    assert b"access-control" not in first.lower()
    assert (body == b"") == (method == "HEAD")
