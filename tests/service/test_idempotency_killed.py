"""A service that is killed in the midst of requests: each key has one record and one answer."""

from __future__ import annotations

import contextlib
import json
import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest
from installation import install
from invented import Practice

from claims.settings import Settings
from cli.demo_service import free_port
from service.scoring.examples import FLAT

ROOT = Path(__file__).parents[2]


def ask(port: int, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """The answer if it is a 200, else ``b""``. Raises ``OSError`` or ``HTTPException``."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request(method, path, body or None, headers)
        answer = connection.getresponse()
        said = answer.read()
        return said if answer.status == 200 else b""


@contextlib.contextmanager
def serving(settings: Settings, log: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    port = free_port()
    command = [sys.executable, "-m", "cli.main", "serve", "--port", str(port)]
    environment = {
        **os.environ,
        "PRECLEAR_HOME": str(settings.home),
        "PRECLEAR_MLRUNS": str(settings.mlruns),
    }
    with log.open("ab") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out)
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until and process.poll() is None:
            with contextlib.suppress(OSError, HTTPException):
                if ask(port, "GET", "/readyz", {}):
                    break
            time.sleep(0.05)
        yield port, process
    finally:
        process.kill()
        process.wait()


@pytest.mark.heavy
def test_each_key_has_one_record_and_one_answer(world: Practice, tmp_path: Path) -> None:
    settings = install(tmp_path, world)
    chance = random.Random(11)
    batch = json.dumps({"claims": [{**FLAT, "claim_id": f"b{place}"} for place in range(150)]})
    requests = {
        f"k{place}": ("/score/batch", batch, 150) if place % 10 == 9 else
        ("/score", json.dumps({**FLAT, "claim_id": f"c{place}"}), 1)
        for place in range(60)
    }  # fmt: skip
    told: dict[str, set[bytes]] = {key: set() for key in requests}

    def post_all(port: int) -> None:
        key_of = (settings.home / "local-key").read_text().strip()
        for key, (path, body, _) in requests.items():
            headers = {
                "X-API-Key": key_of,
                "Content-Type": "application/json",
                "Idempotency-Key": key,
            }
            try:
                said = ask(port, "POST", path, headers, body.encode())
            except (OSError, HTTPException):
                return
            if said:
                told[key].add(said)

    for _ in range(6):
        with serving(settings, tmp_path / "log") as (port, process):
            threads = [threading.Thread(target=post_all, args=(port,)) for _ in range(3)]
            for thread in threads:
                thread.start()
            time.sleep(chance.uniform(0.02, 0.6))
            process.kill()
            for thread in threads:
                thread.join()
    with serving(settings, tmp_path / "log") as (port, _):
        post_all(port)
    assert {len(answers) for answers in told.values()} == {1}
    with closing(sqlite3.connect(settings.home / "audit.db")) as connection:
        recorded = {row[0] for row in connection.execute("SELECT score_id FROM scores")}
    answered = [
        score["score_id"]
        for (answer,) in told.values()
        for score in json.loads(answer).get("scores", [json.loads(answer)])
    ]
    assert len(answered) == sum(claims for _, _, claims in requests.values())
    assert set(answered) == recorded
