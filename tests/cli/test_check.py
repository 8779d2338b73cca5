"""``preclear check``: what is broken, claim by claim, and the exit code that scripts go by."""

from __future__ import annotations

import datetime as dt
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from invented import clean_claim

from claims.types import Claim, Provider
from claims.x12 import Envelope, write_837
from cli.main import call

CREATED = dt.datetime(2024, 12, 27, 12)  # noqa: DTZ001 -- X12 states no zone


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRECLEAR_HOME", str(tmp_path / "var"))


def _write(path: Path, *claims: Claim) -> Path:
    out = io.BytesIO()
    write_837(claims, out, Envelope(sender="US", receiver="THEM", created=CREATED))
    path.write_bytes(out.getvalue())
    return path


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    wrong = replace(clean_claim(2), billing=Provider(npi="1234567890"))
    return _write(tmp_path / "broken.837", clean_claim(1), wrong)


def test_clean_files_exit_with_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["check", str(_write(tmp_path / "clean.837", clean_claim(1)))]) == 0
    assert capsys.readouterr().out == "1 claims: 0 with errors, 0 with warnings alone\n"


def test_an_error_exits_with_1_and_is_shown(
    broken: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(["check", str(broken)]) == 1
    out = capsys.readouterr().out
    assert "C2" in out
    assert "C1" not in out
    assert "npi_invalid" in out
    assert "NPPES" in out
    assert "2 claims: 1 with errors, 0 with warnings alone" in out


def test_json_has_everything(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["check", "--json", "--strict", str(broken)]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["with_errors"] == 1
    assert told["rules"]["digest"].startswith("sha256:")
    (claim,) = told["broken"]
    assert (claim["claim_id"], claim["file"]) == ("C2", str(broken))
    assert claim["edits"][0]["code"] == "npi_invalid"
    assert claim["edits"][0]["mend"]


def test_strict_asks_the_guide(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _write(tmp_path / "a.837", clean_claim(1))
    path.write_bytes(path.read_bytes().replace(b"11:B:1", b"11:Q:1"))
    assert call(["check", str(path)]) == 0
    assert call(["check", "--strict", str(path)]) == 1
    assert "guide_element_code" in capsys.readouterr().out


def test_warnings_alone_exit_with_0_and_the_day_may_be_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    payers = tmp_path / "payers.toml"
    payers.write_text("form = 1\n[[profile]]\ndefault = true\nfiling_days = 90\n")
    monkeypatch.setenv("PRECLEAR_PAYERS", str(payers))
    path = str(_write(tmp_path / "a.837", clean_claim(1)))
    assert call(["check", path]) == 0
    assert call(["check", "--as-of", "2025-03-15", path]) == 0
    assert "filing_near" in capsys.readouterr().out
    assert call(["check", "--as-of", "2025-03-21", path]) == 1
    assert "filing_passed" in capsys.readouterr().out


def test_what_is_wrong_with_the_call_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(_write(tmp_path / "a.837", clean_claim(1)))
    assert call(["check", "--as-of", "soon", path]) == 2
    empty = tmp_path / "empty"
    empty.mkdir()
    assert call(["check", str(empty)]) == 1
    monkeypatch.setenv("PRECLEAR_PAYERS", str(tmp_path / "none.toml"))
    assert call(["check", path]) == 1
    said = [line for line in capsys.readouterr().err.splitlines() if line.startswith("preclear:")]
    assert len(said) == 3
    assert "PRECLEAR_PAYERS" in said[2]
