"""``preclear alerts``: a planted change is told; wrong calls are one sentence."""

from __future__ import annotations

import csv
import json
import stat
from pathlib import Path

import pytest

from cli.main import call
from data_synth.changes import parse
from data_synth.config import WorldConfig
from data_synth.invent import invent

CHANGE = "05102:93000:2025-04-15"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    config = WorldConfig(claims=7_000, seed=21, months=5, steady=True, changes=(parse(CHANGE),))
    invent(config, folder, processes=1)
    return folder


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRECLEAR_HOME", str(tmp_path / "home"))


def test_a_new_rule_is_told_on_paper_and_as_json(
    world: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["alerts", "--workers", "1", str(world)]
    assert call([*words, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    told = [one for one in document["new_rules"] if "93000" in one["procedures"]]
    assert [(one["payer"], one["category"]) for one in told] == [("05102", "authorization")]
    assert told[0]["since"] >= "2025-04-15"
    assert len(told[0]["claims"]) == told[0]["denied"] >= 3
    assert {one["kind"] for one in document["limits"]} <= {
        "filing_limit", "correction_limit", "appeal_limit",
    }  # fmt: skip
    assert call(words) == 0
    paper = capsys.readouterr().out
    assert told[0]["text"] in paper
    assert f"Claims near a limit: {len(document['limits'])}" in paper


def test_the_claims_are_written_by_the_ids_that_they_were_sent_with(
    world: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "alerts.csv"
    assert call(["alerts", "--workers", "1", str(world), "--json", "--out", str(out)]) == 0
    document = json.loads(capsys.readouterr().out)
    with out.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == sum(len(one["claims"]) for one in document["new_rules"]) + len(
        document["limits"]
    )
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    sent = b"".join(path.read_bytes() for path in sorted((world / "837").iterdir()))
    told = [row for row in rows if row["procedures"] == "93000"]
    assert len(told) >= 3
    for row in told:
        assert f"CLM*{row['claim_id']}*".encode() in sent
        assert row["claim_id"] not in json.dumps(document)  # only where it was asked for
    assert call(["alerts", str(world), "--out", str(tmp_path / "alerts.txt")]) == 2


def test_claims_alone_cannot_tell(world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["alerts", "--workers", "1", str(world / "837")]) == 1
    assert "there is no remittance with a day" in capsys.readouterr().err


def test_a_wrong_day_is_one_sentence(world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["alerts", str(world), "--as-of", "May"]) == 2
    assert capsys.readouterr().err == "preclear: --as-of must be a date written YYYY-MM-DD\n"
