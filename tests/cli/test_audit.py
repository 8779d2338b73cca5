from __future__ import annotations

import json
import shutil
import sqlite3
import struct
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from claims.settings import Settings
from cli.main import call
from service.app import create_app
from service.scoring.examples import BESIDE, FLAT


@pytest.fixture
def answers(settings: Settings) -> list[dict[str, Any]]:
    with TestClient(create_app(settings)) as client:
        return [client.post("/score", json=body).json() for body in (FLAT, BESIDE)]


def own_home(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the state, to be tampered with."""
    shutil.copytree(settings.home, tmp_path / "var", symlinks=True)
    shutil.copytree(settings.mlruns, tmp_path / "mlruns")
    monkeypatch.setenv("PRECLEAR_HOME", str(tmp_path / "var"))
    monkeypatch.setenv("PRECLEAR_MLRUNS", str(tmp_path / "mlruns"))
    return tmp_path


def test_a_replay_says_when_the_rules_are_others(
    answers: list[dict[str, Any]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    payers = tmp_path / "payers.toml"
    payers.write_text("form = 1\n[[profile]]\ndefault = true\nfiling_days = 90\n")
    replay = ["audit", "replay", answers[0]["score_id"]]
    assert call(replay) == 0
    assert "rules" not in capsys.readouterr().out
    monkeypatch.setenv("PRECLEAR_PAYERS", str(payers))
    assert call(replay) == 0
    said = capsys.readouterr().out
    assert "The same to the last bit" in said
    assert f"recorded {answers[0]['rules']['digest']}" in said
    assert call([*replay, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["same"] is True
    assert told["same_rules"] is False


def test_a_replay_gives_the_same_bits(
    answers: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    for answer in answers:
        assert call(["audit", "replay", answer["score_id"]]) == 0
        said = capsys.readouterr().out
        assert "The same to the last bit" in said
        assert struct.pack(">d", answer["denial_probability"]).hex() in said
        assert call(["audit", "replay", answer["score_id"], "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert told["same"] is True
        assert told["recorded"] == told["computed"] == answer["denial_probability"]
        ends = [answer["denial_probability_low"], answer["denial_probability_high"]]
        assert told["recorded_ends"] == told["computed_ends"] == ends
        assert ends[0] < told["recorded"] < ends[1]


def change(home: Path, column: str, value: object, score_id: str) -> None:
    with closing(sqlite3.connect(home / "var" / "audit.db")) as connection, connection:
        query = f"UPDATE events SET {column} = ? WHERE score_id = ?"
        connection.execute(query, (value, score_id))


def test_one_changed_bit_is_found(
    settings: Settings, answers: list[dict[str, Any]], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    home, answer = own_home(settings, tmp_path, monkeypatch), answers[0]
    bits = struct.unpack(">q", struct.pack(">d", answer["denial_probability"]))[0] ^ 1
    (flipped,) = struct.unpack(">d", struct.pack(">q", bits))
    change(home, "denial_probability", flipped, answer["score_id"])
    assert call(["audit", "replay", answer["score_id"]]) == 1
    said = capsys.readouterr()
    assert "does not come out the same" in said.err
    assert "same to the last bit" not in said.out.lower()


def test_a_changed_end_is_found(
    settings: Settings, answers: list[dict[str, Any]], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    home, answer = own_home(settings, tmp_path, monkeypatch), answers[0]
    told = {**answer, "denial_probability_high": 0.999}
    change(home, "body", json.dumps(told), answer["score_id"])
    assert call(["audit", "replay", answer["score_id"]]) == 1
    assert "interval" in capsys.readouterr().err
    for name in ("denial_probability_low", "denial_probability_high"):
        told.pop(name)  # as a program before intervals wrote it
    change(home, "body", json.dumps(told), answer["score_id"])
    assert call(["audit", "replay", answer["score_id"]]) == 0


def test_a_bundle_that_was_touched_is_refused(
    settings: Settings, answers: list[dict[str, Any]], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    home = own_home(settings, tmp_path, monkeypatch)
    booster = home / "mlruns" / "artifacts" / "7" / "bundle" / "causes.txt"
    booster.chmod(0o600)
    text = booster.read_bytes()
    booster.write_bytes(text.replace(b"leaf_value=0.", b"leaf_value=1.", 1))
    assert booster.read_bytes() != text
    assert call(["audit", "replay", answers[0]["score_id"]]) == 1
    shutil.rmtree(booster.parent)
    assert call(["audit", "replay", answers[0]["score_id"]]) == 1
    errors = capsys.readouterr().err.strip().splitlines()
    assert len(errors) == 2
    assert all(error.startswith("preclear: ") for error in errors)


def test_a_model_of_another_digest_is_refused(
    settings: Settings, answers: list[dict[str, Any]], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    home, answer = own_home(settings, tmp_path, monkeypatch), answers[0]
    change(home, "model_digest", "sha256:0", answer["score_id"])
    assert call(["audit", "replay", answer["score_id"]]) == 1
    assert "is not the one that gave the score" in capsys.readouterr().err
    change(home, "features_digest", "sha256:0", answer["score_id"])
    assert call(["audit", "replay", answer["score_id"]]) == 1
    assert "another list of features" in capsys.readouterr().err


def test_show(answers: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]) -> None:
    answer = answers[1]
    assert call(["audit", "show", answer["score_id"], "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {**told["answer"], "claim_id": answer["claim_id"]} == answer
    assert told["features"]["authorization_given"] in (1.0, 2.0)
    assert told["model"] == answer["model"]
    assert call(["audit", "show", answer["score_id"]]) == 0
    said = capsys.readouterr().out
    for part in (*answer["reasons"], *answer["actions"]):
        assert part["text"] in said
    assert answer["claim_id"] not in said
    assert answer["model"]["digest"] in said


def test_list(answers: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["audit", "list", "--json", "--limit", "2"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["score_id"] for one in told] == [one["score_id"] for one in answers[::-1]]
    words = ["audit", "list", "--json", "--claim", FLAT["claim_id"], "--limit", "1"]
    assert call(words) == 0
    (one,) = json.loads(capsys.readouterr().out)
    assert one["score_id"] == answers[0]["score_id"]
    assert call(["audit", "list", "--limit", "1"]) == 0
    assert answers[1]["score_id"] in capsys.readouterr().out
    assert call(["audit", "list", "--json", "--before", answers[1]["score_id"]]) == 0
    assert answers[1]["score_id"] not in capsys.readouterr().out


def test_report(
    answers: list[dict[str, Any]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "score.html"
    assert call(["audit", "report", answers[0]["score_id"], "--out", str(out)]) == 0
    page = out.read_text()
    assert page.startswith("<!DOCTYPE html>")
    assert answers[0]["score_id"] in page
    assert answers[0]["claim_id"] not in page
    nowhere = tmp_path / "no" / "score.html"
    assert call(["audit", "report", answers[0]["score_id"], "--out", str(nowhere)]) == 2
    assert "cannot be written" in capsys.readouterr().err
    printed = tmp_path / "score.pdf"
    assert call(["audit", "report", answers[0]["score_id"], "--out", str(printed)]) == 0
    assert printed.read_bytes().startswith(b"%PDF-")
    assert printed.stat().st_mode & 0o077 == 0
    other = tmp_path / "score.docx"
    assert call(["audit", "report", answers[0]["score_id"], "--out", str(other)]) == 2
    assert "neither .html nor .pdf" in capsys.readouterr().err


def test_what_is_not_there_is_said(
    settings: Settings, answers: list[dict[str, Any]], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    assert call(["audit", "show", "01890a5d-0000-7000-8000-000000000000"]) == 1
    assert "preclear audit list" in capsys.readouterr().err
    monkeypatch.setenv("PRECLEAR_HOME", str(tmp_path))
    assert call(["audit", "list"]) == 1
    assert "There is no audit log" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
