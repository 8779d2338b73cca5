from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from claims.errors import UserError
from cli import demo_process, demo_service

# A service in miniature that starts a child of its own, as workers are started.
SERVER = """
import http.server, json, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
class Handler(http.server.BaseHTTPRequestHandler):
    def _say(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
    def do_GET(self):
        self._say(200, {"child": child.pid})
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._say(422 if body.get("bad") else 200, {"got": body})
    def log_message(self, *_):
        pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def _spawn(code: str, port: int, log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as out:
        return subprocess.Popen(
            [sys.executable, "-c", code, str(port)],
            stdout=out,
            stderr=out,
            start_new_session=True,
        )


@pytest.fixture
def codes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What each start runs, one after the other; the last one again and again."""
    left = [SERVER]
    monkeypatch.setattr(
        demo_process,
        "start",
        lambda words, _, log: _spawn(
            left.pop(0) if len(left) > 1 else left[0], int(words[-1]), log
        ),
    )
    return left


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def _gone(pid: int) -> bool:
    until = time.monotonic() + 5
    while _alive(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not _alive(pid)


@pytest.mark.usefixtures("codes")
def test_it_answers_and_leaves_no_process(tmp_path: Path) -> None:
    with demo_service.running({}, tmp_path / "log") as service:
        child = service.get("/model")["child"]
        assert isinstance(child, int)
        assert _alive(child)
        assert service.post("/score", {"claim_id": "A"}) == {"got": {"claim_id": "A"}}
        assert service.address.startswith("http://127.0.0.1:")
    assert _gone(child)


@pytest.mark.usefixtures("codes")
def test_an_interrupt_stops_the_service_too(tmp_path: Path) -> None:
    seen: list[int] = []

    def interrupted() -> None:
        with demo_service.running({}, tmp_path / "log") as service:
            child = service.get("/model")["child"]
            assert isinstance(child, int)
            seen.append(child)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert _gone(seen[0])


@pytest.mark.usefixtures("codes")
def test_a_refusal_is_one_sentence(tmp_path: Path) -> None:
    with (
        demo_service.running({}, tmp_path / "log") as service,
        pytest.raises(UserError, match="422"),
    ):
        service.post("/score", {"bad": True})


def test_a_port_that_was_taken_costs_a_second_start(tmp_path: Path, codes: list[str]) -> None:
    codes.insert(0, "raise SystemExit('[Errno 98] address already in use')")
    with demo_service.running({}, tmp_path / "log") as service:
        assert service.get("/")["child"]


def test_a_service_that_dies_names_its_log(tmp_path: Path, codes: list[str]) -> None:
    codes[:] = ["raise SystemExit('no champion')"]
    log = tmp_path / "service.log"
    with pytest.raises(UserError, match=r"service\.log"), demo_service.running({}, log):
        pytest.fail("never ready")
    assert "no champion" in log.read_text()


def test_a_free_port_is_free() -> None:
    first, second = demo_service.free_port(), demo_service.free_port()
    assert 1024 <= first <= 65535
    assert 1024 <= second <= 65535
