from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.csv as pcsv
import pytest

from cli.main import call

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PRECLEAR_HOME", str(tmp_path / "var"))
    made = tmp_path / "extract"
    made.mkdir()
    columns = {
        "claim_id": ["c1", "c2", "c3"],
        "service_date": ["2025-01-01", "2025-01-02", "2025-01-03"],
        "cpt": ["99213", "99214", "99215"],
        "denied": ["1", "0", ""],
        "paid_date": ["2025-02-01", "2025-02-02", ""],
    }
    pcsv.write_csv(pa.table(columns), made / "claims.csv")
    return made


def test_a_proposal_can_be_read_at_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mapping = folder / "mapping.toml"
    assert call(["map", str(folder), "--out", str(mapping)]) == 0
    assert "Check it, then run: preclear read" in capsys.readouterr().out
    assert call(["read", str(folder), "--json"]) == 0
    told = capsys.readouterr()
    report = json.loads(told.out)
    assert report["files"][0]["kind"] == "extract"
    assert report["totals"]["examples"] == 2
    assert report["totals"]["examples_denied"] == 1
    assert "claims state no day of submission" in report["notes"][0]
    assert "preclear: note: 3 of 3 claims state no day" in told.err


def test_it_prints_when_no_file_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["map", str(folder)]) == 0
    assert 'procedure = "cpt"  # high' in capsys.readouterr().out


def test_it_never_writes_over_a_checked_mapping(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mapping = folder / "mapping.toml"
    mapping.write_text("# checked\n")
    assert call(["map", str(folder), "--out", str(mapping)]) == 1
    assert "exists" in capsys.readouterr().err
    assert mapping.read_text() == "# checked\n"
    assert call(["map", str(folder), "--out", str(mapping), "--force"]) == 0
    assert "[claims]" in mapping.read_text()


@pytest.mark.parametrize("verb", [["map"], ["read"], ["train"], ["evaluate"]])
def test_what_is_not_there_is_one_sentence(
    verb: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if verb == ["evaluate"]:
        verb = ["evaluate", "--model", str(tmp_path / "none")]
    assert call([*verb, str(tmp_path / "gone")]) in (1, 2)
    told = capsys.readouterr().err
    assert told.count("preclear:") == 1


def test_a_mapping_that_is_not_there(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["read", str(folder), "--mapping", str(folder / "no.toml")]) == 1
    assert "make one with `preclear map`" in capsys.readouterr().err


def test_an_extract_without_a_mapping_says_how_to_make_one(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(["read", str(folder)]) == 1
    assert "`preclear map FOLDER` proposes one" in capsys.readouterr().err
