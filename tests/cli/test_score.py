from __future__ import annotations

import csv
import datetime as dt
import io
import json
import stat
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from invented import KEYS, Practice, clean_claim

from claims.carc import load_catalogue
from claims.dataset import read_dataset
from claims.settings import Settings
from claims.types import Adjustment, Claim, Payment, Remittance, RemittanceLine
from claims.x12 import Envelope, write_835, write_837
from cli.main import call
from cli.score_history import joined
from features.history import History
from models.scoring import Scorer

CONTRACT = ["claim_id", "denial_probability", "category", "carc", "action", "decision"]


def envelope(day: dt.date) -> Envelope:
    moment = dt.datetime.combine(day, dt.time(9))
    return Envelope(sender="A", receiver="B", created=moment)


def write(path: Path, claims: list[Claim]) -> Path:
    out = io.BytesIO()
    write_837(claims, out, envelope(dt.date(2025, 1, 1)))
    path.write_bytes(out.getvalue())
    return path


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture
def later(tmp_path: Path, world: Practice) -> Path:
    return write(tmp_path / "later.837", world.claims[-60:])


def test_a_precision_is_kept_or_refused(
    settings: Settings, later: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "scores.jsonl"
    words = ["score", str(later), "--out", str(out), "--precision"]
    assert call([*words, "0.95"]) == 1
    assert "the best that it can keep is 0.9" in capsys.readouterr().err
    assert not out.exists()
    assert call([*words, "0.9", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["threshold"], told["precision_promised"]) == (0.7, 0.9)
    assert {row["precision_promised"] for row in read(out)} == {0.9}


def test_a_row_for_each_claim_in_the_order_of_the_file(
    settings: Settings, world: Practice, later: Path, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    out = tmp_path / "scores.jsonl"
    assert call(["score", str(later), "--out", str(out)]) == 0
    rows = read(out)
    assert [row["claim_id"] for row in rows] == [one.claim_id for one in world.claims[-60:]]
    assert list(rows[0])[:6] == CONTRACT
    for row in rows:
        assert (row["worst_line"] is None) == (row["decision"] == "submit")
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    said = capsys.readouterr().out
    assert "Scored 60 claims with model version 7" in said
    assert "hold" in said
    decided = [row["decision"] for row in rows]
    assert f"{decided.count('hold')} hold" in said
    assert len(set(decided)) > 1


def test_it_agrees_with_the_whole_answer(
    settings: Settings, world: Practice, later: Path, tmp_path: Path
) -> None:
    out = tmp_path / "scores.jsonl"
    assert call(["score", str(later), "--out", str(out)]) == 0
    scorer = Scorer(world.model, world.history, KEYS)
    for row, one in zip(read(out), scorer.score(world.claims[-60:]), strict=True):
        assert row["denial_probability"] == one.score.denial_probability
        assert row["denial_probability_low"] == one.score.denial_probability_low
        assert row["denial_probability_high"] == one.score.denial_probability_high
        assert row["as_of"] == one.score.as_of
        assert row["category"] == one.score.categories[0].category
        assert row["support"] == one.score.support.level
        assert row["amount_at_risk"] == one.score.amount_at_risk


def test_the_three_forms_say_the_same(settings: Settings, later: Path, tmp_path: Path) -> None:
    files = [tmp_path / f"scores.{ending}" for ending in ("jsonl", "csv", "parquet")]
    for out in files:
        assert call(["score", str(later), "--out", str(out)]) == 0
    lines = read(files[0])
    with files[1].open(newline="") as file:
        cells = list(csv.DictReader(file))
    table = pq.read_table(files[2]).to_pylist()
    for line, cell, row in zip(lines, cells, table, strict=True):
        assert list(line) == list(cell) == list(row)
        assert line["denial_probability"] == row["denial_probability"]
        assert float(cell["denial_probability"]) == row["denial_probability"]
        for name in ("claim_id", "category", "carc", "action", "decision"):
            assert line[name] == cell[name] == row[name]
        assert line["amount_at_risk"] == cell["amount_at_risk"] == str(row["amount_at_risk"])


def test_a_claim_of_the_batch_is_in_the_past_of_a_later_one(
    settings: Settings, tmp_path: Path
) -> None:
    first = clean_claim(70001)
    day = first.submitted_on
    assert day is not None
    again = replace(first, claim_id="AGAIN", submitted_on=day + dt.timedelta(days=5))
    out = tmp_path / "scores.jsonl"
    both = write(tmp_path / "both.837", [first, again])
    assert call(["score", str(both), "--out", str(out)]) == 0
    sent, repeated = read(out)
    assert repeated["category"] == "duplicate"
    assert repeated["denial_probability"] > 0.3 > sent["denial_probability"]
    alone = write(tmp_path / "alone.837", [again])
    assert call(["score", str(alone), "--out", str(out)]) == 0
    assert read(out)[0]["denial_probability"] < 0.3


def test_history_may_be_given_as_files(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a running history; the claims to be scored may stand in the history's files too."""
    import shutil

    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    shutil.copy(settings.home / "secret", home / "secret")
    monkeypatch.setenv("PRECLEAR_HOME", str(home))
    past = [clean_claim(80000 + number) for number in range(60)]
    write(tmp_path / "past.837", past)
    denied = [
        Remittance(
            claim_id=one.claim_id, status="1", charge=one.charge, payer_claim_number="ICN1",
            filing_code="CI", patient_responsibility=Decimal(0),
            lines=(
                RemittanceLine(
                    procedure="99213", charge=one.charge,
                    adjustments=(Adjustment(group="CO", carc="197", amount=one.charge),),
                ),
            ),
        )
        for one in past
    ]  # fmt: skip
    day = dt.date(2025, 1, 20)
    payment = Payment(payer_id="ALPHA", payer_name="ALPHA", payee_npi="1234567893", trace="1",
                      payment_date=day, method="NON")  # fmt: skip
    answers = io.BytesIO()
    write_835([(payment, denied)], answers, envelope(day))
    (tmp_path / "past.835").write_bytes(answers.getvalue())
    asked = [clean_claim(90000), replace(clean_claim(90001), submitted_on=dt.date(2025, 2, 1))]
    later = write(tmp_path / "later.837", asked)
    out = tmp_path / "scores.jsonl"
    words = ["score", str(later), "--out", str(out)]
    assert call(words) == 1
    assert not out.exists()
    assert call([*words, "--history", str(tmp_path)]) == 0
    before, after = read(out)
    assert before["as_of"] < "2025-01-20" < after["as_of"]
    assert (before["support"], after["support"]) == ("none", "thin")
    assert call([*words, "--history", str(tmp_path), "--as-of", "2024-12-01"]) == 0
    assert {row["support"] for row in read(out)} == {"none"}
    assert {row["as_of"] for row in read(out)} == {"2024-12-01"}
    with_past = read_dataset([tmp_path], keys=KEYS, catalogue=load_catalogue(None))
    scored = read_dataset([later], keys=KEYS, catalogue=load_catalogue(None))
    assert joined(with_past, scored).claims.num_rows == 62


def test_an_unreadable_claim_loses_no_neighbour(
    settings: Settings, later: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.837"
    content = later.read_bytes()
    middle = content.index(b"CLM*", len(content) // 2)
    broken.write_bytes(content[:middle] + b"CLM~\n" + content[middle:])
    out = tmp_path / "scores.jsonl"
    assert call(["score", str(broken), "--out", str(out), "--json"]) == 0
    told = capsys.readouterr()
    summary = json.loads(told.out)
    assert summary["claims"] == 60 == len(read(out))
    assert summary["hold"] + summary["review"] + summary["submit"] == 60
    assert summary["problems"] >= 1
    assert "broken.837" in told.err


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["{later}", "--out", "{out}/scores.xlsx"], 2, "--out"),
        (["{later}", "--out", "{out}/scores.csv", "--as-of", "yesterday"], 2, "--as-of"),
        (["{later}"], 2, "--out"),
        (["{out}/nowhere.837", "--out", "{out}/s.csv"], 1, "nowhere.837"),
        (["{later}", "--out", "{out}/s.csv", "--model", "99"], 1, "version 99"),
        (["{later}", "--out", "{out}/no/such/folder/s.csv"], 1, "cannot be written"),
    ],
)
def test_wrong_calls_are_said_in_one_sentence(
    settings: Settings, later: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    words: list[str], code: int, says: str,
) -> None:  # fmt: skip
    told = [word.format(later=later, out=tmp_path) for word in words]
    assert call(["score", *told]) == code
    error = capsys.readouterr().err.strip().splitlines()[-1]
    assert error.startswith("preclear: ")
    assert says in error
    assert not list(tmp_path.glob(".*"))


def test_a_home_without_a_model_says_what_to_do(
    tmp_path: Path, later: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PRECLEAR_HOME", str(tmp_path / "var"))
    monkeypatch.setenv("PRECLEAR_MLRUNS", str(tmp_path / "mlruns"))
    assert call(["score", str(later), "--out", str(tmp_path / "s.csv")]) == 1
    assert "preclear train" in capsys.readouterr().err


def test_an_empty_history_is_a_history() -> None:
    assert History.empty().folded(History.empty()).digest == History.empty().digest
