"""Whoever changes the log and has no more than the database is found, and where."""

from __future__ import annotations

import random
from collections.abc import Iterable

import pytest
from audit_places import Place
from audit_records import record
from tampering import WAYS

from service.audit.event import Event
from service.audit.repository import AuditRepository
from service.audit.standalone import Finding


def fill(log: AuditRepository, chance: random.Random) -> None:
    """Scores and events of each kind, with several checkpoints."""
    for _ in range(5):
        scores = [record(denial_probability=chance.random()) for _ in range(8)]
        log.add(scores)
        log.append([Event("outcome", scores[0].score_id, {"outcome": "denied"}, "key")])
        log.append([Event("override", scores[1].score_id, {"decision": "submit"})])
        log.checkpoint()
    log.add([record(), record(), record()])


def placed(findings: Iterable[Finding], touched: set[int]) -> bool:
    """Whether each touched record is named, and none but them and the one that follows.

    What a checkpoint says is of all records since the one before it.
    """
    precise = [one for one in findings if one.what != "checkpoint"]
    named = {number for one in precise for number in range(one.first, one.last + 1)}
    after = {number + 1 for number in touched}
    return touched <= named <= touched | after


def trials(place: Place, count: int, seed: int) -> None:
    chance = random.Random(seed)
    log = place.open()
    fill(log, chance)
    kept = place.read()
    assert log.verify().whole
    for trial in range(count):
        way = chance.choice(WAYS)
        rows, touched = way([dict(row) for row in kept], chance)
        place.write(rows)
        verified = log.verify()
        told = f"trial {trial}, {way.__name__}, {touched}: {list(map(str, verified.findings))}"
        assert not verified.whole, told
        assert placed(verified.findings, touched), told
    place.write(kept)
    assert log.verify().whole


def test_some_ways_to_tamper_are_found_and_placed(place: Place) -> None:
    trials(place, 60, seed=1)


@pytest.mark.heavy
def test_a_thousand_ways_to_tamper_are_found_and_placed(place: Place) -> None:
    trials(place, 1000, seed=2)
