"""The benchmark of batches runs from end to end, on few claims and an invented model."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "models"))
sys.path.insert(0, str(Path(__file__).parents[1] / "service"))

from installation import install
from invented import practice

import benchmarks.__main__ as harness
from benchmarks import batches
from claims.settings import Settings


@pytest.mark.heavy
def test_few_claims_from_end_to_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def prepare(folder: Path) -> tuple[Settings, list[bytes]]:
        settings = install(folder, practice(1200))
        monkeypatch.setenv("PRECLEAR_HOME", str(settings.home))
        monkeypatch.setenv("PRECLEAR_MLRUNS", str(settings.mlruns))
        return settings, []

    monkeypatch.setattr(batches, "prepare", prepare)
    assert harness.main(["batches", "--claims", "150", "--cores", "1"]) == 0
    said = capsys.readouterr().out
    assert "Scoring" in said
    rows = re.findall(r"^(preclear score.*?|the booster.*?) {2,}(.+)$", said, re.M)
    assert len(rows) == 4
    for _, cells in rows:
        wall, cpu, rate, *_ = [float(cell.replace(",", "")) for cell in cells.split()]
        assert min(wall, cpu) >= 0
        assert rate > 0
    assert rows[-1][1].split()[-2:] == ["1.00", "1.00"]
