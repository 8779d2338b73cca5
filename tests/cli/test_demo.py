from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SCRIPTS = Path(sys.executable).parent


def _environment() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith("PRECLEAR_")}


@pytest.fixture
def command() -> str:
    return str(SCRIPTS / "preclear")


def test_too_small_a_practice_is_a_wrong_call(command: str, tmp_path: Path) -> None:
    ran = subprocess.run(
        [command, "demo", "--claims", "10"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 2
    assert "Traceback" not in ran.stderr
    assert list(tmp_path.iterdir()) == []


def test_somebody_elses_folder_is_not_touched(command: str, tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "mine").write_text("mine")
    ran = subprocess.run(
        [command, "demo"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1
    assert ran.stderr.count("\n") == 1
    assert "--folder" in ran.stderr
    assert (tmp_path / "demo" / "mine").read_text() == "mine"


def _marked(mark: str) -> list[int]:
    """Processes whose environment bears ``mark``: all that the demo started, and what they did."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                environment = (entry / "environ").read_bytes()
            except OSError:
                continue
            if f"PRECLEAR_TEST={mark}\0".encode() in environment:
                found.append(int(entry.name))
    return found


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_no_process(
    command: str, tmp_path: Path, asked: signal.Signals
) -> None:
    mark = f"{os.getpid()}-{asked}"
    demo = subprocess.Popen(
        [command, "demo", "--claims", "50000"],
        cwd=tmp_path,
        env={**_environment(), "PRECLEAR_TEST": mark},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert demo.stdout
    while "$ preclear synth" not in (line := demo.stdout.readline()):
        assert line, "the demo ended early"
    time.sleep(1.0)
    assert _marked(mark)
    demo.send_signal(asked)
    try:
        said, _ = demo.communicate(timeout=30)
    finally:
        demo.kill()
    assert demo.returncode in {130, 143}
    assert "Traceback" not in said
    until = time.monotonic() + 5
    while (left := _marked(mark)) and time.monotonic() < until:
        time.sleep(0.1)
    assert left == []


@pytest.mark.heavy
def test_the_whole_tour(command: str, tmp_path: Path) -> None:
    began = time.monotonic()
    ran = subprocess.run(
        [command, "demo"],
        cwd=tmp_path,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr[-2000:]
    assert time.monotonic() - began < 240
    assert "Traceback" not in ran.stdout + ran.stderr
    cards = re.findall(r"^(\d) of 5: ", ran.stdout, re.M)
    assert cards.count("5") >= 1
    risks = re.findall(r"^  Risk +(?:under |over )?(\d+) %", ran.stdout, re.M)
    assert len(risks) == 5
    assert int(risks[0]) < max(map(int, risks[1:4]))
    assert {entry.name for entry in tmp_path.iterdir()} == {"demo"}
    page = (tmp_path / "demo" / "explanation.html").read_text(encoding="utf-8")
    assert "<html" in page
    _what_it_says_to_try_works(ran.stdout, tmp_path)


def _what_it_says_to_try_works(said: str, folder: Path) -> None:
    tried = re.findall(r"^  ((?:export|preclear) .*)$", said.split("What to try next:")[-1], re.M)
    script = [line for line in tried if "FOLDER" not in line and line != "preclear serve"]
    assert len(script) >= 4
    environment = _environment()
    environment["PATH"] = f"{SCRIPTS}:{environment['PATH']}"
    ran = subprocess.run(
        ["bash", "-euc", "\n".join(script)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    assert (folder / "demo" / "scores.csv").stat().st_size > 0
