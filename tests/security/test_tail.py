"""The end of the log: what is cut off stays missed, also when the service goes on writing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from audit_records import record

from service.audit.repository import AuditRepository


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "audit.db"


@pytest.fixture
def log(path: Path) -> AuditRepository:
    log = AuditRepository(path)
    for _ in range(20):
        log.add([record()])
    return log


def change(path: Path, query: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(query)


def found(log: AuditRepository) -> list[tuple[int, int, str]]:
    return [(one.first, one.last, one.what) for one in log.verify().findings]


def test_a_cut_tail_is_found_before_and_after_the_next_record(
    log: AuditRepository, path: Path
) -> None:
    change(path, "DELETE FROM events WHERE sequence > 15")
    assert found(log) == [(16, 20, "cut")]
    log.add([record()])
    assert found(log) == [(16, 20, "missing"), (21, 21, "break")]
    log.add([record()])
    assert found(AuditRepository(path)) == [(16, 20, "missing"), (21, 21, "break")]
    change(path, "DELETE FROM events WHERE sequence > 15")  # to hide that it was seen
    assert found(log) == [(16, 23, "cut")]


def test_an_emptied_log_is_found(log: AuditRepository, path: Path) -> None:
    change(path, "DELETE FROM events")
    assert found(log) == [(1, 20, "cut")]
    log.add([record()])
    assert found(log) == [(1, 20, "missing"), (21, 21, "break")]


def test_a_log_that_is_put_aside_is_found(log: AuditRepository, path: Path) -> None:
    log.close()
    for file in path.parent.glob("audit.db*"):
        if file.suffix != ".head":
            file.unlink()
    fresh = AuditRepository(path)
    assert found(fresh) == [(1, 20, "cut")]
    fresh.add([record()])
    assert found(fresh) == [(1, 20, "missing"), (21, 21, "break")]


def test_an_older_copy_is_found(log: AuditRepository, path: Path) -> None:
    log.close()
    copy = path.read_bytes()
    after = AuditRepository(path)
    after.add([record(), record()])
    after.close()
    path.write_bytes(copy)
    assert found(AuditRepository(path)) == [(21, 22, "cut")]


def test_a_changed_last_record_is_not_built_upon_unseen(log: AuditRepository, path: Path) -> None:
    change(path, f"UPDATE events SET hash = '{'0' * 64}' WHERE sequence = 20")
    log.add([record()])
    assert {(first, what) for first, _, what in found(log)} == {
        *((20, "header"), (20, "seal")),
        (21, "break"),
    }


def test_a_record_put_at_the_end_is_not_built_upon_unseen(log: AuditRepository, path: Path) -> None:
    names = "form, kind, score_id, recorded_at, hash, seal, payload_digest, salt, body"
    change(
        path,
        f"INSERT INTO events (sequence, previous, {names}) SELECT 21, hash, "
        f"{names.replace('score_id', repr('forged'))} FROM events WHERE sequence = 20",
    )
    log.add([record()])
    assert {first for first, _, _ in found(log)} == {21, 22}
    assert (22, 22, "break") in found(log)


def test_a_log_whose_end_was_not_kept_says_so(log: AuditRepository, path: Path) -> None:
    log.close()
    path.with_name("audit.db.head").unlink()
    change(path, "DELETE FROM events WHERE sequence > 15")
    verified = AuditRepository(path).verify()
    assert verified.whole
    assert not verified.head_known


def test_a_checkpoint_that_was_kept_elsewhere_finds_a_cut_without_the_file(
    log: AuditRepository, path: Path
) -> None:
    said = log.checkpoint()
    assert said is not None
    log.close()
    path.with_name("audit.db.head").unlink()
    change(path, "DELETE FROM events WHERE sequence > 15")
    (finding,) = AuditRepository(path).verify([said]).findings
    assert (finding.first, finding.last, finding.what) == (16, 20, "cut")


def test_a_file_that_is_behind_after_a_crash_is_no_cut(log: AuditRepository, path: Path) -> None:
    head = path.with_name("audit.db.head")
    behind = head.read_bytes()
    log.add([record(), record()])
    log.close()
    head.write_bytes(behind)
    again = AuditRepository(path)
    assert again.verify().whole
    again.add([record()])
    assert again.verify().whole


def test_a_torn_write_of_the_file_leaves_the_one_before(log: AuditRepository, path: Path) -> None:
    head = path.with_name("audit.db.head")
    held = head.read_bytes()
    log.add([record()])
    log.close()
    now = head.read_bytes()
    (place,) = [at for at in (0, 512) if held[at : at + 512] != now[at : at + 512]]
    head.write_bytes(now[: place + 100] + held[place + 100 : place + 512] + now[place + 512 :])
    again = AuditRepository(path)
    assert again.verify().head_known
    assert again.verify().whole
    change(path, "DELETE FROM events WHERE sequence > 15")
    assert found(again) == [(16, 20, "cut")]


def test_what_another_file_says_is_not_believed(log: AuditRepository, path: Path) -> None:
    """A head that this installation did not seal, or a file of something else."""
    log.close()
    head = path.with_name("audit.db.head")
    head.write_bytes(head.read_bytes().replace(b'"sequence": 20', b'"sequence": 19'))
    assert AuditRepository(path).verify().whole
    head.write_bytes(b"\xff[1]" * 300)
    assert not AuditRepository(path).verify().head_known


@pytest.mark.parametrize("place", range(3))
def test_a_flipped_page_of_the_file_is_found(log: AuditRepository, path: Path, place: int) -> None:
    log.close()
    held = bytearray(path.read_bytes())
    text = b"hmac-sha256:00"
    at = -1
    for _ in range(place + 1):
        at = held.index(text, at + 1)
    held[at] ^= 1
    path.write_bytes(bytes(held))
    (finding,) = AuditRepository(path).verify().findings
    assert finding.what == "contents"
