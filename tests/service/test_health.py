"""Probes: whether the process lives, and whether work should be sent to it."""

from __future__ import annotations

import threading

import pytest
from fastapi.testclient import TestClient

from service.health.readiness import PATIENCE, Finding, Readiness

PROBLEM = "application/problem+json"
READY = ("/readyz", "/v2/health/ready", "/v2/models/denial/ready")


@pytest.fixture
def readiness(client: TestClient) -> Readiness:
    found: Readiness = client.app.state.readiness  # type: ignore[attr-defined]
    return found


def test_the_open_inference_protocol_is_spoken(client: TestClient) -> None:
    assert client.get("/v2/health/live").json() == {"live": True}
    assert client.get("/v2/health/ready").json() == {"ready": True}
    assert client.get("/v2/models/denial/ready").json() == {"name": "denial", "ready": True}
    answer = client.get("/v2/models/other/ready")
    assert answer.status_code == 404
    assert "other" not in answer.text


def test_readiness_follows_the_log(
    client: TestClient, readiness: Readiness, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get("/readyz").json() == {"status": "ready", "model_version": "7"}
    with monkeypatch.context() as patched:
        repository = client.app.state.held.repository  # type: ignore[attr-defined]
        patched.setattr(repository, "writable", lambda: False)
        readiness.look()
        for path in READY:
            answer = client.get(path)
            assert (answer.status_code, answer.headers["content-type"]) == (503, PROBLEM)
            assert answer.headers["retry-after"] == "1"
            assert answer.json()["type"] == "urn:preclear:problem:audit-unavailable"
        assert client.get("/healthz").status_code == 200
        assert client.get("/v2/health/live").status_code == 200
    readiness.look()
    assert [client.get(path).status_code for path in READY] == [200, 200, 200]


def test_a_probe_asks_nothing_of_the_database(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    repository = client.app.state.held.repository  # type: ignore[attr-defined]

    def writable() -> bool:
        asked.append(threading.current_thread().name)
        return True

    monkeypatch.setattr(repository, "writable", writable)
    for _ in range(50):
        assert client.get("/v2/health/ready").status_code == 200
    assert set(asked) <= {"readiness"}


def test_what_was_seen_long_ago_is_not_believed() -> None:
    now = [0.0]
    readiness = Readiness([lambda: None], clock=lambda: now[0])
    problem = readiness.problem()
    assert problem
    assert problem.kind == "starting"
    readiness.look()
    assert readiness.problem() is None
    now[0] = PATIENCE + 0.1
    problem = readiness.problem()
    assert problem
    assert problem.kind == "audit-unavailable"


def test_the_first_finding_is_told_and_a_failing_check_is_one() -> None:
    def fails() -> Finding | None:
        raise RuntimeError("MARK-17")

    seen: list[str] = []
    readiness = Readiness(
        [lambda: None, fails, lambda: Finding("never", "asked")], [lambda: seen.append("looked")]
    )
    readiness.look()
    problem = readiness.problem()
    assert problem
    assert problem.kind == "unavailable"
    assert "RuntimeError" in problem.detail
    assert "MARK-17" not in problem.detail
    assert seen == ["looked"]


def test_who_takes_leave_is_not_ready_again() -> None:
    readiness = Readiness([lambda: None])
    readiness.look()
    readiness.drain()
    readiness.look()
    problem = readiness.problem()
    assert problem
    assert (problem.status, problem.kind) == (503, "draining")
