"""A bundle of reports: what is in it, and that every change of it is found."""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from claims.settings import Settings
from cli.main import call
from service.app import create_app
from service.audit import standalone_bundle
from service.audit.repository import AuditRepository
from service.scoring.examples import BESIDE, FLAT

TODAY = dt.datetime.now(dt.UTC).date()


@pytest.fixture
def answers(settings: Settings) -> list[dict[str, Any]]:
    with TestClient(create_app(settings)) as client:
        return [client.post("/score", json=body).json() for body in (FLAT, BESIDE)]


@pytest.fixture
def bundle(answers: list[dict[str, Any]], tmp_path: Path) -> Path:
    folder = tmp_path / "bundle"
    days = ["--from", str(TODAY - dt.timedelta(days=1)), "--to", str(TODAY + dt.timedelta(days=1))]
    assert call(["audit", "reports", *days, "--out", str(folder)]) == 0
    return folder


def test_it_holds_every_score_of_the_period(
    answers: list[dict[str, Any]], bundle: Path, settings: Settings
) -> None:
    index = (bundle / "index.html").read_text()
    manifest = json.loads((bundle / "manifest.json").read_text())
    names = re.findall('href="(reports/[^"]+)"', index)
    assert len(names) == len(set(names)) == manifest["reports"]
    with AuditRepository.of(settings) as log:
        assert len(log.latest(100_000)) == len(names)
    for answer in answers:
        page = (bundle / "reports" / f"{answer['score_id']}.html").read_text()
        assert f'data-figure="denial_probability" value="{answer["denial_probability"]}"' in page
        assert answer["claim_id"] not in page + index
    assert {one["name"] for one in manifest["files"]} == {*names, "index.html"}
    assert manifest["log"]["sequence"] > 0
    assert (bundle / "index.html").stat().st_mode & 0o077 == 0


def test_an_auditor_verifies_it_with_the_key_alone(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(["audit", "verify-bundle", str(bundle)]) == 0
    assert "as they were written" in capsys.readouterr().out
    assert call(["audit", "key"]) == 0
    key = tmp_path / "public.pem"
    key.write_text(capsys.readouterr().out)
    copied = tmp_path / "verify.py"
    copied.write_bytes(Path(standalone_bundle.__file__).read_bytes())
    words = [sys.executable, "-I", str(copied), str(bundle), "--key", str(key)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (bundle / "index.html").write_text("changed")
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "index.html is not as it was written.\n")


def test_every_change_is_found(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def found() -> str:
        assert call(["audit", "verify-bundle", str(bundle)]) == 1
        return capsys.readouterr().out

    report = next((bundle / "reports").iterdir())
    content = report.read_bytes()
    report.write_bytes(content.replace(b"denial", b"Denial", 1))
    assert "is not as it was written" in found()
    report.unlink()
    assert "is missing" in found()
    report.write_bytes(content)
    (bundle / "reports" / "more.html").write_text("more")
    assert "reports/more.html is not in the manifest" in found()
    (bundle / "reports" / "more.html").unlink()
    manifest = json.loads((bundle / "manifest.json").read_text())
    (bundle / "manifest.json").write_text(json.dumps({**manifest, "reports": 1}))
    assert "not signed" in found()
    (bundle / "manifest.json").write_text(json.dumps(manifest))
    assert call(["audit", "verify-bundle", str(bundle)]) == 0
    (bundle / "manifest.json").write_text("[]")
    assert call(["audit", "verify-bundle", str(bundle)]) == 2


def test_a_period_without_scores_has_an_index(
    answers: list[dict[str, Any]], tmp_path: Path
) -> None:
    days = ["--from", "2001-01-01", "--to", "2001-01-31"]
    out = tmp_path / "none"
    assert call(["audit", "reports", *days, "--out", str(out)]) == 0
    assert "No score was made in these days." in (out / "index.html").read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--from", "soon", "--to", "2026-01-01", "--out", "x"], "is no day"),
        (["--from", "2026-01-02", "--to", "2026-01-01", "--out", "x"], "is after"),
        (["--from", "2026-01-01", "--to", "2026-01-02", "--out", "."], "is there already"),
    ],
)
def test_a_wrong_call_is_said(
    settings: Settings, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(["audit", "reports", *words]) == 2
    assert said in capsys.readouterr().err
