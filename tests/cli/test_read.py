from __future__ import annotations

import datetime as dt
import io
import json
import os
import signal
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from claims.types import (
    Adjustment,
    Claim,
    Payer,
    Payment,
    Provider,
    Remittance,
    RemittanceLine,
    ServiceLine,
    Subscriber,
)
from claims.x12 import Envelope, write_835, write_837
from cli.main import call

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRECLEAR_HOME", str(tmp_path / "var"))
    monkeypatch.delenv("PRECLEAR_CARC_CSV", raising=False)


def envelope(day: int) -> Envelope:
    created = dt.datetime(2025, 3, day, 12)  # noqa: DTZ001 -- X12 states no zone
    return Envelope(sender="US", receiver="THEM", created=created)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Four claims, of which three are answered: one paid, one denied, one denied in part."""
    lines = tuple(
        ServiceLine(
            number=at,
            procedure=code,
            charge=Decimal(50),
            units=Decimal(1),
            diagnosis_pointers=(1,),
            service_from=dt.date(2025, 2, 20),
        )
        for at, code in ((1, "99213"), (2, "97110"))
    )
    claims = [
        Claim(
            claim_id=f"C{number}",
            payer=Payer(payer_id="P1", name="PAYER", filing_code="CI"),
            charge=Decimal(100),
            place_of_service="11",
            subscriber=Subscriber(member_id="M1", sex="F", birth_date=dt.date(1990, 1, 1)),
            billing=Provider(npi="1234567893"),
            diagnoses=("J069",),
            lines=lines,
        )
        for number in range(4)
    ]
    reasons = [("45", "45"), ("197", "197"), ("45", "97")]
    answers = [
        Remittance(
            claim_id=f"C{number}",
            status="1",
            charge=Decimal(100),
            filing_code="12",
            payer_claim_number=f"N{number}",
            lines=tuple(
                RemittanceLine(
                    procedure=code,
                    charge=Decimal(50),
                    service_from=dt.date(2025, 2, 20),
                    adjustments=(Adjustment(group="CO", carc=carc, amount=Decimal(50)),),
                )
                for code, carc in zip(("99213", "97110"), codes, strict=True)
            ),
        )
        for number, codes in enumerate(reasons)
    ]
    payment = Payment(
        payer_id="P1",
        payer_name="PAYER",
        payee_npi="1234567893",
        method="CHK",
        payment_date=dt.date(2025, 3, 20),
        trace="T1",
    )
    for name, write, what, day in (
        ("a.837", write_837, claims, 1),
        ("b.835", write_835, [(payment, answers)], 20),
    ):
        out = io.BytesIO()
        write(what, out, envelope(day))  # type: ignore[operator]
        (tmp_path / "data").mkdir(exist_ok=True)
        (tmp_path / "data" / name).write_bytes(out.getvalue())
    (tmp_path / "data" / "readme.txt").write_text("nothing")
    return tmp_path / "data"


def as_json(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert call(["read", "--json", *words]) == 0
    return json.loads(capsys.readouterr().out)


def test_everything_is_counted(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = as_json(capsys, str(tree))
    assert report["files"] == [
        {
            "file": str(tree / "a.837"),
            "kind": "837P",
            "claims": 4,
            "remittances": 0,
            "problems": 0,
        },
        {
            "file": str(tree / "b.835"),
            "kind": "835",
            "claims": 0,
            "remittances": 3,
            "problems": 0,
        },
    ]
    assert report["totals"] == {
        "claims": 4,
        "lines": 8,
        "remittances": 3,
        "claims_matched": 3,
        "examples": 3,
        "examples_denied": 2,
        "example_denial_rate": 2 / 3,
    }
    assert report["outcomes"] == {
        "paid": 1,
        "partial": 1,
        "denied": 1,
        "no_adjudication": 0,
        "denial_rate": 2 / 3,
    }
    assert report["categories"] == [
        {
            "category": "authorization",
            "denied": 1,
            "share": 0.5,
            "amount": "100.00",
            "carcs": {"197": 1},
        },
        {"category": "bundling", "denied": 1, "share": 0.5, "amount": "50.00", "carcs": {"97": 1}},
    ]
    assert report["problems"] == []
    assert report["ignored"] == [str(tree / "readme.txt")]
    assert "strict" not in report


def test_a_person_reads_tables(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["read", str(tree)]) == 0
    told = capsys.readouterr()
    assert f"Files under {tree}\n" in told.out
    assert "a.837  837P       4            0         0" in told.out
    assert "4 claims with 8 lines, 3 remittances; 3 claims are answered." in told.out
    assert "1 paid, 1 denied in part, 1 denied (66.7% with a denial)" in told.out
    assert "authorization" in told.out
    assert "Other files, which hold no X12 and were passed over: 1." in told.out
    assert "\x1b" not in told.out
    assert "\r" not in told.err


def test_what_cannot_be_read_is_placed(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tree / "a.837"
    file.write_bytes(file.read_bytes().replace(b"CLM*C2*100", b"CLM*C2*many"))
    report = as_json(capsys, str(tree))
    assert report["totals"]["remittances"] == 3
    assert report["problems"][0]["file"] == str(file)
    assert report["problems"][0]["segment"] > 0
    assert report["problems"][0]["claim_id"] == "C2"
    assert call(["read", str(tree)]) == 0
    assert "What could not be read" in capsys.readouterr().out


def test_strict_adds_the_findings_of_the_guides(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tree / "a.837"
    assert as_json(capsys, str(tree), "--strict")["strict"] == []
    assert call(["read", "--strict", str(file)]) == 0
    assert "nothing to object to" in capsys.readouterr().out
    file.write_bytes(file.read_bytes().replace(b"HI*ABK:J069~", b""))
    findings = as_json(capsys, str(file), "--strict")["strict"]
    assert findings
    assert findings[0]["file"] == str(file)
    assert call(["read", "--strict", str(file)]) == 0
    assert "Against the guides (pyx12)" in capsys.readouterr().out


def test_long_lists_are_cut_and_say_so(
    tree: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.read_print.MOST_OF_A_FILE", 1)
    file = tree / "a.837"
    data = file.read_bytes()
    file.write_bytes(data.replace(b"CLM*C2*100", b"CLM*C2*x").replace(b"CLM*C1*100", b"CLM*C1*x"))
    assert call(["read", str(tree)]) == 0
    assert "What could not be read: 1 of " in capsys.readouterr().out


def test_many_files_are_told_by_folder(
    tree: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.read_print.MOST_FILES", 2)
    (tree / "more").mkdir()
    for name in ("c.837", "d.837"):
        (tree / "more" / name).write_bytes((tree / "a.837").read_bytes())
    assert call(["read", str(tree)]) == 0
    told = capsys.readouterr().out
    assert "folder  kind  files  claims  remittances  problems\n" in told
    assert "more    837P      2       8            0         0\n" in told


def _gone_within(seconds: float, group: int) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_an_interrupt_ends_all_reading_processes_quietly(tree: Path, tmp_path: Path) -> None:
    many = tmp_path / "many"
    many.mkdir()
    data = (tree / "a.837").read_bytes()
    for name in "ab":
        (many / name).write_bytes(data * (5_000_000 // len(data)))
    command = subprocess.Popen(
        [sys.executable, "-m", "cli.main", "read", str(many), "--workers", "2"],
        cwd=Path(__file__).parents[2],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert command.stderr is not None
    assert command.stderr.readline() == "Reading ...\n"
    os.killpg(command.pid, signal.SIGINT)
    _, told = command.communicate(timeout=60)
    assert told == "preclear: interrupted\n"
    assert command.returncode == 130
    assert _gone_within(10, command.pid)


def test_reading_makes_no_state(tree: Path, tmp_path: Path) -> None:
    assert call(["read", str(tree)]) == 0
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize(
    ("word", "code", "says"),
    [
        ("none", 1, "there is no file or folder"),
        ("data/readme.txt", 1, "no claim and no remittance could be read"),
    ],
)
def test_nothing_to_read_fails(
    tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], word: str, code: int, says: str
) -> None:
    assert tree.exists()
    assert call(["read", str(tmp_path / word)]) == code
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("preclear: ")
    assert says in last


def test_a_setting_that_cannot_be_used_fails(
    tree: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRECLEAR_CARC_CSV", str(tree / "none.csv"))
    assert call(["read", str(tree)]) == 1
    assert "correct PRECLEAR_CARC_CSV or unset it" in capsys.readouterr().err


@pytest.mark.skipif(not SAMPLES.exists(), reason="the samples are not there")
def test_the_samples_are_read(capsys: pytest.CaptureFixture[str]) -> None:
    report = as_json(capsys, str(SAMPLES))
    assert report["totals"]["claims"] > 1000
    assert report["outcomes"]["denied"] > 10
    assert len(report["files"]) > 50
