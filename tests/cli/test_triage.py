from __future__ import annotations

import csv
import datetime as dt
import io
import json
import stat
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "claims" / "denials"))

from answers import DECIDED, answer, line
from installation import write_registry
from invented import Practice, clean_claim

from claims.denials.next_actions import NEXT_ACTIONS
from claims.settings import Settings
from claims.types import Claim, Payment, Remittance
from claims.x12 import Envelope, write_835, write_837
from cli.main import call
from models.recovery import Recovery

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
PAGE = Path(__file__).parents[2] / "docs" / "triage.md"
MOMENT = dt.datetime.combine(dt.date(2026, 2, 1), dt.time(9))
AS_OF = ["--as-of", "2026-03-01"]


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRECLEAR_HOME", str(tmp_path / "no-home"))
    monkeypatch.setenv("PRECLEAR_MLRUNS", str(tmp_path / "no-mlruns"))
    monkeypatch.delenv("PRECLEAR_APPEAL_TEMPLATE", raising=False)


def remitted(path: Path, *remittances: Remittance) -> Path:
    out = io.BytesIO()
    paid = sum((one.paid for one in remittances), Decimal(0))
    payment = Payment(payer_id="ALPHA", payer_name="ALPHA PLAN", amount=paid, payment_date=DECIDED,
                      payee_npi="1234567893", trace="T1", method="ACH")  # fmt: skip
    write_835([(payment, remittances)], out, Envelope(sender="A", receiver="B", created=MOMENT))
    path.write_bytes(out.getvalue())
    return path


def claimed(path: Path, *claims: Claim) -> Path:
    out = io.BytesIO()
    write_837(claims, out, Envelope(sender="A", receiver="B", created=MOMENT))
    path.write_bytes(out.getvalue())
    return path


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    first = answer(line("CO-197", "M62", charge=900), claim_id="A1", payer_claim_number="P1")
    second = answer(line("CO-16", "M51", charge=400), claim_id="A2", payer_claim_number="P2")
    third = answer(line("CO-45:20"), claim_id="A3", payer_claim_number="P3")
    remitted(folder / "one.835", first, second, third)
    return folder


def told(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert call(["triage", *words, *AS_OF, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_a_table_for_a_biller(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["triage", str(files), *AS_OF]) == 0
    said = capsys.readouterr()
    assert "Denials as of 2026-03-01" in said.out
    for text in ("A1", "900.00", "CO-197 M62", "authorization (hard)", "appeal", "CO-16 M51"):
        assert text in said.out
    assert "A3" not in said.out
    assert "3 remittances, 2 with a denial; 2 denials stand, $1,300.00 denied" in said.out
    assert "note: no chance of recovery is given: There is no model registry" in said.err


def test_rows_are_written_for_their_owner_alone(files: Path, tmp_path: Path) -> None:
    lines = tmp_path / "out.jsonl"
    sheet = tmp_path / "out.csv"
    for out in (lines, sheet):
        assert call(["triage", str(files), "--out", str(out), *AS_OF]) == 0
        assert stat.S_IMODE(out.stat().st_mode) == 0o600
    rows = [json.loads(text) for text in lines.read_text().splitlines()]
    cells = list(csv.DictReader(io.StringIO(sheet.read_text())))
    assert [row["claim_id"] for row in rows] == [row["claim_id"] for row in cells] == ["A2", "A1"]
    assert (cells[1]["carc"], cells[1]["remarks"], cells[1]["amount"]) == ("197", "M62", "900.00")
    assert cells[1]["carc_text"] == rows[1]["carc"]["text"]


def test_a_spreadsheet_takes_no_cell_for_a_formula(tmp_path: Path) -> None:
    evil = answer(line("CO-197", charge=900), claim_id="=1+1")
    path = remitted(tmp_path / "evil.835", evil)
    out = tmp_path / "out.csv"
    assert call(["triage", str(path), "--out", str(out), *AS_OF]) == 0
    (row,) = csv.DictReader(io.StringIO(out.read_text()))
    assert row["claim_id"] == "'=1+1"


def test_claims_beside_remittances_tell_more(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = told(capsys, str(files))
    assert [one["sent_on"] for one in before["denials"]] == [None, None]
    sent = clean_claim(1, claim_id="A1", submitted_on=dt.date(2026, 1, 9))
    again = replace(
        sent,
        claim_id="A2",
        submitted_on=dt.date(2026, 2, 20),
        frequency="7",
        original_reference="P2",
    )
    claimed(files / "sent.837", sent)
    claimed(files / "again.837", again)
    after = told(capsys, str(files))
    by_id = {one["claim_id"]: one for one in after["denials"]}
    assert by_id["A1"]["sent_on"] == "2026-01-09"
    assert by_id["A2"]["next_action"] == "no_action"
    assert "2026-02-20" in by_id["A2"]["reason"]
    assert after["next_actions"] == {"appeal": 1, "no_action": 1}


def test_a_broken_file_never_loses_its_neighbours(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = (files / "one.835").read_bytes()
    (files / "cut.835").write_bytes(good[: len(good) // 2].replace(b"A1", b"B1"))
    (files / "mad.835").write_bytes(good.replace(b"*900*", b"*nine*").replace(b"A2", b"B2"))
    (files / "notes.txt").write_text("no X12")
    assert call(["triage", str(files), "--json", *AS_OF]) == 0
    said = capsys.readouterr()
    assert {one["claim_id"] for one in json.loads(said.out)["denials"]} >= {"A1", "A2", "B2"}
    assert "mad.835, segment" in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        (["nowhere.835"], 1, "there is no file or folder nowhere.835"),
        (["FILES", "--out", "x.parquet"], 2, "must end in .jsonl or .csv"),
        (["FILES", "--as-of", "soon"], 2, "a date written YYYY-MM-DD"),
        (["FILES", "--model", "3"], 1, "There is no model registry"),
        (["FILES", "--appeals", "FILES"], 2, "holds something already"),
    ],
)
def test_a_wrong_call_is_one_sentence(
    words: list[str], code: int, text: str, files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(["triage", *(str(files) if word == "FILES" else word for word in words)]) == code
    said = capsys.readouterr().err.strip().splitlines()
    assert text in said[-1]
    assert said[-1].startswith("preclear: ")


def test_files_without_a_remittance(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = claimed(tmp_path / "only.837", clean_claim(1))
    assert call(["triage", str(path)]) == 1
    assert "there is no remittance in these files" in capsys.readouterr().err


def test_a_letter_and_a_checklist_for_each_appeal(files: Path, tmp_path: Path) -> None:
    folder = tmp_path / "letters"
    assert call(["triage", str(files), "--appeals", str(folder), *AS_OF]) == 0
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [path.name for path in sorted(folder.iterdir())] == [
        "00002-checklist.md",
        "00002-letter.md",
    ]
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = (folder / "00002-letter.md").read_text()
    assert "A1" in text
    assert "[[ " in text
    assert "- [ ] " in (folder / "00002-checklist.md").read_text()


def test_the_practices_own_template(
    files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "own.txt"
    own.write_text("About {{ claim_id }}: {{ carc_text }}")
    monkeypatch.setenv("PRECLEAR_APPEAL_TEMPLATE", str(own))
    folder = tmp_path / "letters"
    assert call(["triage", str(files), "--appeals", str(folder), *AS_OF]) == 0
    said = (folder / "00002-letter.txt").read_text()
    assert said == "About A1: A required authorization or notification was not obtained"
    own.write_text("About {{ clam_id }}")
    capsys.readouterr()
    assert call(["triage", str(files), "--appeals", str(tmp_path / "more"), *AS_OF]) == 1
    assert "asks for a field that letters do not have" in capsys.readouterr().err


def test_deadlines_are_those_of_the_practices_profiles(
    files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert {one["deadline"] for one in told(capsys, str(files))["denials"]} == {None}
    payers = tmp_path / "payers.toml"
    payers.write_text(
        'form = 1\n[[profile]]\nname = "Alpha"\npayer_ids = ["ALPHA"]\n'
        "appeal_days = 40\ncorrected_days = 90\n"
    )
    monkeypatch.setenv("PRECLEAR_PAYERS", str(payers))
    found = {one["claim_id"]: one for one in told(capsys, str(files))["denials"]}
    assert (found["A1"]["deadline"], found["A1"]["days_left"]) == ("2026-03-13", 12)
    assert (found["A2"]["deadline"], found["A2"]["days_left"]) == ("2026-05-02", 62)
    assert call(["triage", str(files), *AS_OF]) == 0
    assert "2026-03-13 !" in capsys.readouterr().out


def test_the_page_names_every_next_action() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for action in NEXT_ACTIONS:
        assert f"| `{action}` |" in page


def test_the_chance_is_that_of_the_model(
    files: Path, settings: Settings, world: Practice, capsys: pytest.CaptureFixture[str],
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    assert call(["triage", str(files), *AS_OF]) == 0
    assert "counted no resubmissions: train again" in capsys.readouterr().err
    rows = [(1, frozenset[int](), True, place < 90) for place in range(100)]
    model = world.model.recovering(Recovery.fit(120, rows))
    (tmp_path / "registry").mkdir()
    write_registry(tmp_path / "registry", model)
    monkeypatch.setenv("PRECLEAR_MLRUNS", str(tmp_path / "registry"))
    found = told(capsys, str(files))
    assert found["recovery"] == {"days": 120, "seen": 100, "resent": 100, "paid": 90}
    by_id = {one["claim_id"]: one for one in found["denials"]}
    assert by_id["A1"]["chance"]["resent"] == 100
    assert 0.85 < by_id["A1"]["chance"]["probability"] < 0.95
    assert by_id["A2"]["chance"] is None
    assert call(["triage", str(files), *AS_OF]) == 0
    assert "100 of 100 denials were sent again within 120 days, and 90" in capsys.readouterr().out


@pytest.mark.skipif(not SAMPLES.exists(), reason="the samples are not there")
def test_other_peoples_remittances(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys, str(SAMPLES), "--appeals", str(tmp_path / "letters"))
    denials = found["denials"]
    assert found["remittances"] > 180
    assert len(denials) >= 25
    assert [one["rank"] for one in denials] == list(range(1, len(denials) + 1))
    for one in denials:
        assert one["text"]
        assert one["reason"]
        assert one["category"]
        assert one["group"]["text"]
        assert one["carc"]["text"]
        assert one["next_action"] in NEXT_ACTIONS
        assert one["next_action"] != "bill_patient" or one["group"]["code"] == "PR"
        assert bool(one["documents"]) == (
            one["next_action"] in ("appeal", "resubmit_with_documents")
        )
    appeals = [one for one in denials if one["next_action"] == "appeal"]
    assert len(list((tmp_path / "letters").iterdir())) == 2 * len(appeals) > 0
