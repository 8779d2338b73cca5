"""``preclear synth`` as a person calls it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from cli.main import call

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_it_writes_three_folders_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "world"
    assert call(["synth", str(out), "--claims", "80", "--seed", "2"]) == 0
    assert {path.name for path in out.iterdir()} == {"837", "835", "truth"}
    told = capsys.readouterr().out
    assert "837 files" in told
    assert "2025-01-01 to 2026-06-30" in told
    table = pq.read_table(out / "truth" / "claims.parquet").to_pylist()
    denied = next(row for row in table if row["prevented_by"])
    words = ["synth", str(out), "--ask", denied["claim_id"], "--action", denied["prevented_by"][0]]
    assert call(words) == 0
    assert ": paid, " in capsys.readouterr().out


def test_start_and_months_set_the_clock(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [
        "synth",
        str(tmp_path / "w"),
        "--claims",
        "60",
        "--start",
        "2023-03-01",
        "--months",
        "6",
    ]
    assert call(words) == 0
    assert "2023-03-01 to 2023-08-31" in capsys.readouterr().out


def test_wrong_calls_are_one_sentence_and_exit_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "w")
    for words in (["--claims", "0"], ["--months", "0"], ["--start", "tomorrow"], ["--seed", "-1"]):
        assert call(["synth", out, *words]) == 2
        told = capsys.readouterr().err
        assert told.startswith("preclear:")
        assert told.count("\n") == 1
    assert not (tmp_path / "w").exists()


def test_a_folder_that_is_taken_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "w"
    assert call(["synth", str(out), "--claims", "60"]) == 0
    before = (out / "truth" / "claims.parquet").read_bytes()
    assert call(["synth", str(out), "--claims", "60", "--seed", "7"]) == 1
    assert "--force" in capsys.readouterr().err
    assert (out / "truth" / "claims.parquet").read_bytes() == before
    assert call(["synth", str(out), "--claims", "60", "--seed", "7", "--force"]) == 0
    assert (out / "truth" / "claims.parquet").read_bytes() != before
