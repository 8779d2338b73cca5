from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from audit_places import Place
from audit_records import record

from models.record import AuditRecord
from service.audit.repository import AuditRepository
from service.audit.tables import AuditError
from service.audit.writer import AuditWriter
from service.ids import new_score_id


@pytest.fixture
def log(place: Place) -> AuditRepository:
    return place.open()


def test_a_record_comes_back_as_it_went_in(log: AuditRepository) -> None:
    one = record()
    log.add([one])
    back = log.get(one.score_id)
    assert back == one
    assert back is not None
    assert back.values().tobytes() == np.array([[1.5, np.nan, -0.0]], np.float32).tobytes()
    assert log.get("no such score") is None


def test_the_latest_come_first_and_can_be_paged(log: AuditRepository) -> None:
    records = [record(claim_key=place % 2) for place in range(6)]
    records = [replace(one, score_id=f"{place:04}") for place, one in enumerate(records)]
    log.add(records)
    assert [one.score_id for one in log.latest(2)] == ["0005", "0004"]
    assert [one.score_id for one in log.latest(2, before="0004")] == ["0003", "0002"]
    assert [one.score_id for one in log.latest(9, claim_key=1)] == ["0005", "0003", "0001"]


def test_all_or_none_is_written(log: AuditRepository) -> None:
    one = record()
    log.add([one])
    with pytest.raises(AuditError):
        log.add([record(), one])
    assert len(log.latest()) == 1


def test_the_file_is_private_and_durable(tmp_path: Path) -> None:
    path = tmp_path / "audit.db"
    log = AuditRepository(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with log._writer.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2


def test_a_layout_of_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "audit.db"
    AuditRepository(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version=99")
    with pytest.raises(AuditError, match="layout 99"):
        AuditRepository(path)


EARLIER = """CREATE TABLE scores (
    sequence INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, score_id TEXT NOT NULL UNIQUE,
    scored_at TEXT NOT NULL, as_of TEXT NOT NULL, claim_key TEXT NOT NULL,
    claim_digest TEXT NOT NULL, model_name TEXT NOT NULL, model_version TEXT NOT NULL,
    model_digest TEXT NOT NULL, history_digest TEXT NOT NULL, code_version TEXT NOT NULL,
    features_digest TEXT NOT NULL, features BLOB NOT NULL, denial_probability FLOAT NOT NULL,
    decision TEXT NOT NULL, threshold FLOAT NOT NULL, answer TEXT NOT NULL);
CREATE INDEX scores_by_claim ON scores (claim_key);"""
LAYOUTS = {1: "", 2: "ALTER TABLE scores ADD COLUMN rules_digest TEXT NOT NULL DEFAULT '';"}


def write_earlier(path: Path, layout: int, records: list[AuditRecord]) -> None:
    """The file of a program of before the chain."""
    names = [
        *("score_id", "scored_at", "as_of", "claim_key", "claim_digest", "model_name"),
        *("model_version", "model_digest", "history_digest", "code_version", "features_digest"),
        *("features", "denial_probability", "decision", "threshold", "answer"),
        *(["rules_digest"] if layout == 2 else []),
    ]
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(EARLIER + LAYOUTS[layout])
        connection.execute(f"PRAGMA user_version={layout}")
        for one in records:
            values = {name: getattr(one, name) for name in names}
            values["scored_at"] = one.scored_at.isoformat()
            values["as_of"] = one.as_of.isoformat()
            values["claim_key"] = f"{one.claim_key:016x}"
            marks = ", ".join(f":{name}" for name in names)
            query = f"INSERT INTO scores ({', '.join(names)}) VALUES ({marks})"
            connection.execute(query, values)
    path.chmod(0o600)


@pytest.mark.parametrize("layout", [1, 2])
def test_a_log_of_an_earlier_layout_is_brought_to_ours(tmp_path: Path, layout: int) -> None:
    path = tmp_path / "audit.db"
    rules = "sha256:r" if layout == 2 else ""
    old = [record(score_id=f"{place:04}", rules_digest=rules) for place in range(1100)]
    write_earlier(path, layout, old)
    log = AuditRepository(path)
    assert log.latest(5000) == old[::-1]
    with log._reader.connect() as connection:
        kinds = connection.exec_driver_sql(
            "SELECT kind, count(*) FROM events GROUP BY kind ORDER BY kind"
        ).fetchall()
    assert [tuple(one) for one in kinds] == [("checkpoint", 1), ("migrated", 1), ("score", 1100)]
    new = record(score_id="later", caller="front-desk")
    log.add([new])
    assert log.get("later") == new
    assert AuditRepository(path).latest(1) == [new]  # once is enough


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "audit.db"
    path.write_bytes(b"not a database, whatever its name says" * 100)
    with pytest.raises(AuditError, match="move it aside"):
        AuditRepository(path)


def test_many_workers_may_create_it_at_once(place: Place) -> None:
    with ThreadPoolExecutor(8) as pool:
        logs = list(pool.map(lambda _: place.open(), range(16)))
    for log in logs:
        log.add([record()])
    assert len(logs[0].latest()) == 16
    assert logs[0].verify().whole


def test_many_workers_may_write_at_once(place: Place) -> None:
    logs = [place.open() for _ in range(4)]

    def write(log: AuditRepository) -> None:
        for _ in range(25):
            log.add([record(), record()])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, logs))
    verified = logs[0].verify()
    assert verified.whole
    assert verified.records == 200


def test_concurrent_callers_share_commits(log: AuditRepository) -> None:
    writer = AuditWriter(log)
    records = [record() for _ in range(200)]

    async def add_all() -> None:
        await asyncio.gather(*(writer.add([one]) for one in records))

    asyncio.run(add_all())
    writer.close()
    assert {one.score_id for one in log.latest(500)} == {one.score_id for one in records}
    assert writer.commits < 100


def test_nobody_is_told_before_the_commit(
    log: AuditRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_go = threading.Event()
    add = log.add

    def slow(records: list[AuditRecord]) -> None:
        let_go.wait(5)
        add(records)

    monkeypatch.setattr(log, "add", slow)
    writer = AuditWriter(log)
    done = writer.submit([record()])
    assert not done.done()
    let_go.set()
    done.result(5)
    assert len(log.latest()) == 1
    writer.close()


def test_a_failed_commit_fails_all_who_waited_and_the_next_goes_on(
    log: AuditRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    add, broken = log.add, [True]

    def sometimes(records: list[AuditRecord]) -> None:
        if broken:
            raise OSError("disk full")
        add(records)

    monkeypatch.setattr(log, "add", sometimes)
    writer = AuditWriter(log)
    with pytest.raises(AuditError, match="OSError"):
        writer.submit([record()]).result(5)
    broken.clear()
    writer.submit([record()]).result(5)
    assert len(log.latest()) == 1
    writer.close()
    with pytest.raises(AuditError, match="closed"):
        writer.submit([record()])


def test_a_caller_who_has_gone_stops_nothing(log: AuditRepository) -> None:
    writer = AuditWriter(log)
    for _ in range(50):
        writer.submit([record()]).cancel()
    writer.submit([record()]).result(5)
    writer.close()
    assert len(log.latest()) >= 1


def test_it_says_whether_it_can_be_written(log: AuditRepository) -> None:
    assert log.writable()


def test_what_was_acknowledged_survives_a_kill(place: Place) -> None:
    code = (
        "import sys; sys.path[:0] = sys.argv[1:]\n"
        "import audit_records as t\n"
        "from claims.settings import Settings\n"
        "from service.audit.repository import AuditRepository\n"
        "log = AuditRepository.of(Settings.read())\n"
        "while True:\n"
        "    one = t.record(); log.add([one]); print(one.score_id, flush=True)\n"
    )
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", code, str(root), str(Path(__file__).parent)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, **place.environment}
    ) as child:
        assert child.stdout is not None
        told = [child.stdout.readline().strip() for _ in range(20)]
        child.kill()
        told += child.stdout.read().split()
    told = [one for one in told if len(one) == 36]
    log = place.open()
    kept = {one.score_id for one in log.latest(100_000)}
    assert len(told) >= 20
    assert set(told) <= kept
    assert log.verify().whole


def test_ids_sort_by_time() -> None:
    first = new_score_id()
    while (later := new_score_id())[:13] == first[:13]:
        pass
    assert first < later
    assert first[14] == "7"
    assert len({new_score_id() for _ in range(2000)}) == 2000
