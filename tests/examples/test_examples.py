"""``examples/``: what its README says, done against a served model."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from claims.settings import Settings
from service.app import create_app
from service.scoring.dialect_examples import CLEARINGHOUSE, FHIR
from service.scoring.examples import BESIDE

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
ADDRESS = "http://127.0.0.1:8000"
BLOCKS = re.findall(r"^```sh\n(.*?)^```", (EXAMPLES / "README.md").read_text(), re.M | re.S)


@pytest.fixture(scope="module")
def service(settings: Settings) -> Iterator[str]:
    """The address of a service over ``settings``, on a port of its own."""
    server = uvicorn.Server(uvicorn.Config(create_app(settings), port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 60
    while not server.started and time.monotonic() < until and thread.is_alive():
        time.sleep(0.05)
    assert server.started
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(30)


def run(block: str, service: str, settings: Settings, folder: Path) -> str:
    """A block of the README in a shell, with this service and its key; gives what it printed."""
    if not (folder / "examples").exists():
        (folder / "examples").symlink_to(EXAMPLES)
    told = block.replace(ADDRESS, service).replace(
        "var/local-key", str(settings.home / "local-key")
    )
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", told], cwd=folder, capture_output=True, text=True,
        timeout=300, check=False, env={**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-2_000:] + ran.stdout[-500:]
    return ran.stdout


def block(word: str) -> str:
    (found,) = [one for one in BLOCKS if word in one]
    return found


def test_every_block_of_the_readme_is_run_here() -> None:
    known = ("pm_system.py", "/score", "/lifecycle", "watch_837.py")
    assert [block(word) for word in known] == BLOCKS
    assert len((EXAMPLES / "pm_system.py").read_text().splitlines()) <= 61


@pytest.mark.parametrize(
    ("name", "claim"), [("flat", BESIDE), ("clearinghouse", CLEARINGHOUSE), ("fhir", FHIR)]
)
def test_the_claims_are_those_of_the_api(name: str, claim: object) -> None:
    assert json.loads((EXAMPLES / "claims" / f"{name}.json").read_text()) == claim


def test_a_pm_system_asks(service: str, settings: Settings, tmp_path: Path) -> None:
    lines = run(block("pm_system.py"), service, settings, tmp_path).splitlines()
    claims = [line.split(":")[0] for line in lines if not line.startswith(" ")]
    assert claims == ["PCN-1042", "PCN-1042", "PCN-1043"]
    assert all(re.search(r"(hold|review|submit), \d+% denied$", line) for line in lines
               if not line.startswith(" "))  # fmt: skip
    again = run(block("pm_system.py"), service, settings, tmp_path)
    assert again.splitlines() == lines


def test_a_pm_system_hears_what_is_wrong(service: str, settings: Settings, tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    information = {**CLEARINGHOUSE["claimInformation"], "claimChargeAmount": "much"}
    bad.write_text(json.dumps({**CLEARINGHOUSE, "claimInformation": information}))
    ran = subprocess.run(
        [sys.executable, EXAMPLES / "pm_system.py", bad, "--service", service, "--key-file",
         settings.home / "local-key"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 1
    assert "claimInformation.claimChargeAmount must be a number" in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not here")
def test_curl_asks(service: str, settings: Settings, tmp_path: Path) -> None:
    score = json.loads(run(block("/score"), service, settings, tmp_path))
    assert score["claim_id"] == "PCN-1042"
    told = json.loads(run(block("/lifecycle"), service, settings, tmp_path))
    assert told["claims"][0]["claimId"] == "PCN-1042"


def test_a_watched_folder_has_its_worklist(
    service: str, settings: Settings, tmp_path: Path
) -> None:
    printed = run(block("watch_837.py"), service, settings, tmp_path)
    batch = tmp_path / "outgoing" / "2026-03-04-0900-batch.txt"
    count = batch.read_bytes().count(b"\nCLM*") or batch.read_bytes().count(b"CLM*")
    table = batch.with_name(f"{batch.name}.worklist.csv")
    page = batch.with_name(f"{batch.name}.worklist.html")
    assert f"{batch.name}: {count} claims" in printed
    with table.open(newline="") as rows:
        found = list(csv.DictReader(rows))
    assert [int(row["rank"]) for row in found] == list(range(1, count + 1))
    assert {row["decision"] for row in found} <= {"hold", "review", "submit"}
    text = page.read_text()
    listed = [row for row in found if row["decision"] != "submit"]
    assert text.count("<tr>") == 1 + max(len(listed), 1)
    assert all(row["claim_id"] in text for row in listed)
    assert (table.stat().st_mode & 0o777, page.stat().st_mode & 0o777) == (0o600, 0o600)


def watch(folder: Path, service: str, settings: Settings) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, EXAMPLES / "watch_837.py", folder, "--once", "--service", service,
         "--key-file", settings.home / "local-key"],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def test_a_watcher_scores_once_and_passes_over_what_is_no_batch(
    service: str, settings: Settings, tmp_path: Path
) -> None:
    from service.scoring.examples import X12_837

    folder = tmp_path / "edi"
    folder.mkdir()
    (folder / "batch.txt").write_text(X12_837)
    (folder / "notes.txt").write_text("not an 837")
    (folder / "empty").touch()
    first = watch(folder, service, settings)
    assert (first.returncode, first.stderr) == (0, "")
    assert "batch.txt: 1 claims" in first.stdout
    assert watch(folder, service, settings).stdout == ""
    assert (folder / "batch.txt").read_text() == X12_837
    os.utime(folder / "batch.txt", (time.time() + 60,) * 2)  # made anew
    assert "batch.txt: 1 claims" in watch(folder, service, settings).stdout


def test_a_watcher_says_what_it_could_not_score(
    service: str, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "batch.txt").write_text("ISA broken")
    refused = watch(tmp_path, service, settings)
    assert refused.returncode == 1
    assert "No claim could be read" in refused.stderr
    (tmp_path / "batch.txt").write_text("ISA")
    silent = watch(tmp_path, "http://127.0.0.1:9", settings)
    assert "does not answer" in silent.stderr
    assert "Traceback" not in refused.stderr + silent.stderr
    assert not list(tmp_path.glob("*.worklist.*"))
