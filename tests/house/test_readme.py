"""The README's commands exist with the options it gives them; its links lead somewhere.

The heavy test runs them, in a folder of its own, on an invented practice.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]
PAGES = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"]
KNOWN = {"make", "preclear", "curl", "docker", "."}


def commands(page: Path) -> list[list[str]]:
    """Every command of the page's ``sh`` blocks, split into words as the shell would."""
    found: list[list[str]] = []
    for block in re.findall(r"^```sh\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S):
        pending = ""
        for line in block.splitlines():
            pending += line.removesuffix("\\") + "\n"
            try:
                words = shlex.split(pending, comments=True)
            except ValueError:  # a quote is still open
                continue
            if not line.endswith("\\"):
                found += [words] if words else []
                pending = ""
    return found


@cache
def _help(*words: str) -> str:
    bin_folder = REPO / ".venv" / "bin"
    program = shutil.which(words[0]) or str(bin_folder / words[0])
    ran = subprocess.run(
        [program, *words[1:], "--help"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"},
    )
    return ran.stdout


def _options(words: list[str]) -> list[str]:
    return [word.split("=")[0] for word in words if word.startswith("--")]


ALL = [words for page in PAGES for words in commands(REPO / page)]


def test_the_readme_leads_with_the_demo_and_the_tests() -> None:
    assert commands(REPO / "README.md")[:2] == [["make", "demo"], ["make", "test"]]


def test_every_command_is_of_a_kind_that_is_checked() -> None:
    assert {words[0] for words in ALL} <= KNOWN


@pytest.mark.parametrize("words", [w for w in ALL if w[0] == "make"], ids=" ".join)
def test_a_make_command_has_its_target(words: list[str]) -> None:
    makefile = (REPO / "Makefile").read_text(encoding="utf-8")
    for target in words[1:]:
        assert re.search(rf"^{target}:", makefile, re.M)


@pytest.mark.parametrize("words", [w for w in ALL if w[0] == "preclear"], ids=" ".join)
def test_a_preclear_command_has_its_options(words: list[str], scripts: Path) -> None:
    verbs = words[1:3] if words[1] in {"models", "audit", "keys"} else words[1:2]
    told = _help(str(scripts / "preclear"), *verbs)
    assert [option for option in _options(words) if option not in told] == []


@pytest.mark.parametrize(
    "page", [*PAGES, *(str(p.relative_to(REPO)) for p in (REPO / "docs").rglob("*.md"))]
)
def test_every_link_leads_somewhere(page: str) -> None:
    file = REPO / page
    text = re.sub(r"```.*?```", "", file.read_text(encoding="utf-8"), flags=re.S)
    targets = re.findall(r"\]\(([^)#\s]+)", text)
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (file.parent / target).exists()] == []


def test_the_picture_in_the_readme_is_of_the_demo() -> None:
    blocks = re.findall(r"^```text\n(.*?)^```", (REPO / "README.md").read_text(), re.M | re.S)
    assert any("Risk" in block and "Do this" in block and "Owner" in block for block in blocks)


def _curl(words: list[str], port: int, folder: Path) -> int:
    """Do what curl would: -H headers, -d or --data-binary a body; give back the status."""
    (address,) = [word for word in words if word.startswith("http://127.0.0.1:8000/")]
    headers: dict[str, str] = {}
    body: bytes | None = None
    for option, value in pairwise(words):
        if option == "-H":
            name, _, said = value.partition(":")
            # What the shell would put in place of $(cat FILE).
            headers[name] = re.sub(
                r"\$\(cat ([^)]+)\)", lambda file: (folder / file[1]).read_text().strip(), said
            ).strip()
        elif option == "-d":
            json.loads(value)
            body = value.encode()
        elif option == "--data-binary":
            body = (folder / value.removeprefix("@")).read_bytes()
    request = urllib.request.Request(address.replace(":8000", f":{port}"), body, headers)
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
        return int(answer.status)


def _port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.heavy
def test_every_command_runs(tmp_path: Path, scripts: Path) -> None:
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith("PRECLEAR_")
    }
    every = commands(REPO / "README.md")
    (synth,) = [words for words in every if words[:2] == ["preclear", "synth"]]
    (serve,) = [words for words in every if words[:2] == ["preclear", "serve"]]
    verbs = [w for w in every if w[0] == "preclear" and w not in (synth, serve)]
    # The record is of what the service answered.
    audit = [words for words in verbs if words[1] == "audit"]
    rest = [words for words in verbs if words not in audit]

    def run(words: list[str]) -> None:
        ran = subprocess.run(
            [scripts / words[0], *words[1:]],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, f"{shlex.join(words)}: {ran.stderr[-2000:]}"

    run(synth)
    last = max((tmp_path / "your-files").rglob("*.837"))
    (tmp_path / "next-batch").mkdir()
    shutil.copy(last, tmp_path / "next-batch")
    shutil.copy(last, tmp_path / "claims.837")
    for words in rest:
        run(words)
    assert (tmp_path / "scores.csv").stat().st_size > 0
    port = _port()
    moved = [str(port) if word == "8000" else word for word in serve]
    service = subprocess.Popen([scripts / moved[0], *moved[1:]], cwd=tmp_path, env=environment)
    try:
        _until_healthy(port, service)
        asked = [words for words in every if words[0] == "curl"]
        assert [_curl(words, port, tmp_path) for words in asked] == [200] * len(asked)
    finally:
        service.terminate()
        service.wait(20)
    for words in audit:
        run(words)


def _until_healthy(port: int, service: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and service.poll() is None:
        try:
            if _curl(["http://127.0.0.1:8000/readyz"], port, Path()) == 200:
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    pytest.fail("the service did not become ready")
