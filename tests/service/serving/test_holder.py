"""One request is answered by one model and one history, and its record names just these."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from claim_json import as_json
from invented import KEYS, Practice

from features.history import History
from models.costs import Costs
from models.edits import starter_rules
from models.score import ModelRef
from service.audit.repository import AuditRepository
from service.audit.writer import AuditWriter
from service.scoring.requests import Ask, parse_claim
from service.scoring.service import About, ScoringService
from service.serving.holder import Holder
from service.serving.serving import Ground, Serving


@pytest.fixture
def holder(world: Practice) -> Holder:
    ground = Ground(KEYS, starter_rules(), Costs.usual())
    return Holder(ground, ground.serving(world.model, reference("7", world), world.history))


@pytest.fixture
def asks(world: Practice) -> list[Ask]:
    return [parse_claim(as_json(claim), 99) for claim in world.claims[:30]]


def reference(version: str, world: Practice) -> ModelRef:
    return ModelRef(name="denial", version=version, digest=world.model.digest)


def test_what_is_left_out_stays(holder: Holder, world: Practice) -> None:
    before = holder.now()
    bare = History.empty()
    held = holder.replace(history=bare)
    assert held is holder.now()
    assert (held.model, held.reference, held.history) == (before.model, before.reference, bare)
    assert held.history_until is None
    other = replace(world.model, threshold=0.9)
    held = holder.replace(model=(other, reference("8", world)))
    assert (held.model, held.reference.version, held.history) == (other, "8", bare)
    # What was taken before is as it was.
    assert before.history is world.history
    assert before.reference.version == "7"


def test_changes_made_at_once_are_all_kept(holder: Holder, world: Practice) -> None:
    bare = History.empty()

    def change(place: int) -> None:
        if place == 7:
            holder.replace(history=bare)
        else:
            holder.replace(model=(world.model, reference(str(place), world)))

    threads = [threading.Thread(target=change, args=(place,)) for place in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert holder.now().history is bare
    assert holder.now().reference.version != "7"


def test_who_asked_before_a_swap_is_answered_by_the_old_model(
    holder: Holder, asks: list[Ask], world: Practice, tmp_path: Path, monkeypatch: Any
) -> None:
    """Claims that wait together, half of them for another model: each is scored by its own."""
    repository = AuditRepository(tmp_path / "audit.db")
    writer = AuditWriter(repository)
    service = ScoringService(KEYS, writer, About("f", "c"))
    goes: list[tuple[str, int]] = []
    each = ScoringService._each

    def counted(self: ScoringService, some: list[Ask], by: Serving) -> Any:
        goes.append((by.reference.version, len(some)))
        return each(self, some, by)

    monkeypatch.setattr(ScoringService, "_each", counted)
    old = holder.now()
    new = holder.replace(
        model=(replace(world.model, threshold=0.9), reference("8", world)), history=History.empty()
    )
    mine = [old if place % 10 < 5 else new for place in range(len(asks))]

    async def scenario() -> list[dict[str, Any]]:
        waits = (service.score_one(ask, by) for ask, by in zip(asks, mine, strict=True))
        return await asyncio.gather(*waits)

    try:
        answers = asyncio.run(scenario())
        records = [repository.get(str(answer["score_id"])) for answer in answers]
    finally:
        service.close()
        writer.close()
        repository.close()
    assert goes == [("7", 5), ("8", 5)] * 3
    for ask, by, answer, record in zip(asks, mine, answers, records, strict=True):
        assert record is not None
        (alone,) = by.scorer.score([ask.claim], ask.as_of)
        assert answer["denial_probability"] == alone.score.denial_probability
        assert answer["model"]["version"] == record.model_version == by.reference.version
        assert answer["threshold"] == record.threshold == by.model.threshold
        assert record.history_digest == by.history.digest
        assert record.features == alone.values.tobytes()
    assert old.history.digest != new.history.digest
