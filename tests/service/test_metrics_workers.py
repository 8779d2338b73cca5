"""Metrics of several workers, each a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from metrics_page import figures

from service.alive import Owner
from service.metrics.workers import FOLDER, VARIABLE, shared

ROOT = Path(__file__).parents[2]
WORKER = """
import asyncio, sys
from service.metrics.registry import WORKERS
from service.metrics.requests import IN_FLIGHT, answered
from service.metrics.scrape import Scrape
scrape = Scrape("preclear test")
for word in sys.stdin:
    if word == "work\\n":
        answered("POST", "/score", 200, 0.004)
        IN_FLIGHT.inc()
    elif word == "leave\\n":
        WORKERS.leave()
    elif word == "scrape\\n":
        print(asyncio.run(scrape.page(""))[0].decode())
    print("done", flush=True)
"""


class Worker:
    """A process that counts and is scraped, told what to do by lines."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", WORKER], cwd=ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def do(self, word: str) -> str:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()
        said = ""
        while (line := self.process.stdout.readline()) != "done\n":
            assert line, "the worker has ended"
            said += line
        return said

    def counted(self) -> tuple[float, float, float]:
        """Requests, those that took at most 5 ms, and requests in flight, as this worker tells."""
        found = figures(self.do("scrape"))
        route = (("method", "POST"), ("route", "/score"))
        return (
            found["preclear_requests_total", (*route, ("status", "200"))],
            found["preclear_request_seconds_bucket", (("le", "0.005"), *route)],
            found["preclear_requests_in_flight", ()],
        )

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


def test_each_scrape_tells_of_all_workers_dead_ones_too(tmp_path: Path) -> None:
    with shared(tmp_path):
        workers = [Worker() for _ in range(3)]
        try:
            for worker, times in zip(workers, (1, 2, 3), strict=True):
                for _ in range(times):
                    worker.do("work")
            assert {worker.counted() for worker in workers} == {(6, 6, 6)}
            workers[2].end()  # killed in the midst of three requests
            assert workers[0].counted() == workers[1].counted() == (6, 6, 3)
            workers.append(Worker())
            workers[3].do("work")
            assert workers[3].counted() == (7, 7, 4)
            workers[1].do("leave")
            assert workers[0].counted() == (7, 7, 2)
        finally:
            for worker in workers:
                worker.end()


def test_a_run_clears_what_an_earlier_one_left_and_nothing_else(tmp_path: Path) -> None:
    left = tmp_path / FOLDER / "0123456789abcdef.run"
    left.mkdir(parents=True)
    (left / "counter_1.db").write_bytes(b"old")
    beside = Owner(tmp_path / FOLDER)
    living = tmp_path / FOLDER / f"{beside.name}.run"
    living.mkdir()
    with shared(tmp_path) as folder:
        assert os.environ[VARIABLE] == str(folder)
        assert folder.stat().st_mode & 0o077 == 0
        assert not left.exists()
        assert living.exists()
    assert not folder.exists()
    assert VARIABLE not in os.environ
    beside.close()


def test_a_worker_with_a_dead_ones_number_begins_at_nothing(tmp_path: Path) -> None:
    from service.metrics.workers import Workers

    stale = tmp_path / f"gauge_livesum_{os.getpid()}.db"
    stale.write_bytes(b"stale")
    counts = tmp_path / f"counter_{os.getpid()}.db"
    counts.write_bytes(b"kept")
    workers = Workers(tmp_path)
    assert not stale.exists()
    assert counts.exists()
    workers.leave()


def test_a_file_that_stays_broken_is_an_error(tmp_path: Path) -> None:
    from service.metrics.workers import Workers

    workers = Workers(tmp_path)
    (tmp_path / "counter_1.db").write_bytes(b"")
    with pytest.raises(Exception, match="unpack"):
        list(workers.collect())
    workers.leave()
