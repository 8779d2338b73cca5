"""The services that ``/score`` is measured beside: MLflow's own, and the usual way."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks._usual_app import MODEL
from claims.settings import Settings
from cli.demo_service import free_port
from features.catalog import NAMES
from models.registry import store_uri

STARTS = 120.0
"""Seconds that a service may take to start."""


@contextlib.contextmanager
def running(command: list[str], ready: str, environment: dict[str, str]) -> Iterator[int]:
    """A service of one worker, from its start until it is no longer needed; gives its port."""
    port = free_port()
    words = [word.replace("PORT", str(port)) for word in command]
    process = subprocess.Popen(
        words,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        until = time.monotonic() + STARTS
        while time.monotonic() < until and process.poll() is None and not _answers(port, ready):
            time.sleep(0.2)
        if not _answers(port, ready):
            raise RuntimeError(f"{words[0]} {words[2]} did not start")
        yield port
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, 15)
        process.wait(30)


def _answers(port: int, path: str) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def mlflow_serving(settings: Settings) -> contextlib.AbstractContextManager[int]:
    """``mlflow models serve`` on the champion's pyfunc, with one worker."""
    uri = store_uri(settings.mlruns)
    serve = ["models", "serve", "-m", "models:/denial@champion", "--env-manager", "local"]
    command = [sys.executable, "-m", "mlflow", *serve, "-h", "127.0.0.1", "-p", "PORT", "-w", "1"]
    # MLflow starts its server by the name of a program.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    told = {"MLFLOW_TRACKING_URI": uri, "MLFLOW_REGISTRY_URI": uri, "PATH": path}
    return running(command, "/ping", told)


def usual_serving(booster: Path) -> contextlib.AbstractContextManager[int]:
    """``benchmarks._usual_app`` on the booster in ``booster``, with one worker."""
    command = [sys.executable, "-m", "uvicorn", "--factory", "benchmarks._usual_app:create"]
    command += ["--port", "PORT", "--no-access-log", "--log-level", "warning"]
    return running(command, "/openapi.json", {MODEL: str(booster)})


def mlflow_bodies(values: NDArray[np.float32]) -> list[bytes]:
    """A request for each row (n, features): its probabilities and contributions."""
    asked = {"params": {"contributions": True}}
    return [
        json.dumps({"dataframe_split": {"columns": list(NAMES), "data": [row]}, **asked}).encode()
        for row in _plain(values)
    ]


def usual_bodies(values: NDArray[np.float32]) -> list[bytes]:
    """The same for the usual way: each feature by its name."""
    return [json.dumps(dict(zip(NAMES, row, strict=True))).encode() for row in _plain(values)]


def _plain(values: NDArray[np.float32]) -> list[list[float | None]]:
    return [[None if np.isnan(one) else float(one) for one in row] for row in values]
