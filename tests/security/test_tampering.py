"""Whoever changes the log and has no more than the database is found, and where."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest
from audit_records import record
from tampering import COLUMNS, WAYS, Row

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


class Table:
    """The rows of the log, to be read and replaced by whoever may write the database."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> list[Row]:
        with closing(sqlite3.connect(self._path)) as connection:
            query = f"SELECT {', '.join(COLUMNS)} FROM events ORDER BY sequence"
            return [dict(zip(COLUMNS, row, strict=True)) for row in connection.execute(query)]

    def write(self, rows: Iterable[Row]) -> None:
        marks = ", ".join(f":{name}" for name in COLUMNS)
        with closing(sqlite3.connect(self._path)) as connection, connection:
            connection.execute("DELETE FROM events")
            query = f"INSERT INTO events ({', '.join(COLUMNS)}) VALUES ({marks})"
            connection.executemany(query, rows)


@pytest.fixture
def log(tmp_path: Path) -> AuditRepository:
    return AuditRepository(tmp_path / "audit.db")


@pytest.fixture
def table(tmp_path: Path) -> Table:
    return Table(tmp_path / "audit.db")


def placed(findings: Iterable[Finding], touched: set[int]) -> bool:
    """Whether each touched record is named, and none but them and the one that follows.

    What a checkpoint says is of all records since the one before it.
    """
    precise = [one for one in findings if one.what != "checkpoint"]
    named = {number for one in precise for number in range(one.first, one.last + 1)}
    after = {number + 1 for number in touched}
    return touched <= named <= touched | after


def trials(log: AuditRepository, table: Table, count: int, seed: int) -> None:
    chance = random.Random(seed)
    fill(log, chance)
    kept = table.read()
    assert log.verify().whole
    for trial in range(count):
        way = chance.choice(WAYS)
        rows, touched = way([dict(row) for row in kept], chance)
        table.write(rows)
        verified = log.verify()
        told = f"trial {trial}, {way.__name__}, {touched}: {list(map(str, verified.findings))}"
        assert not verified.whole, told
        assert placed(verified.findings, touched), told
    table.write(kept)
    assert log.verify().whole


def test_a_hundred_ways_to_tamper_are_found_and_placed(log: AuditRepository, table: Table) -> None:
    trials(log, table, 100, seed=1)


@pytest.mark.heavy
def test_a_thousand_ways_to_tamper_are_found_and_placed(log: AuditRepository, table: Table) -> None:
    trials(log, table, 1000, seed=2)
