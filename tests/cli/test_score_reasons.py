"""``preclear score --reasons``: why, for each claim, as ``/score`` says it."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from invented import KEYS, Practice

import cli.score_parts
from claims.settings import Settings
from claims.x12 import Envelope, write_837
from cli.main import call
from models.score import MAX_REASONS, to_dict
from models.scoring import Scorer

CLAIMS = 400
PARTS = ("factor", "text", "value", "contribution", "category")
SUMS = ("raw_score", "base_value", "other_contribution")


@pytest.fixture
def later(tmp_path: Path, world: Practice) -> Path:
    out = io.BytesIO()
    created = datetime(2025, 1, 1)  # noqa: DTZ001 - X12 states no zone
    write_837(world.claims[-CLAIMS:], out, Envelope(sender="A", receiver="B", created=created))
    path = tmp_path / "later.837"
    path.write_bytes(out.getvalue())
    return path


def scored(later: Path, out: Path, *words: str) -> Path:
    """Score with reasons in this process; the file written."""
    asked = ["score", str(later), "--out", str(out), "--reasons", "--workers", "1", *words]
    assert call(asked) == 0
    return out


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_the_reasons_are_those_of_the_whole_answer(
    settings: Settings, world: Practice, later: Path, tmp_path: Path
) -> None:
    """To the last bit, in the same words; a broken rule, unseen here, may change their order."""
    rows = lines(scored(later, tmp_path / "s.jsonl"))
    answers = Scorer(world.model, world.history, KEYS).score(world.claims[-CLAIMS:])
    alike = 0
    for row, one in zip(rows, answers, strict=True):
        answer: dict[str, Any] = json.loads(json.dumps(to_dict(one.score)))
        assert {name: row[name] for name in SUMS} == {name: answer[name] for name in SUMS}
        told = sorted(row["reasons"], key=lambda reason: reason["factor"])
        assert told == sorted(answer["reasons"], key=lambda reason: reason["factor"])
        alike += row["reasons"] == answer["reasons"]
        assert row["reasons"] == answer["reasons"] or any(
            edit["severity"] == "error" for edit in answer["edits"]
        )
    assert alike > 0.9 * CLAIMS
    texts = [reason["text"] for row in rows for reason in row["reasons"]]
    assert any(" line 2" in text for text in texts)


def test_reasons_add_up_to_the_raw_score(settings: Settings, later: Path, tmp_path: Path) -> None:
    rows = lines(scored(later, tmp_path / "s.jsonl"))
    assert {len(row["reasons"]) for row in rows} <= set(range(1, MAX_REASONS + 1))
    for row in rows:
        told = sum(reason["contribution"] for reason in row["reasons"])
        whole = told + row["base_value"] + row["other_contribution"]
        assert whole == pytest.approx(row["raw_score"], abs=1e-9)


@pytest.mark.parametrize("words", [[], ["--budget", "9"], ["--precision", "0.9"]])
def test_the_three_forms_say_the_same(
    settings: Settings, later: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    words: list[str],
) -> None:  # fmt: skip
    monkeypatch.setattr(cli.score_parts, "PART", 150)
    files = [scored(later, tmp_path / f"s.{form}", *words) for form in ("jsonl", "csv", "parquet")]
    with files[1].open(newline="") as file:
        cells = list(csv.DictReader(file))
    table = pq.read_table(files[2]).to_pylist()
    fewer = 0
    for line, cell, row in zip(lines(files[0]), cells, table, strict=True):
        assert list(cell) == list(row)
        for number in range(MAX_REASONS):
            names = [f"reason_{number + 1}_{part}" for part in PARTS]
            flat = [row[name] for name in names]
            if number >= len(line["reasons"]):
                fewer += 1
                assert flat == [None] * len(PARTS)
                assert [cell[name] for name in names] == [""] * len(PARTS)
                continue
            reason = line["reasons"][number]
            assert flat == [reason[part] for part in PARTS]
            assert cell[names[1]] == reason["text"]
            assert float(cell[names[3]]) == reason["contribution"]
        for name in SUMS:
            assert line[name] == row[name] == float(cell[name])
    assert fewer > 0


def test_processes_and_parts_change_nothing(
    settings: Settings, later: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = scored(later, tmp_path / "whole.jsonl")
    monkeypatch.setattr(cli.score_parts, "PART", 70)
    monkeypatch.setattr(cli.score_parts, "_MANY", 0)
    parts = scored(later, tmp_path / "parts.jsonl", "--workers", "2")
    assert whole.read_bytes() == parts.read_bytes()


def test_nothing_else_changes(settings: Settings, later: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain.jsonl"
    assert call(["score", str(later), "--out", str(plain), "--workers", "1"]) == 0
    for row, more in zip(lines(plain), lines(scored(later, tmp_path / "s.jsonl")), strict=True):
        assert list(more) == [*row, *SUMS, "reasons"]
        assert {name: more[name] for name in row} == row


CODE = """
import sys
import cli.score_parts
from cli.main import call

cli.score_parts.PART, cli.score_parts._MANY = 40, 0
sys.exit(call(sys.argv[1:]))
"""


@pytest.mark.heavy
def test_loops_are_compiled_once_whatever_the_processes(
    settings: Settings, later: Path, tmp_path: Path
) -> None:
    """With no machine code on the disk, as in a fresh clone: each piece is written by one alone."""
    there = {"NUMBA_CACHE_DIR": str(tmp_path / "compiled"), "NUMBA_DEBUG_CACHE": "1"}
    words = ["score", str(later), "--out", str(tmp_path / "s.csv"), "--reasons", "--workers", "2"]
    done = subprocess.run(
        [sys.executable, "-c", CODE, *words],
        env={**os.environ, **there}, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    saved = re.findall(r"\[cache\] data saved to (.+)", done.stdout)
    assert len(saved) > 20
    assert len(saved) == len(set(saved))
