"""Ten times the load that ``/score`` can carry: how long the accepted wait, and how the rest fare.

The service is ``preclear serve`` with one worker; the client, in a process of its own, takes a part
of what the machine has. Requests come at random moments (a Poisson process), whether or not the
ones before were answered; the time of each counts from the moment at which it was due.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks._load import request
from benchmarks._overload import BACK, TIMES, WITHIN, Overload, trial
from benchmarks.serving import prepare
from cli.demo_service import free_port
from service.access import local

SECONDS = 5.0
ROUNDS = 5


@contextlib.contextmanager
def serving() -> Iterator[int]:
    """``preclear serve`` with the settings of the environment; gives the port."""
    port = free_port()
    command = [sys.executable, "-m", "cli.main", "serve", "--port", str(port)]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=quiet, stderr=quiet)
    try:
        until = time.monotonic() + 120
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
        process.wait(60)


def told(one: Overload) -> str:
    """A run as a line."""
    load, back = one.flood, one.back_after
    late = float(np.percentile(load.late, 99)) * 1000
    return (
        f"capacity {one.capacity:4.0f}/s, full house {one.house * 1000:4.0f} ms, alone "
        f"{one.alone * 1000:.1f} ms | accepted p50 {one.accepted(50):.2f}, p99 "
        f"{one.accepted(99):.2f} full houses, {one.lines(99):.2f} lines | refused p50 "
        f"{one.refused(50):.2f}, p99 {one.refused(99):.2f} | throughput {one.throughput:.2f} | "
        f"back after {f'{back:.1f} s' if back else f'more than {WITHIN:.0f} s'} | "
        f"lost {load.lost}, unsent {load.unsent}, client late p99 {late:.0f} ms"
    )


def main() -> None:
    """Print each run, and the medians."""
    with tempfile.TemporaryDirectory() as name:
        settings, bodies = prepare(Path(name))
        cap = settings.max_in_flight
        print(f"cap {cap}, {TIMES:.0f} times the capacity for {SECONDS:.0f} s; full speed is "
              f"{BACK:.0%} of the capacity")  # fmt: skip
        with serving() as port:
            key = local.read(settings.home)  # the service makes it
            requests = [request(port, "/score", body, key) for body in bodies]
            runs = []
            for _ in range(ROUNDS):
                runs.append(trial(port, requests, cap, SECONDS))
                print(told(runs[-1]), flush=True)
    print(
        f"medians: accepted p50 {median(run.accepted(50) for run in runs):.2f}, p99 "
        f"{median(run.accepted(99) for run in runs):.2f} full houses (aim: at most 1.25); refused "
        f"p50 {median(run.refused(50) for run in runs):.2f}, p99 "
        f"{median(run.refused(99) for run in runs):.2f}; throughput "
        f"{median(run.throughput for run in runs):.2f}"
    )
    print(
        f"the same p99, by the time of a request alone: "
        f"{median(run.lines(99) for run in runs):.2f} lines (aim: at most 1.25)"
    )
    print(
        "the same p99, by the service time under overload: "
        f"{median(run.accepted(99) * run.throughput for run in runs):.2f} full houses"
    )


if __name__ == "__main__":
    main()
