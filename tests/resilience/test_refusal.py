"""More than the service can carry: refused at once, while probes and metrics answer."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from wire import Answer, Served, Wire, get, head, post, served

from claims.settings import Settings
from service.access.access import Access
from service.load.door import Door, refusable
from service.scoring.examples import FLAT
from service.scoring.service import ScoringService

MOST = 3
PROBES = ("/healthz", "/readyz", "/v2/health/live", "/v2/health/ready", "/v2/models/denial/ready")


@pytest.fixture
def limited(settings: Settings) -> Settings:
    return settings.model_copy(update={"max_in_flight": MOST})


@contextmanager
def held_up(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Scoring that waits for the event, which the end of the block sets."""
    go = threading.Event()
    each = ScoringService._each

    def waiting(self: ScoringService, *given: Any) -> Any:
        assert go.wait(60)
        return each(self, *given)

    with monkeypatch.context() as patched:
        patched.setattr(ScoringService, "_each", waiting)
        try:
            yield go
        finally:
            go.set()


@contextmanager
def full(one: Served, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Wire]]:
    """As many requests at work as may be, all waiting to be scored."""
    with held_up(monkeypatch):
        taken = [Wire(one.port) for _ in range(MOST)]
        for wire in taken:
            wire.send(post("/score", one.key, FLAT))
        probe = Wire(one.port)
        while one.app.state.share.now < MOST:
            assert probe.ask(get("/healthz")).status == 200
        yield taken
        probe.close()
    answers = [wire.read() for wire in taken]
    assert [answer.status for answer in answers] == [200] * MOST
    repository = one.app.state.held.repository
    assert all(repository.get(answer.json()["score_id"]) for answer in answers)
    for wire in taken:
        wire.close()


def check(answer: Answer, kind: str = "overloaded") -> None:
    assert answer.status == 503
    assert answer.json()["type"] == f"urn:preclear:problem:{kind}"
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"] == "1"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_what_is_too_much_is_refused_before_its_body_and_its_caller(
    limited: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    caller = Access.caller

    def counted(self: Access, credentials: list[str]) -> Any:
        asked.append("caller")
        return caller(self, credentials)

    monkeypatch.setattr(Access, "caller", counted)
    with served(limited) as one, full(one, monkeypatch):
        before = len(asked)
        half = Wire(one.port)
        half.send(head("/score/batch", one.key, 5_000_000) + b'{"claims": [')
        check(half.read())
        whole = Wire(one.port)
        for path in ("/score", "/score/batch", "/score?as_of=2026-03-02", "/rank", "/triage"):
            check(whole.ask(post(path, one.key, FLAT)))
        check(whole.ask(post("/score", "no key at all", FLAT)))
        check(whole.ask(post("/score", one.key, FLAT, "Expect: 100-continue")))
        assert len(asked) == before
        assert whole.ask(get("/model", one.key)).status == 200
        half.close()
        whole.close()


def test_a_connection_goes_on_after_a_refusal(
    limited: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(limited) as one:
        wire = Wire(one.port)
        with full(one, monkeypatch):
            for _ in range(5):
                check(wire.ask(post("/score", one.key, FLAT)))
        assert wire.ask(post("/score", one.key, FLAT)).status == 200
        figures = wire.ask(get("/metrics", one.key)).body.decode()
        assert 'preclear_requests_refused_total{reason="overloaded"} ' in figures
        assert "preclear_requests_in_flight 0.0" in figures
        wire.close()


def test_a_crowd_that_comes_at_once_is_refused_the_short_way(
    limited: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All are read in one turn of the event loop, before the first of them begins."""
    refusals: list[str] = []
    refuse = Door._refuse

    def noted(self: Door, *given: Any) -> None:
        refusals.append("short")
        refuse(self, *given)

    monkeypatch.setattr(Door, "_refuse", noted)
    crowd = 40
    with served(limited) as one, held_up(monkeypatch) as go:
        wires = [Wire(one.port) for _ in range(crowd)]
        for wire in wires:
            assert wire.ask(get("/healthz")).status == 200
        loop = one.server.servers[0].get_loop()
        blocked, sent = threading.Event(), threading.Event()
        loop.call_soon_threadsafe(lambda: (blocked.set(), sent.wait(60)))
        assert blocked.wait(60)
        for wire in wires:
            wire.send(post("/score", one.key, FLAT))
        sent.set()
        probe = Wire(one.port)
        assert probe.ask(get("/healthz")).status == 200
        go.set()
        answers = [wire.read() for wire in wires]
        probe.close()
        for wire in wires:
            wire.close()
    assert [answer.status for answer in answers].count(200) == MOST
    for answer in answers:
        if answer.status != 200:
            check(answer)
    assert len(refusals) == crowd - MOST


def test_probes_and_metrics_answer_while_all_threads_are_taken(
    limited: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def everywhere(one: Served, go: threading.Event) -> list[Future[bool]]:
        """A job that waits in every thread that ``asyncio.to_thread`` has, and as many behind."""

        async def fill() -> list[Any]:
            loop = asyncio.get_running_loop()
            pool = ThreadPoolExecutor(4)
            loop.set_default_executor(pool)
            return [loop.run_in_executor(None, go.wait, 60) for _ in range(8)]

        return asyncio.run_coroutine_threadsafe(fill(), one.app.state.loop).result(60)

    with served(limited) as one, held_up(monkeypatch) as go:
        one.app.state.loop = one.server.servers[0].get_loop()
        everywhere(one, go)
        scoring = Wire(one.port)
        scoring.send(post("/score", one.key, FLAT))
        probe = Wire(one.port)
        for path in PROBES:
            assert probe.ask(get(path)).status == 200
        assert probe.ask(get("/metrics", one.key)).status == 200
        go.set()
        assert scoring.read().status == 200
        probe.close()
        scoring.close()


def test_both_ways_to_refuse_answer_alike(
    limited: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(limited) as one, full(one, monkeypatch):
        wire = Wire(one.port)
        short = wire.ask(post("/score", one.key, FLAT))
        long = wire.ask(post("/score", one.key, FLAT, "Connection: upgrade"))
        assert short.json() == long.json()
        own = {"date", "server", "x-request-id"}
        assert {k: v for k, v in long.headers.items() if k not in own} == short.headers
        wire.close()


BODY = b'{"a": 1}'
PLAIN = b"POST /score HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\n" + BODY


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (lambda data: data, "/score"),
        (lambda data: data.replace(b"/score", b"/score/batch?as_of=2026&x=%20"), "/score/batch"),
        (lambda data: data.replace(b"Host: a", b"connection: Keep-Alive"), "/score"),
        (lambda data: data.replace(b"Host: a", b"Connection: close"), ""),
        (lambda data: data.replace(b"Host: a", b"Connection: keep-alive, upgrade"), ""),
        (lambda data: data.replace(b"Host: a", b"connection : keep-alive"), ""),
        (lambda data: data.replace(b"Host: a", b"Transfer-Encoding: chunked"), ""),
        (lambda data: data.replace(b"Host: a", b"Transfer-Encoding : chunked"), ""),
        (lambda data: data.replace(b"Host: a", b"Upgrade: h2c"), ""),
        (lambda data: data.replace(b"Host: a", b"Expect: 100-continue"), ""),
        (lambda data: data.replace(b"Host: a", b"Content-Length: 8"), ""),
        (lambda data: data.replace(b"Host: a", b"X: 1\r\n folded: 2"), ""),
        (lambda data: data.replace(b"Host: a", b"X: 1\nY: 2"), ""),
        (lambda data: data.replace(b"Host: a", b"no colon"), ""),
        (lambda data: data.replace(b": 8", b": 7"), ""),
        (lambda data: data.replace(b": 8", b": 9"), ""),
        (lambda data: data.replace(b": 8", b": +8"), ""),
        (lambda data: data.replace(b": 8", b": 8, 8"), ""),
        (lambda data: data.replace(b"Content-Length: 8", b"X: Content-Length: 8"), ""),
        (lambda data: data.replace(b"1.1", b"1.0"), ""),
        (lambda data: data.replace(b"POST", b"GET"), ""),
        (lambda data: data.replace(b"/score", b"/model"), ""),
        (lambda data: data.replace(b"/score", b"/score/"), ""),
        (lambda data: data.replace(b"/score", b"http://a/score"), ""),
        (lambda data: data[:-1], ""),
        (lambda data: data + data, ""),
        (lambda data: data[5:], ""),
    ],
)  # fmt: skip
def test_only_a_whole_plain_request_goes_the_short_way(
    change: Callable[[bytes], bytes], path: str
) -> None:
    assert refusable(change(PLAIN)) == path


def test_what_follows_half_a_head_is_no_request(
    limited: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request in the midst of another's head or body is read as the part of it that it is."""
    refusals: list[str] = []
    refuse = Door._refuse

    def noted(self: Door, *given: Any) -> None:
        refusals.append("short")
        refuse(self, *given)

    monkeypatch.setattr(Door, "_refuse", noted)
    with served(limited) as one, full(one, monkeypatch):
        inner = post("/score", one.key, FLAT)
        wire, probe = Wire(one.port), Wire(one.port)
        wire.send(head("/oauth/token", one.key, len(inner)))
        assert probe.ask(get("/healthz")).status == 200
        assert wire.ask(inner).status in {400, 401}
        wire.send(b"POST /oauth/token HTTP/1.1\r\nHost: a\r\n")
        assert probe.ask(get("/healthz")).status == 200
        assert wire.ask(inner).status == 400
        assert refusals == []
        check(probe.ask(inner))
        assert refusals == ["short"]
        wire.close()
        probe.close()
