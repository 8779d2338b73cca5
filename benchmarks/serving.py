"""``/score`` beside an echo in the same server: 1 and 16 connections, and where its time goes.

The echo reads and checks the same claims by the same models and answers a score of the same shape,
so the ratio is what scoring itself costs. The record of each score is on the disk before its answer
(``/echo`` writes nothing).
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from statistics import median

from benchmarks._load import Load, request, run
from benchmarks._split import split
from benchmarks._worlds import synthesise
from claims.settings import Settings
from claims.types import Claim
from claims.x12 import read
from cli.demo_body import body
from cli.demo_service import free_port
from service.access import local

CLAIMS = 8_000
SECONDS = 3.0
ROUNDS = 3


def prepare(folder: Path) -> tuple[Settings, list[bytes]]:
    """A world, a model trained on it by the command, and 200 claims as bodies of requests."""
    synthesise(folder / "world", CLAIMS, seed=9)
    environment = {
        "PRECLEAR_HOME": str(folder / "var"),
        "PRECLEAR_MLRUNS": str(folder / "mlruns"),
        "PRECLEAR_RATE_LIMIT": "0",
    }
    os.environ.update(environment)
    for words in (["train", str(folder / "world")], ["models", "promote", "1"]):
        command = [sys.executable, "-m", "cli.main", *words]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    bodies: list[bytes] = []
    for file in sorted((folder / "world" / "837").iterdir(), reverse=True):
        items = read(file.read_bytes())
        bodies += [
            json.dumps(body(item, item.submitted_on)).encode()
            for item in items
            if isinstance(item, Claim) and item.submitted_on
        ]
        if len(bodies) >= 200:
            break
    return Settings.read(), bodies[:200]


@contextlib.contextmanager
def serving() -> Iterator[int]:
    """The service with its echo, one worker, as uvicorn runs it; gives the port."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "--factory", "benchmarks._serving_app:create"]
    command += ["--port", str(port), "--no-access-log", "--log-level", "warning"]
    process = subprocess.Popen(command)
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until and process.poll() is None:
            with contextlib.suppress(OSError):
                connection = HTTPConnection("127.0.0.1", port, timeout=2)
                connection.request("GET", "/readyz")
                if connection.getresponse().status == 200:
                    break
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def measure(port: int, bodies: list[bytes], connections: int, key: str) -> dict[str, Load]:
    """Both ways in turns; of each the run with the median rate."""
    ways = {
        path: [request(port, path, body, key) for body in bodies] for path in ("/echo", "/score")
    }
    runs: dict[str, list[Load]] = {path: [] for path in ways}
    for requests in ways.values():
        run(port, requests, connections, 0.5)
    for _ in range(ROUNDS):
        for path, requests in ways.items():
            runs[path].append(run(port, requests, connections, SECONDS))
    middle = {path: median(one.rate for one in loads) for path, loads in runs.items()}
    return {
        path: min(loads, key=lambda one: abs(one.rate - middle[path]))
        for path, loads in runs.items()
    }


def main() -> None:
    """Print requests a second, latencies, ratios, and the split of one score."""
    with tempfile.TemporaryDirectory() as name:
        settings, bodies = prepare(Path(name))
        size = sum(map(len, bodies)) / len(bodies)
        print(f"model of {CLAIMS:,} claims, {len(bodies)} claims of {size:,.0f} bytes, 1 worker")
        with serving() as port:
            for connections in (1, 16):
                found = measure(port, bodies, connections, local.read(settings.home))
                for path, load in found.items():
                    print(
                        f"{connections:>2} connections {path:7} {load.rate:8,.0f} requests/s, "
                        f"p50 {load.p50:6.2f} ms, p99 {load.p99:6.2f} ms"
                    )
                ratio = found["/score"].rate / found["/echo"].rate
                print(f"{connections:>2} connections /score does {ratio:.2f} of the echo's rate")
        print("one score, in ms:")
        parts = split(settings, bodies[:100])
        for what, seconds in parts:
            print(f"  {what:26} {seconds * 1000:7.3f}")
        print(f"  {'together':26} {sum(seconds for _, seconds in parts) * 1000:7.3f}")


if __name__ == "__main__":
    main()
