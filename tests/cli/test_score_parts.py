"""``preclear score`` by several processes: the same file, bit for bit."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from invented import Practice

import claims.gather
import cli.score_parts
from claims.errors import UserError
from claims.settings import Settings
from claims.x12 import Envelope, write_837
from cli.main import call
from models.frame_scorer import FrameScorer
from models.frame_scores import FrameScores


@pytest.fixture
def files(tmp_path: Path, world: Practice) -> Path:
    """120 claims in four files."""
    folder = tmp_path / "files"
    folder.mkdir()
    for number in range(4):
        out = io.BytesIO()
        created = datetime(2025, 1, 1)  # noqa: DTZ001 - X12 states no zone
        envelope = Envelope(sender="A", receiver="B", created=created)
        write_837(world.claims[number * 30 : number * 30 + 30], out, envelope)
        (folder / f"{number}.837").write_bytes(out.getvalue())
    return folder


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read and score by processes whatever the amount, 25 claims at a time."""
    monkeypatch.setattr(claims.gather, "_POOL_FROM", 0)
    monkeypatch.setattr(cli.score_parts, "PART", 25)


@pytest.mark.usefixtures("small_parts")
def test_processes_change_nothing(
    settings: Settings, files: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outs = [tmp_path / f"{workers}.jsonl" for workers in (1, 2)]
    said = []
    for workers, out in enumerate(outs, start=1):
        command = ["score", str(files), "--out", str(out), "--workers", str(workers)]
        assert call(command) == 0
        said.append(capsys.readouterr().out.replace(str(out), "OUT"))
    assert outs[0].read_bytes() == outs[1].read_bytes()
    assert said[0] == said[1]
    assert not list(settings.home.glob("score-*"))


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
@pytest.mark.parametrize("words", [[], ["--budget", "7"]])
def test_parts_of_any_size_are_the_same_rows(
    settings: Settings, files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    ending: str, words: list[str],
) -> None:  # fmt: skip
    outs = [tmp_path / f"{name}.{ending}" for name in ("whole", "parts")]
    for out in outs:
        assert call(["score", str(files), "--out", str(out), "--workers", "1", *words]) == 0
        monkeypatch.setattr(cli.score_parts, "PART", 7)
    if ending == "parquet":
        assert pq.read_table(outs[0]).equals(pq.read_table(outs[1]))
    else:
        assert outs[0].read_bytes() == outs[1].read_bytes()


def test_what_fails_leaves_nothing_behind(
    settings: Settings, files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr(cli.score_parts, "PART", 50)
    score, parts = FrameScorer.score, []

    def second_fails(self: FrameScorer, *asked: Any) -> FrameScores:
        parts.append(asked)
        if len(parts) == 2:
            raise UserError("no such thing")
        return score(self, *asked)

    monkeypatch.setattr(FrameScorer, "score", second_fails)
    out = tmp_path / "s.jsonl"
    assert call(["score", str(files), "--out", str(out), "--workers", "1"]) == 1
    assert capsys.readouterr().err.endswith("preclear: no such thing\n")
    assert len(parts) == 2
    assert not list(tmp_path.glob("*s.jsonl*"))
