"""How often, how much and how slowly somebody may ask; what every answer carries."""

from __future__ import annotations

import asyncio
import json
import logging
import uuid
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from installation import install
from invented import Practice

from service.access.rate import Buckets
from service.app import create_app
from service.headers import SafeHeaders
from service.limits import BodyLimits
from service.logs import JsonFormatter, TextFormatter, log_config
from service.problems import Problem
from service.scoring.examples import FLAT


def test_a_bucket_holds_two_seconds_and_fills_again() -> None:
    now = [0.0]
    buckets = Buckets(10, clock=lambda: now[0])
    assert [buckets.wait("a") for _ in range(20)] == [0.0] * 20
    assert buckets.wait("a") == pytest.approx(0.1)
    assert buckets.wait("b") == 0.0
    now[0] = 0.1
    assert buckets.wait("a") == 0.0
    assert buckets.wait("a") > 0
    now[0] = 100.0
    assert sum(buckets.wait("a") == 0.0 for _ in range(50)) == 20
    assert [Buckets(0).wait("a") for _ in range(99)] == [0.0] * 99


def test_a_key_that_asks_too_often_is_told_when_to_come_back(
    world: Practice, tmp_path: Path
) -> None:
    settings = install(tmp_path, world, rate_limit=1)
    with TestClient(create_app(settings)) as client:
        asked = (client.get("/model") for _ in range(500))
        refused = next(answer for answer in asked if answer.status_code != 200)
        assert refused.status_code == 429
        assert refused.headers["retry-after"] == "1"
        assert refused.headers["content-type"] == "application/problem+json"
        assert client.get("/healthz").status_code == 200


def run(messages: list[Any], most_bytes: int = 10, most_seconds: float = 30) -> list[bytes]:
    """What an application reads of a body that comes as these messages; a number is a wait."""

    async def scenario() -> list[bytes]:
        left = iter(messages)
        read: list[bytes] = []

        async def receive() -> Any:
            message = next(left)
            if message is None:
                await asyncio.Event().wait()
            return message

        async def app(_: Any, receive: Any, __: Any) -> None:
            more = True
            while more:
                message = await receive()
                read.append(message.get("body", b""))
                more = message.get("more_body", False)
            if messages[-1] != message:
                assert (await receive())["type"] == "http.disconnect"

        async def send(_: Any) -> None: ...

        scope = {"type": "http", "headers": [(b"content-length", b"1")]}
        await BodyLimits(app, most_bytes, most_seconds)(scope, receive, send)
        return read

    return asyncio.run(scenario())


def chunk(body: bytes, *, more: bool = True) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


def test_a_body_is_counted_whatever_its_headers_say() -> None:
    whole = [chunk(b"12345"), chunk(b"67890", more=False), {"type": "http.disconnect"}]
    assert run(whole) == [b"12345", b"67890"]
    with pytest.raises(Problem) as refused:
        run([chunk(b"12345"), chunk(b"678901"), chunk(b"never read")])
    assert (refused.value.status, refused.value.headers["Connection"]) == (413, "close")


def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    with pytest.raises(Problem) as refused:
        run([chunk(b"1"), None], most_seconds=0.05)
    assert refused.value.status == 408


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "gzip, identity"])
def test_a_compressed_body_is_not_taken(client: TestClient, encoding: str) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": encoding}
    assert client.post("/score", content=b"\x1f\x8b", headers=headers).status_code == 415


@pytest.mark.parametrize("path", ["/healthz", "/score", "/nowhere", "/model"])
def test_every_answer_has_the_headers(stranger: TestClient, path: str) -> None:
    headers = stranger.get(path).headers
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert uuid.UUID(headers["x-request-id"]).version == 4
    assert not {"server", "strict-transport-security", "access-control-allow-origin"} & set(headers)


def test_over_tls_a_browser_is_told_to_come_no_other_way() -> None:
    async def app(_: Any, __: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def scenario(scheme: str) -> bytes:
        said: list[Any] = []

        async def send(message: Any) -> None:
            said.append(message)

        await SafeHeaders(app)({"type": "http", "scheme": scheme}, send, send)
        return b" ".join(name for name, _ in said[0]["headers"])

    assert b"strict-transport-security" in asyncio.run(scenario("https"))
    assert b"strict-transport-security" not in asyncio.run(scenario("http"))


@pytest.mark.parametrize(
    ("sent", "taken"),
    [
        ("0190c5b0-7f1e-7c3a-8a53-0d1f6f1f0e11", True),
        ("4bf92f3577b34da6a3ce929d0e0e4736", True),
        ("PCN-1042", False), ("W2087431", False), ("123456789", False), ("a" * 33, False),
        ("DOE^JANE", False), ("", False),
    ],
)  # fmt: skip
def test_a_request_has_an_id(client: TestClient, sent: str, taken: bool) -> None:
    answer = client.get("/healthz", headers={"X-Request-Id": sent})
    assert (answer.headers["x-request-id"] == sent) is taken


def test_a_request_is_one_line_of_json(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    lines: list[dict[str, Any]] = []

    class Sink(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(json.loads(JsonFormatter().format(record)))

    sink = Sink()
    logger = logging.getLogger("preclear")
    logger.addHandler(sink)
    try:
        with caplog.at_level(logging.INFO, logger="preclear"):
            answer = client.post("/score?as_of=2026-01-01", json=FLAT)
            client.request("CANARY", "/CANARY?CANARY")
    finally:
        logger.removeHandler(sink)
    scored, lost = (line for line in lines if line["message"] == "request")
    assert scored["request_id"] == answer.headers["x-request-id"]
    assert (scored["method"], scored["route"], scored["status"]) == ("POST", "/score", 200)
    assert len(scored["caller"]) == 12
    assert (lost["method"], lost["route"]) == ("other", "not listed")
    assert "CANARY" not in json.dumps(lines)


@pytest.mark.parametrize("form", [JsonFormatter(), TextFormatter()])
def test_of_an_exception_its_type_alone_is_logged(form: logging.Formatter) -> None:
    try:
        raise ValueError("CANARY")
    except ValueError as error:
        info = (type(error), error, error.__traceback__)
        record = logging.LogRecord("a", logging.ERROR, "b", 1, "failed\nhard", (), info)
    line = form.format(record)
    assert "ValueError" in line
    assert "CANARY" not in line
    assert len(line.splitlines()) == 1


def test_the_log_is_configured_for_everybody() -> None:
    from logging.config import DictConfigurator  # type: ignore[attr-defined]

    config = log_config("info", "json")
    assert config["root"]["handlers"] == ["out"]
    made = DictConfigurator(config).configure_formatter(dict(config["formatters"]["line"]))
    assert isinstance(made, JsonFormatter)
