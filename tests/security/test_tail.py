"""The end of the log: what is cut off stays missed, also when the service goes on writing."""

from __future__ import annotations

from pathlib import Path

import pytest
from audit_places import Place
from audit_records import record

from service.audit.repository import AuditRepository


@pytest.fixture
def log(place: Place) -> AuditRepository:
    log = place.open()
    for _ in range(20):
        log.add([record()])
    return log


def found(log: AuditRepository) -> list[tuple[int, int, str]]:
    return [(one.first, one.last, one.what) for one in log.verify().findings]


def test_a_cut_tail_is_found_before_and_after_the_next_record(
    log: AuditRepository, place: Place
) -> None:
    place.execute("DELETE FROM events WHERE sequence > 15")
    assert found(log) == [(16, 20, "cut")]
    log.add([record()])
    assert found(log) == [(16, 20, "missing"), (21, 21, "break")]
    log.add([record()])
    assert found(place.open()) == [(16, 20, "missing"), (21, 21, "break")]
    place.execute("DELETE FROM events WHERE sequence > 15")  # to hide that it was seen
    assert found(log) == [(16, 23, "cut")]


def test_an_emptied_log_is_found(log: AuditRepository, place: Place) -> None:
    place.execute("DELETE FROM events")
    assert found(log) == [(1, 20, "cut")]
    log.add([record()])
    assert found(log) == [(1, 20, "missing"), (21, 21, "break")]


def test_a_log_that_is_put_aside_is_found(log: AuditRepository, place: Place) -> None:
    log.close()
    place.execute("ALTER TABLE events RENAME TO aside")
    place.execute("DROP TABLE alembic_version")
    place.execute("DROP VIEW scores")
    for name in ("events_scores", "events_about", "events_by_claim"):
        place.execute(f"DROP INDEX {name}")
    if place.url:
        place.execute("ALTER TABLE aside DROP CONSTRAINT events_pkey")
    else:
        place.execute("PRAGMA user_version=0")
    fresh = place.open()
    assert found(fresh) == [(1, 20, "cut")]
    fresh.add([record()])
    assert found(fresh) == [(1, 20, "missing"), (21, 21, "break")]


def test_an_older_copy_is_found(log: AuditRepository, place: Place) -> None:
    copy = place.read()
    log.add([record(), record()])
    place.write(copy)
    assert found(log) == [(21, 22, "cut")]


def test_a_changed_last_record_is_not_built_upon_unseen(log: AuditRepository, place: Place) -> None:
    place.execute(f"UPDATE events SET hash = '{'0' * 64}' WHERE sequence = 20")
    log.add([record()])
    assert {(first, what) for first, _, what in found(log)} == {
        *((20, "header"), (20, "seal")),
        (21, "break"),
    }


def test_a_forged_last_record_is_not_built_upon_unseen(log: AuditRepository, place: Place) -> None:
    names = "form, kind, score_id, recorded_at, hash, seal, payload_digest, salt, body"
    place.execute(
        f"INSERT INTO events (sequence, previous, {names}) SELECT 21, hash, "
        f"{names.replace('score_id', repr('forged'))} FROM events WHERE sequence = 20",
    )
    log.add([record()])
    assert {first for first, _, _ in found(log)} == {21, 22}
    assert (22, 22, "break") in found(log)


def test_a_log_whose_end_was_not_kept_says_so(log: AuditRepository, place: Place) -> None:
    log.close()
    place.head.unlink()
    place.execute("DELETE FROM events WHERE sequence > 15")
    verified = place.open().verify()
    assert verified.whole
    assert not verified.head_known


def test_a_checkpoint_that_was_kept_elsewhere_finds_a_cut_without_the_file(
    log: AuditRepository, place: Place
) -> None:
    said = log.checkpoint()
    assert said is not None
    log.close()
    place.head.unlink()
    place.execute("DELETE FROM events WHERE sequence > 15")
    (finding,) = place.open().verify([said]).findings
    assert (finding.first, finding.last, finding.what) == (16, 20, "cut")


def test_a_file_that_is_behind_after_a_crash_is_no_cut(log: AuditRepository, place: Place) -> None:
    head = place.head
    behind = head.read_bytes()
    log.add([record(), record()])
    log.close()
    head.write_bytes(behind)
    again = place.open()
    assert again.verify().whole
    again.add([record()])
    assert again.verify().whole


def test_a_torn_write_of_the_file_leaves_the_one_before(log: AuditRepository, place: Place) -> None:
    head = place.head
    held = head.read_bytes()
    log.add([record()])
    log.close()
    now = head.read_bytes()
    (at,) = [slot for slot in (0, 512) if held[slot : slot + 512] != now[slot : slot + 512]]
    head.write_bytes(now[: at + 100] + held[at + 100 : at + 512] + now[at + 512 :])
    again = place.open()
    assert again.verify().head_known
    assert again.verify().whole
    place.execute("DELETE FROM events WHERE sequence > 15")
    assert found(again) == [(16, 20, "cut")]


def test_what_another_file_says_is_not_believed(log: AuditRepository, place: Place) -> None:
    """A head that this installation did not seal, or a file of something else."""
    log.close()
    head = place.head
    head.write_bytes(head.read_bytes().replace(b'"sequence": 20', b'"sequence": 19'))
    assert place.open().verify().whole
    head.write_bytes(b"\xff[1]" * 300)
    assert not place.open().verify().head_known


@pytest.mark.parametrize("number", range(3))
def test_a_flipped_bit_of_the_file_is_found(tmp_path: Path, number: int) -> None:
    path = tmp_path / "audit.db"
    log = AuditRepository(path)
    log.add([record() for _ in range(20)])
    log.close()
    held = bytearray(path.read_bytes())
    at = -1
    for _ in range(number + 1):
        at = held.index(b"hmac-sha256:00", at + 1)
    held[at] ^= 1
    path.write_bytes(bytes(held))
    log = AuditRepository(path)
    (finding,) = log.verify().findings
    log.close()
    assert finding.what == "contents"


def test_a_damaged_file_is_found(tmp_path: Path) -> None:
    path = tmp_path / "audit.db"
    log = AuditRepository(path)
    log.add([record() for _ in range(200)])
    log.close()
    held = path.read_bytes()
    middle = held.index(b"hmac-sha256:00", len(held) // 2) // 4096 * 4096
    path.write_bytes(held[:middle] + b"\xa5" * 4096 + held[middle + 4096 :])
    log = AuditRepository(path)
    assert not log.verify().whole
    log.close()
