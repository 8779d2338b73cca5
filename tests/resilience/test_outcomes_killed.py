"""Killed while 835s are posted or folded in: nothing acknowledged is lost, nothing counts twice.

Each trial ends where one without a kill ends: the same history by its digest, the same outcome of
each score, and a chain of records that verifies.
"""

from __future__ import annotations

import json
import queue
import random
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from arriving import invented
from forks import Command
from grounds import Grounds, copied
from invented import Practice
from servers import Server

from claims.settings import Settings
from features import running
from service.audit.repository import AuditRepository

PARTS = 36
KILLS = 12
TRIALS = 6
PATIENCE = 60.0
X12 = "application/edi-x12"
Told = dict[str, Any]


@dataclass(frozen=True)
class Ground:
    """An installation that scored every late claim, and where it stands once all is posted."""

    grounds: Grounds
    settings: Settings
    score_ids: list[str]
    digest: str
    outcomes: dict[str, object]

    def copy(self) -> Settings:
        return copied(self.settings, self.grounds.fresh() / "installation")


@pytest.fixture(scope="module")
def ground(world: Practice, tmp_path_factory: pytest.TempPathFactory) -> Ground:
    folder = tmp_path_factory.mktemp("outcomes")
    grounds = Grounds(folder, world, invented(folder / "files"), PARTS)
    settings = grounds.copy(grounds.fresh() / "installation")
    server = Server(settings, folder / "log")
    server.start()
    answer = server.ask("POST", "/score", grounds.sent, X12)
    server.kill()
    assert answer is not None
    score_ids = [score["score_id"] for score in answer.json()["scores"]]
    whole = copied(settings, grounds.fresh() / "installation")
    assert command(whole, grounds, folder / "log").wait() == 0
    digest = grounds.history(range(PARTS)).digest
    found = Ground(grounds, settings, score_ids, digest, outcomes_of(whole, score_ids))
    assert len(found.outcomes) > 20
    assert running.place(whole.home).resolve().name == name_of(digest)
    return found


def command(settings: Settings, grounds: Grounds, log: Path) -> Command:
    """`preclear outcomes` of all late files."""
    environment = {
        "PRECLEAR_HOME": str(settings.home), "PRECLEAR_MLRUNS": str(settings.mlruns),
    }  # fmt: skip
    return Command(["outcomes", *map(str, grounds.late), "--json"], environment, log)


def told(log: Path) -> Told:
    """What the command printed, after what it said of its progress."""
    text = log.read_text()
    found: Told = json.loads(text[text.index("{") :])
    return found


def name_of(digest: str) -> str:
    """The folder of that history."""
    return digest.removeprefix("sha256:")[:16]


def outcomes_of(settings: Settings, score_ids: list[str]) -> dict[str, object]:
    """What holds of each score; the log verifies, and says nothing twice."""
    log = AuditRepository.existing(settings)
    try:
        assert log.verify().whole
        assert {record.score_id for record in log.latest(10**6)} == set(score_ids)
        found: dict[str, object] = {}
        for event in log.events_of(score_ids, "outcome"):
            assert found.get(event.score_id) != event.body
            found[event.score_id] = event.body
        return found
    finally:
        log.close()


@dataclass
class Posting:
    """Posts parts from two threads, until nobody answers or none is left."""

    server: Server
    parts: list[bytes]
    acknowledged: dict[int, Told] = field(default_factory=dict)
    answered: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def begin(self, order: list[int]) -> list[threading.Thread]:
        left: queue.SimpleQueue[int] = queue.SimpleQueue()
        for place in order:
            left.put(place)
        threads = [threading.Thread(target=self._post, args=(left,)) for _ in range(2)]
        for thread in threads:
            thread.start()
        return threads

    def _post(self, left: queue.SimpleQueue[int]) -> None:
        try:
            while not left.empty():
                place = left.get_nowait()
                answer = self.server.ask("POST", "/outcomes", self.parts[place], X12)
                if answer is None:
                    return
                assert answer.status == 200, answer.body
                self.acknowledged[place] = answer.json()
                self.answered.release()
        except queue.Empty:
            return
        finally:
            self.answered.release()


def again(server: Server, parts: list[bytes], which: list[int]) -> None:
    """These were taken: posted again, they are known to the last row."""
    for place in which:
        answer = server.ask("POST", "/outcomes", parts[place], X12)
        assert answer is not None
        told = answer.json()
        assert told["already_known"] == told["remittances"] - told["not_decided"]
        assert told["claims_already_known"] == told["claims"]


def folded(server: Server, digest: str) -> None:
    """Wait until it serves that history."""
    until = time.monotonic() + PATIENCE
    while True:
        answer = server.ask("GET", "/model")
        assert answer is not None
        if answer.json()["history_digest"] == digest:
            return
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.mark.heavy
def test_a_service_killed_at_outcomes_loses_none(ground: Ground, tmp_path: Path) -> None:
    chance = random.Random(41)
    settings, parts = ground.copy(), ground.grounds.parts
    server = Server(settings, tmp_path / "log")
    taken: set[int] = set()
    for trial in range(KILLS):
        server.start()
        again(server, parts, sorted(taken)[-3:])
        posting = Posting(server, parts)
        open_ = [place for place in range(len(parts)) if place not in taken]
        few = chance.sample(open_, min(4, len(open_))) + chance.sample(range(len(parts)), 2)
        threads = posting.begin(few)
        for _ in range(chance.randint(0, len(few))):
            posting.answered.acquire()
        # Every third is killed at what comes after the answer.
        time.sleep(chance.uniform(0, 1.5 if trial % 3 == 2 else 0.03))
        server.kill(whole=chance.random() < 0.7)
        for thread in threads:
            thread.join()
        taken |= posting.acknowledged.keys()
        outcomes_of(settings, ground.score_ids)
    assert len(taken) > PARTS // 4
    server.start()
    again(server, parts, sorted(taken))
    for thread in Posting(server, parts).begin(list(range(PARTS))):
        thread.join()
    folded(server, ground.digest)
    assert outcomes_of(settings, ground.score_ids) == ground.outcomes
    again(server, parts, list(range(PARTS)))
    assert server.ask("GET", "/model") is not None
    folded(server, ground.digest)
    server.kill()
    assert outcomes_of(settings, ground.score_ids) == ground.outcomes


@pytest.mark.heavy
def test_a_command_killed_at_outcomes_can_be_given_again(ground: Ground, tmp_path: Path) -> None:
    chance = random.Random(42)
    began = time.monotonic()
    assert command(ground.copy(), ground.grounds, tmp_path / "log").wait() == 0
    took = time.monotonic() - began
    for trial in range(TRIALS):
        settings = ground.copy()
        for _ in range(3):
            killed = command(settings, ground.grounds, tmp_path / "log")
            time.sleep(chance.uniform(0, took))
            killed.kill()
            outcomes_of(settings, ground.score_ids)
        log = tmp_path / f"log-{trial}"
        assert command(settings, ground.grounds, log).wait() == 0
        first = told(log)
        assert first["history"]["digest"] == ground.digest
        assert outcomes_of(settings, ground.score_ids) == ground.outcomes
        more = tmp_path / f"more-{trial}"
        assert command(settings, ground.grounds, more).wait() == 0
        second = told(more)
        assert second["history"] == {"digest": ground.digest, "state": "the same"}
        assert second["already_known"] == second["remittances"] - second["not_decided"]
        assert second["claims_already_known"] == second["claims"]
        assert outcomes_of(settings, ground.score_ids) == ground.outcomes
