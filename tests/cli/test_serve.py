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


def ask(
    port: int, method: str, path: str, body: bytes | None = None, key: str = ""
) -> tuple[int, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    headers = {"Content-Type": "application/json"} if body else {}
    headers["X-API-Key"] = key
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
        all_ready = f'preclear_workers{{state="ready"}} {workers}.0'
        while time.monotonic() < until and process.poll() is None:
            try:
                key = (settings.home / "local-key").read_text().strip()
                if all_ready in ask(port, "GET", "/metrics", key=key)[1].decode():
                    break
            except OSError:
                time.sleep(0.1)
        assert ask(port, "GET", "/v2/health/ready")[0] == 200
        body = json.dumps({**FLAT, "claim_id": "CANARY-5"}).encode()
        assert ask(port, "POST", "/score", body)[0] == 401
        for _ in range(8):
            status, told = ask(port, "POST", "/score?as_of=2026-01-01", body, key)
            assert status == 200
            assert json.loads(told)["claim_id"] == "CANARY-5"
        assert ask(port, "GET", "/CANARY-5", key=key)[0] == 404
        for _ in range(8):  # whichever worker is asked
            figures = ask(port, "GET", "/metrics", key=key)[1].decode().splitlines()
            scores = [line for line in figures if line.startswith("preclear_scores_total{")]
            assert [line.split()[-1] for line in scores] == ["8.0"]
        process.send_signal(signal.SIGTERM)
        process.wait(30)
    finally:
        process.kill()
        process.wait()
    said = log.read_text()
    assert "CANARY" not in said
    assert "Traceback" not in said
    assert "as_of=" not in said
    assert key not in said
    assert f"$(cat {settings.home / 'local-key'})" in said
    assert f"Pages for people: http://127.0.0.1:{port}/" in said


def test_a_service_without_a_model_does_not_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PRECLEAR_HOME", str(tmp_path / "var"))
    monkeypatch.setenv("PRECLEAR_MLRUNS", str(tmp_path / "mlruns"))
    assert call(["serve", "--port", "0"]) == 1
    error = capsys.readouterr().err
    assert "preclear train" in error
    assert len(error.strip().splitlines()) == 1


def test_nobody_serves_others_without_a_key(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("PRECLEAR_HOME", str(tmp_path / "var"))
    started: list[str] = []
    monkeypatch.setattr("uvicorn.run", lambda *_, **how: started.append(how["host"]))
    monkeypatch.setattr("service.start.start", lambda _: ())
    monkeypatch.setattr("service.start.stop", lambda *_: None)
    for words in (["--host", "0.0.0.0"], ["--host", "::"], ["--host", "10.1.2.3"]):
        assert call(["serve", *words]) == 1
        error = capsys.readouterr().err
        assert "preclear keys create" in error
        assert len(error.strip().splitlines()) == 1
    assert not (tmp_path / "var" / "local-key").exists()
    assert call(["keys", "create", "front-desk"]) == 0
    assert call(["serve", "--host", "0.0.0.0"]) == 0
    assert started == ["0.0.0.0"]
    monkeypatch.setenv("PRECLEAR_LOCAL_KEY", "0")
    assert call(["serve"]) == 0
    assert not (tmp_path / "var" / "local-key").exists()


def test_a_wrong_port_is_a_wrong_call(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["serve", "--port", "70000"]) == 2
    assert "--port" in capsys.readouterr().err
