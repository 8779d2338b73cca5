from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path

import pytest

from claims.settings import Settings
from cli.demo_service import free_port
from cli.main import call
from service.scoring.examples import FLAT

ROOT = Path(__file__).parents[2]


def ask(port: int, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    headers = {"Content-Type": "application/json"} if body else {}
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    told = answer.status, answer.read()
    connection.close()
    return told


@pytest.mark.parametrize("workers", [1, 2])
def test_it_serves_until_it_is_told_to_stop(
    settings: Settings, tmp_path: Path, workers: int
) -> None:
    port, log = free_port(), tmp_path / "log"
    command = [sys.executable, "-m", "cli.main", "serve", "--port", str(port)]
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, "--workers", str(workers)], cwd=ROOT, env={**os.environ},
            stdout=out, stderr=out,
        )  # fmt: skip
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until and process.poll() is None:
            try:
                if ask(port, "GET", "/readyz")[0] == 200:
                    break
            except OSError:
                time.sleep(0.1)
        body = json.dumps({**FLAT, "claim_id": "CANARY-5"}).encode()
        for _ in range(8):
            status, told = ask(port, "POST", "/score?as_of=2026-01-01", body)
            assert status == 200
            assert json.loads(told)["claim_id"] == "CANARY-5"
        assert ask(port, "GET", "/CANARY-5")[0] == 404
        process.send_signal(signal.SIGTERM)
        process.wait(30)
    finally:
        process.kill()
        process.wait()
    said = log.read_text()
    assert "CANARY" not in said
    assert "Traceback" not in said
    assert "/score" not in said


def test_a_service_without_a_model_does_not_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PRECLEAR_HOME", str(tmp_path / "var"))
    monkeypatch.setenv("PRECLEAR_MLRUNS", str(tmp_path / "mlruns"))
    assert call(["serve", "--port", "0"]) == 1
    error = capsys.readouterr().err
    assert "preclear train" in error
    assert len(error.strip().splitlines()) == 1


def test_a_wrong_port_is_a_wrong_call(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["serve", "--port", "70000"]) == 2
    assert "--port" in capsys.readouterr().err
