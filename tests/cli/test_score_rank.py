"""``preclear score --budget``: columns, the short table, the summary."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from invented import Practice

from claims.settings import Settings
from claims.x12 import Envelope, write_837
from cli.main import call

MORE = ["rank", "saving", "minutes", "chosen"]


@pytest.fixture
def later(tmp_path: Path, world: Practice) -> Path:
    out = io.BytesIO()
    created = dt.datetime(2025, 1, 1)  # noqa: DTZ001 - X12 states no zone
    envelope = Envelope(sender="A", receiver="B", created=created)
    write_837(world.claims[-120:], out, envelope)
    (tmp_path / "later.837").write_bytes(out.getvalue())
    return tmp_path / "later.837"


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_budget_ranks_the_claims_and_shows_the_first(
    settings: Settings, later: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "scores.jsonl"
    assert call(["score", str(later), "--out", str(out), "--budget", "4"]) == 0
    rows = _rows(out)
    assert list(rows[0])[-4:] == MORE
    assert sorted(row["rank"] for row in rows) == list(range(1, len(rows) + 1))
    chosen = sorted((row for row in rows if row["chosen"]), key=lambda row: row["rank"])
    assert len(chosen) == 4
    assert all(row["saving"] > 0 and row["decision"] != "submit" for row in chosen)
    rates = [row["saving"] / row["minutes"] for row in chosen]
    assert rates == sorted(rates, reverse=True)
    said = capsys.readouterr().out
    assert "Today: 4 claims" in said
    told = [line for line in said.splitlines() if line.strip()[:1].isdigit()]
    assert [line.split()[1] for line in told] == [row["claim_id"] for row in chosen]


def test_minutes_and_the_json_summary(
    settings: Settings, later: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "scores.parquet"
    words = ["score", str(later), "--out", str(out), "--budget-minutes", "25", "--json"]
    assert call(words) == 0
    told = json.loads(capsys.readouterr().out)["ranked"]
    rows = pq.read_table(out).to_pylist()
    chosen = [row for row in rows if row["chosen"]]
    assert told["budget"] == {"actions": None, "minutes": 25.0}
    assert told["chosen"] == len(chosen) > 0
    assert told["minutes"] == sum(row["minutes"] for row in chosen) <= 25
    assert float(told["saving"]) == pytest.approx(sum(row["saving"] for row in chosen), abs=0.05)


def test_without_a_budget_nothing_is_ranked(
    settings: Settings, later: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "scores.jsonl"
    assert call(["score", str(later), "--out", str(out)]) == 0
    assert not set(MORE) & set(_rows(out)[0])
    assert "Today" not in capsys.readouterr().out


def test_a_day_too_short_for_any_action_says_so(
    settings: Settings, later: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["score", str(later), "--out", str(tmp_path / "s.csv"), "--budget-minutes", "1"]
    assert call(words) == 0
    assert "Today: 0 claims, 0 minutes" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["--budget", "0"], ["--budget-minutes", "0"]])
def test_a_budget_of_nothing_is_a_wrong_call(
    settings: Settings, later: Path, tmp_path: Path, words: list[str]
) -> None:
    assert call(["score", str(later), "--out", str(tmp_path / "s.csv"), *words]) == 2
