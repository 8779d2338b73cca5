"""Two hundred swaps under load: no failed request, and each answer is one model's, to the last bit.

The service is `preclear serve` with two workers. While claims come at fifty a second, alone and in
batches, the alias is moved two hundred times between three models; now and then the history changes
with it, and now and then a damaged model is named. Every answer is compared with what the model
that it names gives, loaded fresh in this process, over the history that its record names.
"""

from __future__ import annotations

import json
import queue
import re
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from claim_json import as_json
from installation import point, register
from invented import KEYS, Practice, another
from test_drain import ask, serving
from wire import Wire, get, head

from claims.settings import Settings
from features.history import History
from models.aliases import CHAMPION, resolve
from models.costs import Costs
from models.denial import DenialModel
from models.edits import load_rules
from models.score import ModelRef, to_dict
from service.access import local
from service.audit.repository import AuditRepository
from service.scoring.requests import parse_claim
from service.serving.serving import Ground, Serving

SWAPS: Final = 200
RATE: Final = 50.0
A_SWAP: Final = 20
"""Requests answered from one swap to the next at the least: at 50 a second, 2.5 swaps a second."""
SENDERS: Final = 4
WORKERS: Final = 2
BATCH: Final = 70  # scored in more than one go
EVERY: Final = 50  # one request in so many is a batch
LATER: Final = 20  # with one swap in so many comes another history
DAMAGED: Final = 99
OWN: Final = ("score_id", "scored_at")


@dataclass(frozen=True)
class Told:
    """What was sent (places among the claims) and what came back."""

    places: list[int]
    status: int
    answers: list[dict[str, Any]]


class Senders:
    """Sends ``RATE`` requests a second, on kept connections, until it is told to stop."""

    def __init__(self, port: int, key: str, bodies: list[dict[str, Any]]) -> None:
        self._port, self._key, self._bodies = port, key, bodies
        self._turns: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        self._over = threading.Event()
        self.told: list[Told] = []
        self.broken: list[Exception] = []
        self._threads = [threading.Thread(target=self._send) for _ in range(SENDERS)]
        self._clock = threading.Thread(target=self._beat)
        for thread in (*self._threads, self._clock):
            thread.start()

    def stop(self) -> None:
        self._over.set()
        self._clock.join()
        for _ in self._threads:
            self._turns.put(None)
        for thread in self._threads:
            thread.join()

    def _beat(self) -> None:
        turn, began = 0, time.monotonic()
        while not self._over.wait(max(0.0, began + turn / RATE - time.monotonic())):
            # Where the machine cannot carry them they come as it can: no queue is left to the end.
            if self._turns.qsize() < SENDERS:
                self._turns.put(turn)
            turn += 1

    def _send(self) -> None:
        try:
            self._send_all()
        except Exception as error:  # a connection that was cut, an answer that was none
            self.broken.append(error)

    def _send_all(self) -> None:
        wire = Wire(self._port)
        while (turn := self._turns.get()) is not None:
            if turn % EVERY:
                places = [turn % len(self._bodies)]
                answer = wire.ask(self._request("/score", json.dumps(self._bodies[places[0]])))
                answers = [answer.json()]
            else:
                places = [(turn + more) % len(self._bodies) for more in range(BATCH)]
                claims = [self._bodies[place] for place in places]
                answer = wire.ask(self._request("/score/batch", json.dumps({"claims": claims})))
                answers = answer.json().get("scores", [])
            self.told.append(Told(places, answer.status, answers))
        wire.close()

    def _request(self, path: str, body: str) -> bytes:
        return head(path, self._key, len(body.encode())) + body.encode()


def workers_at(port: int, key: str) -> dict[str, int]:
    """How many workers answer with each version."""
    page = ask(port, get("/metrics", key))
    assert page is not None
    found = re.findall(
        r'^preclear_model_workers\{[^}]*version="(\d+)"[^}]*\} ([0-9.]+)$',
        page.body.decode(),
        re.MULTILINE,
    )
    return {version: int(float(count)) for version, count in found}


def figure(port: int, key: str, name: str) -> float:
    page = ask(port, get("/metrics", key))
    assert page is not None
    found = re.findall(rf"^{name}(?:\{{.*\}})? ([0-9.e+]+)$", page.body.decode(), re.MULTILINE)
    return sum(map(float, found))


def put_history(home: Path, name: str) -> None:
    link = home / "history" / ".link"
    link.symlink_to(name)
    link.replace(home / "history" / "current")


def resident(pid: int) -> int:
    """Bytes that a process and its children have in memory."""
    total = 0
    for one in (pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())):
        pages = int(Path(f"/proc/{one}/statm").read_text().split()[1])
        total += pages * 4096
    return total


@pytest.mark.heavy
def test_two_hundred_swaps_at_fifty_requests_a_second(
    world: Practice, settings: Settings, tmp_path: Path
) -> None:
    models = {7: world.model, 8: another(world, 0.25), 9: another(world, -0.5)}
    for version in (8, 9):
        register(settings.mlruns, models[version], version)
    damaged = register(settings.mlruns, another(world, 1.0), DAMAGED)
    (damaged / "lines.txt").write_bytes((damaged / "lines.txt").read_bytes()[:-1] + b"!")
    root = settings.home / "history"
    histories = [world.history, History.empty()]
    (root / "current").rename(root / "0")
    histories[1].save(root / "1")
    put_history(settings.home, "0")
    bodies = [as_json(claim) for claim in world.claims[:120]]

    poll = {"PRECLEAR_MODEL_POLL_SECONDS": "0.02", "PRECLEAR_WORKERS": str(WORKERS)}
    with serving(settings, tmp_path / "log", **poll) as (port, process):
        key = local.read(settings.home)
        senders = Senders(port, key, bodies)
        try:
            now, shown, sizes = 7, 0, []
            for swap in range(SWAPS):
                if swap % LATER == LATER - 1:
                    shown = 1 - shown
                    put_history(settings.home, str(shown))
                if swap % LATER == LATER // 2:
                    before = figure(port, key, "preclear_candidate_refusals_total")
                    point(settings.mlruns, CHAMPION, DAMAGED)
                    while figure(port, key, "preclear_candidate_refusals_total") == before:
                        time.sleep(0.02)
                    assert workers_at(port, key) == {str(now): WORKERS}
                now = 7 + (now - 6) % 3
                point(settings.mlruns, CHAMPION, now)
                while (
                    workers_at(port, key) != {str(now): WORKERS}
                    or len(senders.told) < (swap + 1) * A_SWAP
                ):
                    assert process.poll() is None
                    assert senders.broken == []
                    time.sleep(0.02)
                sizes.append(resident(process.pid))
            swapped = figure(port, key, "preclear_swaps_total")
        finally:
            senders.stop()
    assert senders.broken == []
    assert len(senders.told) >= SWAPS * A_SWAP
    assert swapped >= SWAPS * WORKERS
    compare(senders.told, settings, models, histories, bodies)
    # A model that was swapped out is given back.
    assert max(sizes[SWAPS // 2 :]) < 1.25 * max(sizes[SWAPS // 10 : SWAPS // 2])


def compare(
    told: list[Told],
    settings: Settings,
    models: dict[int, DenialModel],
    histories: list[History],
    bodies: list[dict[str, Any]],
) -> None:
    """Each answer and each record against the model and history that they name."""
    assert Counter(one.status for one in told) == {200: len(told)}
    ground = Ground(KEYS, load_rules(settings), Costs.of(settings))
    fresh: dict[tuple[str, str], Serving] = {}
    for version, model in models.items():
        loaded = DenialModel.load(resolve(settings.mlruns, str(version)).bundle)
        reference = ModelRef(name="denial", version=str(version), digest=model.digest)
        for history in histories:
            fresh[model.digest, history.digest] = ground.serving(loaded, reference, history)
    asks = [parse_claim(body, 99) for body in bodies]
    known: dict[tuple[str, str, int], str] = {}

    def expected(digest: str, history: str, place: int) -> str:
        if (digest, history, place) not in known:
            ask = asks[place]
            (scored,) = fresh[digest, history].scorer.score([ask.claim], [ask.as_of])
            known[digest, history, place] = bare(to_dict(scored.score))
        return known[digest, history, place]

    repository = AuditRepository.existing(settings)
    pairs: Counter[tuple[str, str]] = Counter()
    for one in told:
        assert len(one.answers) == len(one.places)
        assert len({answer["model"]["digest"] for answer in one.answers}) == 1
        found = set()
        for place, answer in zip(one.places, one.answers, strict=True):
            record = repository.get(answer["score_id"])
            assert record is not None
            digest, history = record.model_digest, record.history_digest
            assert answer["model"]["digest"] == digest
            assert answer["model"]["version"] == record.model_version
            assert answer["denial_probability"] == record.denial_probability
            again = fresh[digest, history].model.predict(record.values())
            assert float(again.probability[0]) == record.denial_probability
            assert bare(answer) == expected(digest, history, place)
            found.add((digest, history))
        assert len(found) == 1, "one request, one model and one history"
        pairs.update(found)
    assert len(pairs) == len(fresh), "every model answered over every history"
    assert len(repository.latest(10**6)) == sum(len(one.answers) for one in told)
    assert repository.verify().whole
    repository.close()


def bare(answer: Any) -> str:
    """An answer without what is of the moment, as text."""
    return json.dumps({name: value for name, value in answer.items() if name not in OWN})
