"""``preclear kpi``: from files and from tables, into each kind of file."""

from __future__ import annotations

import csv
import json
import stat
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from claims.carc import load_catalogue
from claims.dataset import read_dataset, save
from claims.keys import load_keys
from cli.main import call
from data_synth.config import WorldConfig
from data_synth.invent import invent
from reports.kpi.catalogue import KPIS


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    invent(WorldConfig(claims=300, seed=3, months=6), folder, processes=1)
    return folder


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PRECLEAR_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def told(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert call(["kpi", "--workers", "1", *words]) == 0
    return capsys.readouterr().out


def test_every_kpi_stands_with_its_denominator(
    capsys: pytest.CaptureFixture[str], world: Path
) -> None:
    text = told(capsys, str(world))
    for kpi in KPIS:
        assert kpi.title in text
        assert f"{kpi.numerator}; of {kpi.denominator}." in text


def test_tables_give_the_same_figures_as_their_files(
    capsys: pytest.CaptureFixture[str], world: Path, tmp_path: Path, home: Path
) -> None:
    dataset = read_dataset([world], keys=load_keys(home), catalogue=load_catalogue(), workers=1)
    save(dataset, tmp_path / "tables")
    from_files = json.loads(told(capsys, str(world), "--json"))
    assert json.loads(told(capsys, str(tmp_path / "tables"), "--json")) == from_files
    assert from_files["kpis"][0]["denominator"] > 200


def test_csv_parquet_and_json_hold_the_same_figures(
    capsys: pytest.CaptureFixture[str], world: Path, tmp_path: Path
) -> None:
    outs = {ending: tmp_path / f"kpi.{ending}" for ending in ("csv", "parquet", "json")}
    for out in outs.values():
        assert f"Wrote {out}" in told(capsys, str(world), "--by", "week", "--out", str(out))
        assert stat.S_IMODE(out.stat().st_mode) == 0o600
    document = json.loads(outs["json"].read_text())
    rows = pq.read_table(outs["parquet"]).to_pylist()
    with outs["csv"].open(newline="") as file:
        cells = list(csv.DictReader(file))
    assert len(cells) == len(rows)
    figures = sum(1 + len(kpi["trend"]) for kpi in document["kpis"])
    assert len(rows) == figures + sum(len(one["rows"]) for one in document["breakdowns"])
    first = document["kpis"][0]
    assert rows[0]["numerator"] == first["numerator"] == float(cells[0]["numerator"])
    assert cells[0]["denominator_is"] == first["of"]
    assert rows[0]["value"] == pytest.approx(first["numerator"] / first["denominator"])


def test_a_period_counts_what_became_known_in_it(
    capsys: pytest.CaptureFixture[str], world: Path
) -> None:
    whole = json.loads(told(capsys, str(world), "--json"))
    piece = whole["kpis"][0]["trend"][2]
    part = json.loads(
        told(capsys, str(world), "--json", "--from", piece["from"], "--to", piece["to"])
    )
    assert part["kpis"][0]["numerator"] == piece["numerator"]
    assert part["kpis"][0]["denominator"] == piece["denominator"] > 0


def test_the_page_needs_no_script_and_shows_every_definition(
    capsys: pytest.CaptureFixture[str], world: Path, tmp_path: Path
) -> None:
    told(capsys, str(world), "--out", str(tmp_path / "kpi.html"))
    page = (tmp_path / "kpi.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert " style=" not in page  # its policy forbids it
    assert page.count('role="img"') >= 10
    for kpi in KPIS:
        assert f'data-kpi="{kpi.name}"' in page
        assert kpi.definition[:40].replace("'", "&#39;") in page


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["--out", "kpi.pdf"], 2, "--out kpi.pdf must end in one of .csv, .parquet, .json, .html"),
        (["--from", "May"], 2, "--from must be a date written YYYY-MM-DD"),
        (["--from", "2025-02-01", "--to", "2025-01-01"], 2, "before it begins"),
        (["--by", "day"], 2, "--by must be one of month, week"),
        (["--entered", "none.csv"], 1, "none.csv cannot be read"),
    ],
)
def test_a_wrong_call_is_one_sentence(
    capsys: pytest.CaptureFixture[str], world: Path, words: list[str], code: int, says: str
) -> None:
    assert call(["kpi", str(world), *words]) == code
    told = capsys.readouterr()
    assert says in told.err
    assert told.out == ""


def test_claims_alone_have_no_kpis(capsys: pytest.CaptureFixture[str], world: Path) -> None:
    assert call(["kpi", "--workers", "1", str(world / "837")]) == 1
    assert "there is no remittance that decides a claim" in capsys.readouterr().err
