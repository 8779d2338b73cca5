"""Told to stop: not ready first, what was taken is finished and recorded, then the end with 0."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from wire import Answer, Wire, get, head, post

from claims.settings import Settings
from cli.demo_service import free_port
from service.access import local
from service.audit.repository import AuditRepository
from service.scoring.examples import FLAT

Process = subprocess.Popen[bytes]
ROOT = Path(__file__).parents[2]
BODY = json.dumps(FLAT).encode()


def ask(port: int, data: bytes) -> Answer | None:
    """The answer on a connection of its own, ``None`` when there is none."""
    try:
        wire = Wire(port)
    except OSError:
        return None
    try:
        return wire.ask(data)
    except (OSError, IndexError):  # closed before it was read
        return None
    finally:
        wire.close()


@contextmanager
def serving(
    settings: Settings, log: Path, **more: str
) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    port = free_port()
    environment = {
        **os.environ, "PRECLEAR_HOME": str(settings.home), "PRECLEAR_MLRUNS": str(settings.mlruns),
        **more,
    }  # fmt: skip
    command = [sys.executable, "-m", "cli.main", "serve", "--port", str(port)]
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out)
    try:
        ready = f'preclear_workers{{state="ready"}} {more.get("PRECLEAR_WORKERS", "1")}.0'
        while process.poll() is None:
            with suppress(OSError):
                key = local.read(settings.home)
                figures = ask(port, get("/metrics", key))
                if figures and ready in figures.body.decode():
                    break
            time.sleep(0.05)
        yield port, process
    finally:
        process.kill()
        process.wait()


def status(answer: Answer | None) -> int:
    return answer.status if answer else 0


def until_at_work(port: int, key: str) -> None:
    """Wait until one request is at work."""
    while (figures := ask(port, get("/metrics", key))) is None or (
        "preclear_requests_in_flight 1.0" not in figures.body.decode()
    ):
        pass


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.heavy)])
def test_what_was_taken_is_finished_and_nothing_new_is_taken(
    settings: Settings, tmp_path: Path, workers: int
) -> None:
    log = tmp_path / "log"
    with serving(settings, log, PRECLEAR_WORKERS=str(workers)) as (port, process):
        key = local.read(settings.home)
        taken = Wire(port)
        taken.send(head("/score", key, len(BODY)) + BODY[:50])
        until_at_work(port, key)
        process.send_signal(signal.SIGTERM)
        if workers == 1:
            process.send_signal(signal.SIGTERM)  # who stops a group sends several
        # A worker with nothing at work is gone at once; the other one answers until it is done.
        while (probe := ask(port, get("/v2/health/ready"))) is None or probe.status == 200:
            assert process.poll() is None
        assert probe.json()["type"] == "urn:preclear:problem:draining"
        assert status(ask(port, get("/v2/health/live"))) == 200
        while (refused := ask(port, post("/score", key, FLAT))) is None or refused.status == 200:
            assert process.poll() is None
        assert refused.status == 503
        assert refused.headers["connection"] == "close"
        assert refused.headers["retry-after"] == "1"
        assert refused.json()["type"] == "urn:preclear:problem:draining"
        assert process.poll() is None
        taken.send(BODY[50:])
        answer = taken.read()
        assert answer.status == 200
        assert taken.ended()
        taken.close()
        assert process.wait(60) == 0
    repository = AuditRepository.existing(settings)
    assert repository.get(answer.json()["score_id"])
    repository.close()
    assert "Traceback" not in log.read_text()
    assert not list((settings.home / "metrics").glob("*.run"))


def test_work_is_taken_while_others_have_time_to_look_elsewhere(
    settings: Settings, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    with serving(settings, log, PRECLEAR_DRAIN_SECONDS="600") as (port, process):
        key = local.read(settings.home)
        process.send_signal(signal.SIGTERM)
        while status(ask(port, get("/v2/health/ready"))) == 200:
            pass
        for _ in range(3):
            assert status(ask(port, post("/score", key, FLAT))) == 200
            assert status(ask(port, get("/v2/health/ready"))) == 503
        figures = ask(port, get("/metrics", key))
        assert figures
        assert 'preclear_workers{state="draining"} 1.0' in figures.body.decode()
        assert 'preclear_workers{state="ready"} 0.0' in figures.body.decode()
        process.send_signal(signal.SIGINT)  # who cannot wait
        assert process.wait(60) == 0
    assert "Traceback" not in log.read_text()


def test_what_is_not_finished_in_time_is_cut(settings: Settings, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with serving(settings, log, PRECLEAR_FINISH_SECONDS="0.2") as (port, process):
        taken = Wire(port)
        taken.send(head("/score", local.read(settings.home), len(BODY)) + BODY[:50])
        until_at_work(port, local.read(settings.home))
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        taken.close()
    assert "not finished in time" in log.read_text()
