"""What may not stand in any tracked file, and what the Makefile and .ci/run promise."""

from __future__ import annotations

import os
import re
import socket
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

# Written in two halves, so that this file does not find itself.
MACHINE_PATHS = re.compile("|".join(["/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/", "/Us" + "ers/"]))
TEXT = {".py", ".md", ".toml", ".lock", ".yml", ".json", ".csv", ".txt", ".html", ".j2", ""}
LOCAL = {"localhost", "localhost.localdomain"}
TARGET = re.compile(r"^([a-z][a-z-]*):(.*)$", re.MULTILINE)


def _texts(tracked: list[Path]) -> dict[Path, str]:
    return {
        file: file.read_text(encoding="utf-8", errors="replace")
        for file in tracked
        if file.suffix in TEXT
    }


def test_no_tracked_file_names_a_path_of_one_machine(tracked: list[Path]) -> None:
    found = {
        file.name: match.group() + text[match.end() : match.end() + 40].split("\n")[0]
        for file, text in _texts(tracked).items()
        if (match := MACHINE_PATHS.search(text))
    }
    assert found == {}


def test_no_tracked_file_names_this_machine(tracked: list[Path]) -> None:
    name = socket.gethostname()
    if len(name) < 6 or name in LOCAL:
        pytest.skip("this machine has no telling name")
    assert [file.name for file, text in _texts(tracked).items() if name in text] == []


def test_nothing_of_a_run_is_tracked(repo: Path, tracked: list[Path]) -> None:
    folders = {file.relative_to(repo).parts[0] for file in tracked}
    assert folders.isdisjoint({"var", "mlruns", "demo", ".venv", "build", "dist"})
    assert [file.name for file in tracked if file.suffix in {".parquet", ".837", ".835"}] == []


def test_every_make_target_has_a_line_of_help(repo: Path) -> None:
    makefile = (repo / "Makefile").read_text(encoding="utf-8")
    targets = TARGET.findall(makefile)
    assert {"demo", "test", "test-heavy", "lint", "bench", "serve", "clean"} <= dict(targets).keys()
    assert [name for name, rest in targets if " ## " not in rest] == []
    phony = re.search(r"^\.PHONY:(.*)$", makefile, re.MULTILINE)
    assert phony
    assert set(phony.group(1).split()) == dict(targets).keys()


def test_a_bare_make_lists_every_target(repo: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    listed = subprocess.run(
        ["make", "-C", str(repo)], capture_output=True, text=True, check=True, env=environment
    ).stdout
    for name, rest in TARGET.findall((repo / "Makefile").read_text(encoding="utf-8")):
        assert re.search(rf"make {name} +{re.escape(rest.split(' ## ')[1])}", listed)


def test_continuous_integration_runs_lint_and_both_suites(repo: Path) -> None:
    script = repo / ".ci" / "run"
    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", script], check=True)
    text = script.read_text(encoding="utf-8")
    assert text.startswith("#!/usr/bin/env bash")
    assert "set -euo pipefail" in text
    assert re.findall(r"^stage (\S+)", text, re.MULTILINE) == [
        "install",
        "lint",
        "test",
        "test-heavy",
    ]
