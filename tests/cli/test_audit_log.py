from __future__ import annotations

import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key

sys.path.insert(0, str(Path(__file__).parents[1] / "service"))

from audit_records import record

from cli.main import call
from service.audit.repository import AuditRepository


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "var"
    home.mkdir(mode=0o700)
    log = AuditRepository(home / "audit.db")
    log.add([record() for _ in range(5)])
    log.close()
    monkeypatch.setenv("PRECLEAR_HOME", str(home))
    return home


def change(home: Path, query: str) -> None:
    with closing(sqlite3.connect(home / "audit.db")) as connection, connection:
        connection.execute(query)


def test_a_log_as_it_was_written_verifies(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["audit", "verify"]) == 0
    said = capsys.readouterr().out
    assert "5 records" in said
    assert "none is missing" in said
    assert call(["audit", "verify", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["whole"], told["records"], told["findings"]) == (True, 5, [])


def test_what_was_changed_is_named(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(home, "UPDATE events SET decision = 'submit' WHERE sequence = 2")
    change(home, "DELETE FROM events WHERE sequence = 4")
    assert call(["audit", "verify"]) == 1
    said = capsys.readouterr()
    assert "Record 2: what it holds is not what was recorded" in said.out
    assert "Record 4: missing" in said.out
    assert "2 findings, the first: record 2" in said.err
    assert call(["audit", "verify", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert [(one["first"], one["what"]) for one in told["findings"]] == [
        (2, "contents"),
        (4, "missing"),
    ]


def test_a_checkpoint_can_be_kept_and_verified_against(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(["audit", "checkpoint"]) == 0
    line = capsys.readouterr().out
    assert json.loads(line)["sequence"] == 5
    kept = tmp_path / "kept.jsonl"
    kept.write_text(line + "\n")
    words = ["audit", "verify", "--checkpoint", str(kept)]
    assert call(words) == 0
    (home / "audit.db.head").unlink()
    change(home, "DELETE FROM events WHERE sequence > 4")
    assert call(["audit", "verify"]) == 0
    assert "a cut tail could not be seen" in capsys.readouterr().out
    assert call(words) == 1
    assert "Record 5: missing at the end of the log" in capsys.readouterr().out
    kept.write_text(line.replace('"sequence": 5', '"sequence": 4'))
    assert call(words) == 2
    assert f"{kept}, line 1, is no checkpoint" in capsys.readouterr().err
    kept.write_text("[]")
    assert call(words) == 2


def test_the_key_is_a_public_one(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["audit", "key"]) == 0
    said = capsys.readouterr().out
    assert load_pem_public_key(said.encode())
    assert (home / "audit-key.pem").stat().st_mode & 0o777 == 0o600


def test_an_empty_log_has_nothing_to_sign(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    AuditRepository(tmp_path / "audit.db").close()
    monkeypatch.setenv("PRECLEAR_HOME", str(tmp_path))
    assert call(["audit", "checkpoint"]) == 1
    assert "holds no record yet" in capsys.readouterr().err
    assert call(["audit", "verify"]) == 0


@pytest.mark.parametrize("held", [b"", b"no key", b"-----BEGIN PRIVATE KEY-----\n"])
def test_a_key_that_is_none_is_refused(
    home: Path, held: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "audit-key.pem").write_bytes(held)
    assert call(["audit", "verify"]) == 1
    assert "is no Ed25519 key" in capsys.readouterr().err
    (home / "audit-key.pem").chmod(0o644)
    assert call(["audit", "verify"]) == 1
    assert "chmod 600" in capsys.readouterr().err
