"""Writers that are killed: what they acknowledged is kept, the chain verifies, writing goes on."""

from __future__ import annotations

import contextlib
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

import audit_writer
import pytest
from audit_places import Place, Postgres, running_postgres
from audit_records import record
from audit_writer import CALLERS
from forks import FORKS

WRITES = 500


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with running_postgres() as server:
        yield server


class Writing:
    """A process that writes its share; what it acknowledges is read from ``said``."""

    def __init__(self, place: Place) -> None:
        reading, writing = FORKS.Pipe(duplex=False)
        arguments = (place.environment, WRITES // 2, writing)
        self.process = FORKS.Process(target=audit_writer.main, args=arguments)
        self.process.start()
        writing.close()
        self.said = os.fdopen(os.dup(reading.fileno()), "rb")
        reading.close()

    def told(self, most: int) -> list[str]:
        """The next ids that it acknowledged, ``most`` at most; a torn last line is none."""
        found = []
        while len(found) < most and (line := self.said.readline()).endswith(b"\n"):
            found.append(line.decode().strip())
        return found

    def close(self) -> None:
        self.process.join()
        self.said.close()


@contextlib.contextmanager
def writers(place: Place) -> Iterator[list[Writing]]:
    """Two processes that share the writes."""
    both = [Writing(place), Writing(place)]
    try:
        yield both
    finally:
        for one in both:
            one.close()


def kept(place: Place, ids: list[str]) -> None:
    """All of ``ids`` are in the log, which verifies and takes the next record."""
    with place.open() as log:
        assert set(ids) <= {one.score_id for one in log.latest(100_000)}
        assert log.verify().whole
        after = record()
        log.add([after])
        assert log.get(after.score_id) == after
        assert log.verify().whole


def places(tmp_path: Path, server: Postgres | None) -> Iterator[Place]:
    """A fresh place for every ten trials, so that some are killed while they make the tables."""
    for number in range(5):
        home = tmp_path / str(number)
        home.mkdir(mode=0o700)
        place = Place(home, server.fresh() if server else None)
        for _ in range(10):
            yield place


def trial(place: Place, chance: random.Random) -> None:
    """Two writers share 500 writes; one is killed at a random moment, or both are."""
    both = chance.random() < 0.3
    with writers(place) as (one, two):
        before = one.told(chance.randrange(WRITES // 2)) if chance.random() < 0.8 else []
        time.sleep(chance.uniform(0, 0.02 if before else 0.5))
        one.process.kill()
        if both:
            two.process.kill()
        before += one.told(WRITES)
        others = two.told(WRITES)
    if not both:
        assert two.process.exitcode == 0
        assert len(others) == WRITES // 2 // CALLERS * CALLERS
    kept(place, before + others)


@pytest.mark.heavy
def test_killed_writers_lose_nothing_on_sqlite(tmp_path: Path) -> None:
    chance = random.Random(31)
    for place in places(tmp_path, None):
        trial(place, chance)


@pytest.mark.heavy
def test_killed_writers_lose_nothing_on_postgresql(tmp_path: Path, server: Postgres) -> None:
    chance = random.Random(32)
    for place in places(tmp_path, server):
        trial(place, chance)


@pytest.mark.heavy
def test_a_killed_server_loses_nothing(tmp_path: Path, server: Postgres) -> None:
    """PostgreSQL itself ends at once, as if killed, and recovers."""
    chance = random.Random(33)
    place = Place(tmp_path, server.fresh())
    for _ in range(15):
        with writers(place) as (one, two):
            before = one.told(chance.randrange(1, WRITES // 2))
            time.sleep(chance.uniform(0, 0.02))
            server.stop("immediate")
            before += one.told(WRITES) + two.told(WRITES)
        server.start()
        kept(place, before)
