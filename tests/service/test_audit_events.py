"""Events beside scores, and scores by their claims."""

from __future__ import annotations

import asyncio

import pytest
from audit_places import Place
from audit_records import record

from service.audit.event import Event
from service.audit.repository import AuditRepository
from service.audit.tables import AuditError
from service.audit.writer import AuditWriter


@pytest.fixture
def log(place: Place) -> AuditRepository:
    return place.open()


def test_an_event_comes_back_as_it_went_in(log: AuditRepository) -> None:
    log.add([record(score_id="s1"), record(score_id="s2")])
    log.append([Event("outcome", "s1", {"outcome": "denied", "carc": "197"}, "key-1")])
    log.append([Event("override", "s1", {"decision": "submit"}), Event("shadow", "s2", {"p": 0.5})])
    first, second = log.events_of(["s1"])
    assert (first.kind, first.score_id, first.caller) == ("outcome", "s1", "key-1")
    assert first.body == {"outcome": "denied", "carc": "197"}
    assert second.kind == "override"
    assert second.sequence == first.sequence + 1 == 4
    assert [one.body for one in log.events_of(["s1", "s2"], "shadow")] == [{"p": 0.5}]
    assert [one.score_id for one in log.latest()] == ["s2", "s1"]


def test_records_and_events_share_a_commit(log: AuditRepository) -> None:
    writer = AuditWriter(log)
    one = record()
    asyncio.run(writer.add([one, Event("shadow", one.score_id, {"p": 0.25})]))
    writer.close()
    assert log.get(one.score_id) == one
    (event,) = log.events_of([one.score_id])
    assert event.body == {"p": 0.25}


def test_an_event_that_cannot_be_written_takes_its_record_with_it(log: AuditRepository) -> None:
    log.add([record(score_id="s1")])
    with pytest.raises(AuditError):
        log.add([Event("outcome", "s1", {}), record(score_id="s1")])
    assert log.events_of(["s1"]) == []


@pytest.mark.parametrize("kind", ["score", "checkpoint", "retention", "", "Outcome", "a b"])
def test_the_logs_own_kinds_and_no_words_are_refused(kind: str) -> None:
    with pytest.raises(ValueError, match="kind"):
        Event(kind, None, {})


def test_the_scores_of_claims_come_newest_first(log: AuditRepository) -> None:
    log.add([record(score_id=f"{place:04}", claim_key=place % 700 + 1) for place in range(1500)])
    found = log.scores_of([3, 5, 5, 9999])
    assert [one.score_id for one in found] == ["1404", "1402", "0704", "0702", "0004", "0002"]
    assert len(log.scores_of(range(1, 701))) == 1500
    assert log.scores_of([]) == []
