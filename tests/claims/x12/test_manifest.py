"""The third-party samples: as many claims and remittances as their manifest says."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from claims.problems import Problem
from claims.types import Claim, Remittance
from claims.x12 import read

SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "samples"
MANIFEST = SAMPLES / "MANIFEST.tsv"


def rows() -> list[dict[str, str]]:
    if not MANIFEST.exists():
        return []
    with MANIFEST.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


@pytest.mark.skipif(not MANIFEST.exists(), reason="the shared samples are not here")
@pytest.mark.parametrize("row", rows(), ids=lambda row: row["file"])
def test_number_of_claims(row: dict[str, str]) -> None:
    with (SAMPLES / row["file"]).open("rb") as stream:
        found = list(read(stream, row["file"]))
    kind = Remittance if row["transaction"] == "835" else Claim
    assert sum(isinstance(item, kind) for item in found) == int(row["claims"])
    for problem in found:
        if isinstance(problem, Problem):
            assert problem.source == row["file"]
            assert problem.segment > 0
