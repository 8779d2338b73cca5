"""Scores, retries, outcomes, swaps and kills in any order: what was acknowledged is not forgotten.

Hypothesis makes the order. The machine remembers every answer that it was given, and holds the
service to it: through every ``kill -9`` the audit log has each score as it was answered, each key
has its one answer, each file counts once, and what is answered next is what the model that it names
says, loaded fresh in this process, over a history made anew of the files that were posted so far.
"""

from __future__ import annotations

import json
import shutil
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from arriving import invented
from grounds import DAMAGED, VERSIONS, Body, Grounds, bare
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    precondition,
    rule,
    run_state_machine_as_test,
)
from installation import point
from invented import KEYS, Practice
from servers import Answer, Server

from features.history import History
from models.aliases import CHAMPION, resolve
from service.audit.repository import AuditRepository
from service.outcomes.store import OutcomeStore

EXAMPLES = 10
STEPS = 14
PARTS = 5
PATIENCE = 60.0
PLACES = st.integers(0, 10**6)


@dataclass(frozen=True)
class Request:
    """What is sent. ``place``: of the claims, or of the part that is posted."""

    path: str
    body: bytes
    key: str
    places: tuple[int, ...]

    @property
    def kind(self) -> str:
        return "application/edi-x12" if self.path == "/outcomes" else "application/json"


@dataclass(frozen=True)
class Doubt:
    """What was sent and not answered, and what served then."""

    request: Request
    champions: list[str]
    histories: dict[str, History]


def scores_of(answer: Answer) -> list[Body]:
    told = answer.json()
    found: list[Body] = told.get("scores", [told])
    return found


class Machine(RuleBasedStateMachine):
    """The service, and what it has said."""

    def __init__(self, grounds: Grounds) -> None:
        super().__init__()
        self.grounds = grounds
        self.folder = grounds.fresh()
        self.settings = grounds.copy(self.folder / "installation")
        self.server = Server(self.settings, self.folder / "log")
        self.server.start()
        self.log = AuditRepository.existing(self.settings)
        self.store = OutcomeStore(self.settings.home)
        self.champions = [VERSIONS[0]]  # that may answer now; once one did, none before it
        self.named = VERSIONS[0]
        self.posted: frozenset[int] = frozenset()
        self.histories = {found.digest: found for found in [grounds.history(())]}
        self.scores: dict[str, Body] = {}  # acknowledged, by their id
        self.due: set[str] = set()  # of these, what became of the claim is on record
        self.answered: dict[str, tuple[Request, bytes]] = {}  # by key
        self.doubtful: dict[str, Doubt] = {}  # sent and not answered, by key
        self.count = 0

    # What is done to it.

    @rule(place=PLACES, keyed=st.booleans())
    def score(self, place: int, keyed: bool) -> None:
        self.take(self.scoring([place], keyed=keyed))

    @rule(places=st.lists(PLACES, min_size=2, max_size=4))
    def batch(self, places: list[int]) -> None:
        self.take(self.scoring(places))

    @rule(part=PLACES, keyed=st.booleans())
    def outcome(self, part: int, keyed: bool) -> None:
        self.take(self.outcomes(part, keyed=keyed))

    @precondition(lambda self: self.posted)
    @rule(part=PLACES)
    def outcome_again(self, part: int) -> None:
        """What was posted before changes nothing: no row, no record, no history."""
        chosen = sorted(self.posted)[part % len(self.posted)]
        self.take(self.outcomes(chosen))  # tells what was scored meanwhile
        before = self.state()
        told = self.take(self.outcomes(chosen)).json()
        assert told["already_known"] == told["remittances"] - told["not_decided"]
        assert told["claims_already_known"] == told["claims"]
        assert self.state() == before

    @precondition(lambda self: self.answered)
    @rule(place=PLACES)
    def retry(self, place: int) -> None:
        request, said = list(self.answered.values())[place % len(self.answered)]
        before = self.state()
        again = self.send(request)
        assert again is not None
        assert (again.status, again.body) == (200, said)
        assert self.state() == before

    @precondition(lambda self: self.answered)
    @rule(place=PLACES)
    def another_body(self, place: int) -> None:
        request, _ = list(self.answered.values())[place % len(self.answered)]
        before = self.state()
        other = Request(request.path, request.body + b" ", request.key, request.places)
        refused = self.send(other)
        assert refused is not None
        assert refused.status == 422
        assert refused.json()["type"] == "urn:preclear:problem:idempotency-key-reused"
        assert self.state() == before

    @precondition(lambda self: self.doubtful)
    @rule(place=PLACES)
    def retry_doubtful(self, place: int) -> None:
        self.settle_doubt(list(self.doubtful)[place % len(self.doubtful)])

    @rule(version=st.sampled_from(VERSIONS), seen=st.booleans())
    def swap(self, version: str, seen: bool) -> None:
        """Promote, or go back to, a version; ``seen``: wait until the service has done so."""
        point(self.settings.mlruns, CHAMPION, int(version))
        self.named = version
        if self.champions[-1] != version:
            self.champions.append(version)
        if seen:
            self.until(lambda: self.card()["version"] == version)
            self.champions = [version]

    @rule()
    def name_a_damaged_one(self) -> None:
        point(self.settings.mlruns, CHAMPION, DAMAGED)
        self.named = str(DAMAGED)

    @rule()
    def fold(self) -> None:
        """Wait until all that was posted is part of the history that serves."""
        whole = self.grounds.history(self.posted)
        self.until(lambda: self.card()["history_digest"] == whole.digest)
        self.histories = {whole.digest: whole}

    @rule(whole=st.booleans())
    def crash(self, whole: bool) -> None:
        self.crashed(whole)

    @rule(
        claims=st.lists(PLACES, min_size=1, max_size=4),
        part=st.none() | PLACES,
        answers=st.integers(0, 3),
        after=st.floats(0, 0.05),
        whole=st.booleans(),
    )
    def crash_at_work(
        self, claims: list[int], part: int | None, answers: int, after: float, whole: bool
    ) -> None:
        """Kill it while several ask at once: so many seconds after so many were answered."""
        requests = [self.scoring([place, place + 1][: 1 + place % 2]) for place in claims]
        if part is not None:
            requests.append(self.outcomes(part))
        told: dict[str, Answer | None] = {}
        heard = threading.Semaphore(0)

        def send(request: Request) -> None:
            told[request.key] = self.send(request)
            heard.release()

        threads = [threading.Thread(target=send, args=(one,)) for one in requests]
        for thread in threads:
            thread.start()
        for _ in range(min(answers, len(requests))):
            heard.acquire()
        time.sleep(after)
        self.server.kill(whole=whole)
        for thread in threads:
            thread.join()
        self.heard(requests, told)
        self.crashed(whole)
        for key, doubt in list(self.doubtful.items()):
            if doubt.request.path == "/outcomes":
                self.settle_doubt(key)

    # What is sent, and what must be true of what comes back.

    def scoring(self, places: Sequence[int], *, keyed: bool = True) -> Request:
        chosen = tuple(place % len(self.grounds.claims) for place in places)
        claims = [self.grounds.claims[place] for place in chosen]
        one = len(claims) == 1
        body = json.dumps(claims[0] if one else {"claims": claims}).encode()
        return Request("/score" if one else "/score/batch", body, self.key(keyed), chosen)

    def outcomes(self, part: int, *, keyed: bool = True) -> Request:
        chosen = part % len(self.grounds.parts)
        return Request("/outcomes", self.grounds.parts[chosen], self.key(keyed), (chosen,))

    def key(self, keyed: bool) -> str:
        self.count += keyed
        return f"k{self.count}" if keyed else ""

    def send(self, request: Request) -> Answer | None:
        return self.server.ask("POST", request.path, request.body, request.kind, request.key)

    def take(self, request: Request) -> Answer:
        """Send it; the answer is right and is remembered."""
        answer = self.send(request)
        assert answer is not None
        self.acknowledged(request, answer)
        if request.path != "/outcomes":
            version = scores_of(answer)[0]["model"]["version"]
            self.champions = self.champions[self.champions.index(version) :]
        return answer

    def heard(self, requests: Sequence[Request], told: dict[str, Answer | None]) -> None:
        """Remember what was answered before the kill, and what was not."""
        # Files first: what was scored beside one may have come too late to be joined to it.
        for request in sorted(requests, key=lambda one: one.path != "/outcomes"):
            if request.path == "/outcomes":
                self.grown(self.posted | {request.places[0]})
            answer = told[request.key]
            if answer is None:
                self.doubtful[request.key] = Doubt(request, self.champions, self.histories)
            else:
                self.acknowledged(request, answer)

    def settle_doubt(self, key: str) -> None:
        """Ask again, as a caller does who was not answered."""
        doubt = self.doubtful.pop(key)
        answer = self.send(doubt.request)
        assert answer is not None
        self.acknowledged(doubt.request, answer, doubt)

    def acknowledged(self, request: Request, answer: Answer, doubt: Doubt | None = None) -> None:
        """``doubt``: it may have been answered before, by what served then."""
        assert answer.status == 200, answer.body
        champions = self.champions + (doubt.champions if doubt else [])
        histories = self.histories | (doubt.histories if doubt else {})
        if request.key:
            self.answered[request.key] = request, answer.body
        if request.path == "/outcomes":
            self.grown(self.posted | {request.places[0]})
            self.posted |= {request.places[0]}
            self.due |= self.grounds.outcomes_of(request.places[0], self.scores.values())
            return
        scores = scores_of(answer)
        assert len(scores) == len(request.places)
        assert len({score["model"]["digest"] for score in scores}) == 1
        for place, score in zip(request.places, scores, strict=True):
            assert score["model"]["version"] in champions
            assert score["score_id"] not in self.scores
            self.right(score, self.grounds.claims[place], histories)
            self.scores[score["score_id"]] = score

    def right(self, score: Body, claim: Body, histories: dict[str, History]) -> None:
        """It is what its model says over its history, and is on record."""
        record = self.log.get(score["score_id"])
        assert record is not None
        self.recorded(score, record)
        history = histories[record.history_digest]
        version = score["model"]["version"]
        assert bare(score) == self.grounds.answer(version, history, claim)
        again = self.grounds.model(version, history).predict(record.values())
        assert float(again.probability[0]) == score["denial_probability"]

    def recorded(self, score: Body, record: Any) -> None:
        kept = {name: value for name, value in score.items() if name != "claim_id"}
        assert record.answered() == kept
        assert record.claim_key == KEYS.claim(score["claim_id"])
        assert record.model_digest == score["model"]["digest"]
        assert record.model_digest == resolve(self.settings.mlruns, record.model_version).digest

    def grown(self, posted: frozenset[int]) -> None:
        """The history of these parts may serve from now on."""
        found = self.grounds.history(posted)
        self.histories = self.histories | {found.digest: found}

    def crashed(self, whole: bool) -> None:
        self.server.kill(whole=whole)
        self.whole()
        self.server.start()
        if self.named != str(DAMAGED):
            self.champions = [self.named]
        self.whole()

    def whole(self) -> None:
        """All that was acknowledged is on record, once, and the chain verifies."""
        assert self.log.verify().whole
        records = {record.score_id: record for record in self.log.latest(10**6)}
        for score_id, score in self.scores.items():
            self.recorded(score, records[score_id])
        unknown = sum(len(doubt.request.places) for doubt in self.doubtful.values())
        assert len(self.scores) <= len(records) <= len(self.scores) + unknown
        events = self.log.events_of(list(self.scores), "outcome")
        assert self.due <= {event.score_id for event in events}
        last: dict[str, object] = {}
        for event in events:
            assert last.get(event.score_id) != event.body, "told twice"
            last[event.score_id] = event.body

    def state(self) -> tuple[object, ...]:
        """What a request that changes nothing leaves as it is."""
        records = [record.score_id for record in self.log.latest(10**6)]
        events = self.log.events_of(records, "outcome")
        return records, len(events), self.store.generation()

    def card(self) -> Body:
        answer = self.server.ask("GET", "/model")
        assert answer is not None
        found: Body = answer.json()
        return found

    def until(self, true: Any) -> None:
        ends = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < ends
            time.sleep(0.05)

    def teardown(self) -> None:
        try:
            if sys.exc_info()[0] is None:
                self.end()
        finally:
            self.server.kill()
            self.log.close()
            self.store.close()
            shutil.rmtree(self.folder, ignore_errors=True)  # a fold may still be at its end

    def end(self) -> None:
        """Everybody asks again who was not answered; then nothing is left in doubt."""
        for key in list(self.doubtful):
            self.settle_doubt(key)
        self.fold()
        self.server.kill()
        self.whole()


@pytest.mark.heavy
def test_whatever_is_done_nothing_acknowledged_is_lost(world: Practice, tmp_path: Path) -> None:
    grounds = Grounds(tmp_path, world, invented(tmp_path / "files"), PARTS)
    run_state_machine_as_test(
        lambda: Machine(grounds),
        # A kill comes when it comes: what failed may not fail again, so it is not made shorter.
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )
