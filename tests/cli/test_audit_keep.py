from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "service"))

from audit_places import Place
from audit_records import record

from cli.main import call
from service.audit import chain

ROOT = Path(__file__).parents[2]
STANDALONE = ROOT / "service" / "audit" / "standalone.py"


@pytest.fixture
def of_place(place: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    """The place, as the command line finds it."""
    for name, value in place.environment.items():
        monkeypatch.setenv(name, value)
    return place


def standalone(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a copy of the verifier where nothing of ours can be imported."""
    copy = folder / "verifier.py"
    copy.write_bytes(STANDALONE.read_bytes())
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [sys.executable, "-I", str(copy), *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_export_is_verified_with_the_public_key_alone(
    of_place: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = of_place.open()
    log.add([record() for _ in range(5)])
    assert call(["audit", "checkpoint"]) == 0
    (tmp_path / "kept").write_text(capsys.readouterr().out)
    assert call(["audit", "key"]) == 0
    (tmp_path / "public.pem").write_text(capsys.readouterr().out)
    out = tmp_path / "export.jsonl"
    assert call(["audit", "export", "--out", str(out)]) == 0
    assert out.stat().st_mode & 0o777 == 0o600
    assert len(out.read_text().splitlines()) == 6
    assert call(["audit", "verify", str(out)]) == 0
    told = standalone(tmp_path, "export.jsonl", "--key", "public.pem", "--checkpoint", "kept")
    assert told.returncode == 0, told.stderr
    assert "6 records" in told.stdout
    assert "none is missing" in told.stdout

    held = out.read_text()
    out.write_text(held.replace('"decision":"hold"', '"decision":"submit"', 1))
    assert call(["audit", "verify", str(out), "--key", str(tmp_path / "public.pem")]) == 1
    assert "Record 1: what it holds is not what was recorded" in capsys.readouterr().out
    told = standalone(tmp_path, "export.jsonl", "--key", "public.pem")
    assert told.returncode == 1
    assert "record 1: what it holds is not what was recorded" in told.stdout
    out.write_text(held)
    assert standalone(tmp_path, "export.jsonl", "--key", "kept").returncode == 2


def test_an_export_of_a_changed_log_says_so(
    of_place: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = of_place.open()
    log.add([record() for _ in range(5)])
    of_place.execute("DELETE FROM events WHERE sequence > 3")
    out = tmp_path / "export.jsonl"
    assert call(["audit", "export", "--out", str(out)]) == 1
    assert "not as it was written" in capsys.readouterr().err
    assert call(["audit", "verify", str(out), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert [(one["first"], one["last"], one["what"]) for one in told["findings"]] == [(4, 5, "cut")]


def test_what_is_no_export_is_one_sentence(
    of_place: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    of_place.open().add([record()])
    out = tmp_path / "export.jsonl"
    assert call(["audit", "verify", str(out)]) == 1
    assert "cannot be read" in capsys.readouterr().err
    manifest = tmp_path / "export.jsonl.manifest.json"
    for held in ("", "[]", "{", '{"key": 1}'):
        out.write_text("x\n")
        manifest.write_text(held)
        assert call(["audit", "verify", str(out)]) == 1
        said = capsys.readouterr().err
        assert said.count("\n") == 1
        assert said.startswith("preclear: ")
    assert call(["audit", "verify", str(out), "--key", str(out)]) == 2
    assert "is no public Ed25519 key" in capsys.readouterr().err
    assert call(["audit", "export", "--out", str(tmp_path / "no" / "x")]) == 1
    assert "cannot be written" in capsys.readouterr().err


def test_an_override_stands_beside_its_score(
    of_place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    one = record()
    log = of_place.open()
    log.add([one])
    words = ["audit", "override", one.score_id, "--decision", "submit", "--reason"]
    assert call([*words, "payer_confirmed"]) == 0
    assert "hold by the score, submit by user:" in capsys.readouterr().out
    (event,) = log.events_of([one.score_id])
    assert event.kind == "override"
    assert event.body == {"decision": "submit", "scored": "hold", "reason": "payer_confirmed"}
    assert event.caller.startswith("user:")
    assert call(["audit", "show", one.score_id, "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)["events"]
    assert told["decision"] == "submit"
    assert call([*words, "Mr. Doe called"]) == 2
    assert "payer_confirmed: the payer was asked" in capsys.readouterr().err
    assert call([*words[:4], "wait", "--reason", "other"]) == 2
    assert "submit, review, hold" in capsys.readouterr().err
    assert call(["audit", "override", "nobody", *words[3:], "other"]) == 1
    assert "There is no score" in capsys.readouterr().err


def aged(place: Place, monkeypatch: pytest.MonkeyPatch, days: int, count: int) -> list[str]:
    """``count`` records of so many days ago."""

    class Then(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:  # type: ignore[override]
            return dt.datetime.now(tz) - dt.timedelta(days=days)

    records = [record() for _ in range(count)]
    with monkeypatch.context() as patch:
        patch.setattr(chain, "dt", SimpleNamespace(datetime=Then, UTC=dt.UTC))
        place.open().add(records)
    return [one.score_id for one in records]


def test_retention_drops_what_is_old_and_the_log_verifies(
    of_place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:  # fmt: skip
    old = aged(of_place, monkeypatch, 100, 2500)  # more than one step, and two checkpoints
    new = aged(of_place, monkeypatch, 10, 5)
    assert call(["audit", "retain", "--days", "60"]) == 0
    assert "2,500 records" in capsys.readouterr().out
    log = of_place.open()
    assert log.get(old[0]) is None
    assert log.get(new[0]) is not None
    assert len(log.latest(5000)) == 5
    rows = of_place.read()
    assert all(row["body"] is None for row in rows if row["score_id"] in set(old))
    assert sum(row["kind"] == "retention" for row in rows) == 2
    verified = log.verify()
    assert verified.whole
    assert verified.dropped == 2500
    if of_place.url is None:  # nothing is left of it in the file
        held = b"".join(file.read_bytes() for file in of_place.home.glob("audit.db*"))
        kept = [row for row in rows if row["body"] and row["kind"] == "score"]
        assert held.count(b"hmac-sha256:00") == len(kept) == 5
    out = tmp_path / "export.jsonl"
    assert call(["audit", "export", "--out", str(out)]) == 0
    assert call(["audit", "verify", str(out)]) == 0
    assert call(["audit", "retain", "--days", "60"]) == 0
    assert len(of_place.read()) == len(rows)  # nothing to drop, nothing to say
    assert call(["audit", "retain", "--days", "3"]) == 2


def test_what_was_dropped_cannot_be_put_back_or_widened(
    of_place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    aged(of_place, monkeypatch, 100, 10)
    aged(of_place, monkeypatch, 10, 5)
    before = of_place.read()
    log = of_place.open()
    assert log.retain(60, "user:x") == 10
    rows = of_place.read()
    of_place.write([{**before[3], "sequence": 4} if row["sequence"] == 4 else row for row in rows])
    assert [(one.first, one.last, one.what) for one in log.verify().findings] == [(4, 4, "kept")]
    of_place.write(rows)
    of_place.execute(
        "UPDATE events SET salt = NULL, caller = NULL, purpose = NULL, body = NULL,"
        " decision = NULL WHERE sequence = 12"
    )
    assert [(one.first, one.what) for one in log.verify().findings] == [(12, "contents")]


def test_a_changed_log_is_kept_whole_until_somebody_insists(
    of_place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    aged(of_place, monkeypatch, 100, 10)
    of_place.execute("UPDATE events SET decision = 'submit' WHERE sequence = 2")
    assert call(["audit", "retain", "--days", "60"]) == 1
    assert "--anyway" in capsys.readouterr().err
    assert of_place.read()[1]["decision"] == "submit"
    assert call(["audit", "retain", "--days", "60", "--anyway"]) == 0
    assert of_place.read()[1]["decision"] is None
