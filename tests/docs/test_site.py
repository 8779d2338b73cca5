"""The documentation builds with every link good, and what it tells to type runs."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from cli.document import PAGE, page

REPO = Path(__file__).resolve().parents[2]
DOCS = REPO / "docs"
RUN = ["tour.md", "how-to/data-scientist.md"]
"""Pages whose ``sh`` blocks are run in their order; ``python`` blocks of ``python.md`` are too."""
PORT = "8080"


def blocks(name: str, language: str) -> str:
    text = (DOCS / name).read_text(encoding="utf-8")
    return "\n".join(re.findall(rf"^```{language}\n(.*?)^```", text, re.M | re.S))


def environment() -> dict[str, str]:
    scripts = Path(sys.executable).parent
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PRECLEAR_")}
    return {**kept, "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(REPO)}


def run(script: str, folder: Path, env: dict[str, str]) -> None:
    """Run a script with bash in its own group; whatever it left running ends with it."""
    log = folder / "log"
    with log.open("w") as output:
        started = subprocess.Popen(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=folder,
            env=env,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            # Not until the output ends: a service that it started may hold that open.
            code = started.wait(timeout=240)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(started.pid, signal.SIGKILL)
    assert code == 0, log.read_text()[-3000:]


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def test_the_site_builds_without_a_broken_link(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(tmp_path / "site")],
        cwd=REPO,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    made = (tmp_path / "site" / "python.html").read_text(encoding="utf-8")
    assert "predict_proba" in made
    assert "https://fonts" not in made


def test_the_page_of_commands_is_that_of_the_commands() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m cli.document"


@pytest.mark.heavy
@pytest.mark.parametrize("name", RUN)
def test_what_a_page_tells_to_type_runs(name: str, tmp_path: Path) -> None:
    script = blocks(name, "sh").replace(PORT, free_port())
    assert script.count("preclear ") > 5
    run(script, tmp_path, environment())


@pytest.mark.heavy
def test_the_python_page_runs(tmp_path: Path) -> None:
    env = environment()
    run("preclear synth your-files --claims 3000 --seed 3", tmp_path, env)
    (tmp_path / "page.py").write_text(blocks("python.md", "python"), encoding="utf-8")
    run("python page.py", tmp_path, env)
