"""``/score`` beside an echo, MLflow's server, the usual way and the trees alone, in one run.

The echo, in the same server, reads and checks the same claims and answers a score of the same
shape, so it says what scoring itself costs, and that the client is not the limit. The record of
each score is on the disk before its answer; the others write nothing. ``mlflow models serve`` and
the usual way are sent the ready features of the claims and answer with probability and
contributions: no what-ifs, no lines, no words, and no features to be built.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray

from benchmarks._load import Load, request, run
from benchmarks._peer_services import (
    mlflow_bodies,
    mlflow_serving,
    usual_bodies,
    usual_serving,
)
from benchmarks._split import split
from benchmarks._worlds import synthesise
from claims.keys import load_keys
from claims.settings import Settings
from claims.types import Claim
from claims.x12 import read
from cli.demo_body import body
from cli.demo_service import free_port
from features.build import build
from features.columns import as_days
from features.frame import Frame
from models.aliases import CHAMPION, resolve
from models.denial import DenialModel
from service.access import local
from service.scoring.requests import parse_claim, parse_json
from service.start import open_history, open_model

CLAIMS = 8_000
SECONDS = 3.0
ROUNDS = 3
SPLIT = 100


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


def features_of(settings: Settings, bodies: list[bytes]) -> NDArray[np.float32]:
    """The feature rows of the claims of ``bodies``, as ``/score`` builds them."""
    asks = [parse_claim(parse_json(body), settings.max_lines) for body in bodies]
    frame = Frame.from_claims([ask.claim for ask in asks], load_keys(settings.home))
    days = np.array([as_days(ask.as_of) for ask in asks], np.int32)
    return build(frame.replace(as_of=days), open_history(settings))


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


def measure(
    ways: dict[str, tuple[int, list[bytes]]], connections: int, rounds: int, seconds: float
) -> dict[str, Load]:
    """All ways in turns, each (port, requests); of each the run with the median rate."""
    runs: dict[str, list[Load]] = {way: [] for way in ways}
    for port, requests in ways.values():
        run(port, requests, connections, 0.5)
    for _ in range(rounds):
        for way, (port, requests) in ways.items():
            runs[way].append(run(port, requests, connections, seconds))
    middle = {way: median(one.rate for one in loads) for way, loads in runs.items()}
    return {
        way: min(loads, key=lambda one: abs(one.rate - middle[way])) for way, loads in runs.items()
    }


def trees_alone(model: DenialModel, values: NDArray[np.float32], rounds: int) -> dict[str, float]:
    """What one core does a second with ready rows, one after the other and nothing around it."""
    rows = [values[place : place + 1] for place in range(len(values))]
    booster, explainer = model.booster, model.explainer
    ways: dict[str, Callable[[NDArray[np.float32]], object]] = {
        "predict": booster.raw,
        "predict and pred_contrib": lambda row: (booster.raw(row), booster.contributions(row)),
        "predict and our TreeSHAP": lambda row: (booster.raw(row), explainer.contributions(row)),
    }
    found: dict[str, float] = {}
    for name, work in ways.items():
        rates = []
        for _ in range(rounds):
            began, done = time.perf_counter(), 0
            while time.perf_counter() - began < 1.0:
                work(rows[done % len(rows)])
                done += 1
            rates.append(done / (time.perf_counter() - began))
        found[name] = median(rates)
    return found


def main(arguments: list[str] | None = None) -> None:
    """Print requests a second, latencies, ratios, and the split of one score."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks serving", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of each run of a round")
    parser.add_argument("--split", type=int, default=SPLIT, help="claims whose score is split up")
    asked = parser.parse_args(arguments or [])
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as services:
        settings, bodies = prepare(Path(name))
        model, values = open_model(settings)[0], features_of(settings, bodies)
        size = sum(map(len, bodies)) / len(bodies)
        trees = model.booster.iterations * model.booster.classes
        print(f"model of {CLAIMS:,} claims ({trees:,} trees), {len(bodies)} claims of {size:,.0f}")
        print("bytes, 1 worker each; what stands beside /score is sent the ready features")
        text = Path(name) / "booster.txt"
        text.write_bytes((resolve(settings.mlruns, CHAMPION).bundle / "causes.txt").read_bytes())
        ours = services.enter_context(serving())
        mlflow = services.enter_context(mlflow_serving(settings))
        usual = services.enter_context(usual_serving(text))
        key = local.read(settings.home)
        ways = {
            "echo": (ours, [request(ours, "/echo", body, key) for body in bodies]),
            "/score": (ours, [request(ours, "/score", body, key) for body in bodies]),
            "mlflow models serve": (
                mlflow,
                [request(mlflow, "/invocations", body) for body in mlflow_bodies(values)],
            ),
            "the usual way": (
                usual, [request(usual, "/predict", body) for body in usual_bodies(values)],
            ),
        }  # fmt: skip
        alone = trees_alone(model, values, asked.rounds)
        for connections in (1, 16):
            found = measure(ways, connections, asked.rounds, asked.seconds)
            report(connections, found, alone)
        for way, rate in alone.items():
            print(f"one core, {way:26} {rate:8,.0f} rows/s")
        services.close()
        print("one score, in ms:")
        parts = split(settings, bodies[: asked.split])
        for what, seconds in parts:
            print(f"  {what:26} {seconds * 1000:7.3f}")
        print(f"  {'together':26} {sum(seconds for _, seconds in parts) * 1000:7.3f}")


def report(connections: int, found: dict[str, Load], alone: dict[str, float]) -> None:
    """Print the rates and latencies at so many connections, and what ``/score`` does of each."""
    ours = found["/score"].rate
    for way, load in found.items():
        print(
            f"{connections:>2} connections {way:20} {load.rate:8,.0f} requests/s, "
            f"p50 {load.p50:7.2f} ms, p99 {load.p99:7.2f} ms"
        )
    whole = alone["predict and our TreeSHAP"]
    print(
        f"{connections:>2} connections /score does {ours / found['echo'].rate:.2f} of the echo, "
        f"{ours / found['mlflow models serve'].rate:.1f} times mlflow models serve, "
        f"{ours / found['the usual way'].rate:.1f} times the usual way, "
        f"{ours / whole:.3f} of predictions and contributions alone"
    )


if __name__ == "__main__":
    main()
