"""Claims that arrive together are scored together, and each is answered as if it were alone."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from claim_json import as_json
from fastapi.testclient import TestClient
from invented import KEYS, Practice

from models.costs import Costs
from models.edits import starter_rules
from models.score import ModelRef
from models.scoring import Scorer
from service.audit.repository import AuditRepository
from service.audit.writer import AuditWriter
from service.problems import Problem
from service.scoring.requests import Ask, parse_claim
from service.scoring.service import About, ScoringService
from service.serving.serving import Ground, Serving

Run = Callable[[Callable[[ScoringService], Coroutine[Any, Any, Any]]], Any]


@pytest.fixture
def asks(world: Practice) -> list[Ask]:
    return [parse_claim(as_json(claim), 99) for claim in world.claims[:50]]


@pytest.fixture
def serving(world: Practice) -> Serving:
    ground = Ground(KEYS, starter_rules(), Costs.usual())
    reference = ModelRef(name="denial", version="7", digest=world.model.digest)
    return ground.serving(world.model, reference, world.history)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs a scenario on a service of its own."""

    def go(scenario: Callable[[ScoringService], Coroutine[Any, Any, Any]]) -> Any:
        writer = AuditWriter(AuditRepository(tmp_path / "audit.db"))
        service = ScoringService(KEYS, writer, About("f", "c"))
        try:
            return asyncio.run(scenario(service))
        finally:
            service.close()
            writer.close()

    return go


def test_each_has_the_answer_it_would_have_alone(
    run: Run, asks: list[Ask], serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes: list[int] = []
    each = ScoringService._each

    def counted(self: ScoringService, some: list[Ask], by: Serving) -> Any:
        goes.append(len(some))
        return each(self, some, by)

    monkeypatch.setattr(ScoringService, "_each", counted)

    async def scenario(service: ScoringService) -> Any:
        return await asyncio.gather(*(service.score_one(ask, serving) for ask in asks))

    answers = run(scenario)
    assert sum(goes) == len(asks)
    assert len(goes) < len(asks) / 4
    for ask, answer in zip(asks, answers, strict=True):
        (alone,) = serving.scorer.score([ask.claim], ask.as_of)
        assert answer["claim_id"] == ask.claim.claim_id
        assert answer["denial_probability"] == alone.score.denial_probability
        assert answer["raw_score"] == alone.score.raw_score
        assert len(answer["reasons"]) == len(alone.score.reasons)


def test_one_that_fails_fails_alone(
    run: Run, asks: list[Ask], serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison = asks[7].claim.claim_id
    score = Scorer.score

    def picky(self: Scorer, claims: Any, *more: Any) -> Any:
        if any(claim.claim_id == poison for claim in claims):
            raise ValueError(poison)
        return score(self, claims, *more)

    monkeypatch.setattr(Scorer, "score", picky)

    async def scenario(service: ScoringService) -> Any:
        waits = (service.score_one(ask, serving) for ask in asks)
        return await asyncio.gather(*waits, return_exceptions=True)

    found = run(scenario)
    failed = [place for place, one in enumerate(found) if isinstance(one, Problem)]
    assert failed == [7]
    assert found[7].status == 500
    assert poison not in str(found[7].document())


def test_a_caller_who_has_gone_is_left_out(
    run: Run, asks: list[Ask], serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    hold = threading.Event()
    score = Scorer.score

    def slow(self: Scorer, claims: Any, *more: Any) -> Any:
        hold.wait(5)
        seen.extend(claim.claim_id for claim in claims)
        return score(self, claims, *more)

    monkeypatch.setattr(Scorer, "score", slow)

    async def scenario(service: ScoringService) -> None:
        tasks = [asyncio.create_task(service.score_one(ask, serving)) for ask in asks[:5]]
        await asyncio.sleep(0)
        await asyncio.sleep(0.05)
        later = [asyncio.create_task(service.score_one(ask, serving)) for ask in asks[5:9]]
        await asyncio.sleep(0)
        later[1].cancel()
        await asyncio.sleep(0)
        hold.set()
        await asyncio.gather(*tasks, *later, return_exceptions=True)

    run(scenario)
    gone = asks[6].claim.claim_id
    assert sorted(seen) == sorted(
        ask.claim.claim_id for ask in asks[:9] if ask.claim.claim_id != gone
    )


def test_a_service_that_stops_leaves_nobody_waiting(
    run: Run, asks: list[Ask], serving: Serving
) -> None:
    async def scenario(service: ScoringService) -> Any:
        service.close()
        waits = (service.score_one(ask, serving) for ask in asks[:3])
        return await asyncio.wait_for(asyncio.gather(*waits, return_exceptions=True), 10)

    for found in run(scenario):
        assert isinstance(found, Problem)
        assert found.status == 503


def test_sixteen_connections_at_once(client: TestClient, world: Practice) -> None:
    bodies = [as_json(claim) for claim in world.claims[100:228]]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda body: client.post("/score", json=body), bodies))
    assert {answer.status_code for answer in answers} == {200}
    told = [answer.json() for answer in answers]
    assert [one["claim_id"] for one in told] == [body["claim_id"] for body in bodies]
    assert len({one["score_id"] for one in told}) == len(bodies)
    for one, body in list(zip(told, bodies, strict=True))[::16]:
        alone = client.post("/score", json=body).json()
        same = {**alone, "score_id": one["score_id"], "scored_at": one["scored_at"]}
        assert one == same
