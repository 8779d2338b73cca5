"""The Dockerfile without a container engine: every path it copies and command it runs exists."""

from __future__ import annotations

import http.server
import json
import os
import re
import shlex
import shutil
import subprocess
import threading
import tomllib
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# What a slim Debian image has, or is given by its apt-get line.
DEBIAN = {"apt-get", "rm", "useradd", "install"}


@dataclass(frozen=True)
class Step:
    stage: int
    word: str
    rest: str


def steps(text: str) -> list[Step]:
    """The instructions of a Dockerfile, continued lines joined, with the stage of each."""
    joined = re.sub(r"\\\n", " ", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE))
    found: list[Step] = []
    for line in filter(str.strip, joined.splitlines()):
        word, _, rest = line.strip().partition(" ")
        stage = sum(step.word == "FROM" for step in found) + (word == "FROM")
        found.append(Step(stage, word.upper(), " ".join(rest.split())))
    return found


@pytest.fixture(scope="module")
def dockerfile(repo: Path) -> list[Step]:
    return steps((repo / "Dockerfile").read_text(encoding="utf-8"))


def _of(dockerfile: list[Step], word: str, stage: int | None = None) -> list[str]:
    return [s.rest for s in dockerfile if s.word == word and stage in {None, s.stage}]


def _ignored(repo: Path, path: str) -> bool:
    """Whether .dockerignore leaves a top-level path out: the last line that matches decides."""
    out = False
    for line in (repo / ".dockerignore").read_text(encoding="utf-8").splitlines():
        pattern = line.strip()
        if not pattern or pattern.startswith("#"):
            continue
        if fnmatch(path, pattern.removeprefix("!").strip("/")):
            out = not pattern.startswith("!")
    return out


def test_each_stage_starts_from_the_slim_image(dockerfile: list[Step]) -> None:
    bases = _of(dockerfile, "FROM")
    assert len(bases) == 2
    assert {base.split()[0] for base in bases} == {"python:3.11-slim"}


def test_each_path_that_is_copied_exists_and_reaches_the_builder(
    repo: Path, dockerfile: list[Step]
) -> None:
    copied = [
        path
        for rest in _of(dockerfile, "COPY")
        if not rest.startswith("--from")
        for path in rest.split()[:-1]
    ]
    rooms = tomllib.loads((repo / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    assert set(rooms["targets"]["wheel"]["packages"]) <= set(copied)
    assert [path for path in copied if not (repo / path).exists()] == []
    assert [path for path in copied if _ignored(repo, path)] == []


@pytest.mark.parametrize("name", ["var", "mlruns", ".git", ".venv", "tests", "demo", ".env"])
def test_state_and_secrets_never_reach_the_builder(repo: Path, name: str) -> None:
    assert _ignored(repo, name)


def test_what_comes_from_the_build_stage_was_made_there(dockerfile: list[Step]) -> None:
    built = " ".join(_of(dockerfile, "RUN", 1))
    for rest in _of(dockerfile, "COPY", 2):
        flag, source, target = rest.split()
        assert flag == "--from=build"
        assert f"uv venv --python python3.11 {source}" in built
        assert source == target  # a venv names its own path


def _commands(dockerfile: list[Step]) -> Iterator[list[str]]:
    for rest in _of(dockerfile, "RUN"):
        for part in rest.split("&&"):
            yield shlex.split(part)


def test_each_command_exists(dockerfile: list[Step]) -> None:
    programs = {words[0] for words in _commands(dockerfile)}
    assert programs - DEBIAN == {"pip", "uv"}


def test_each_flag_of_uv_exists(dockerfile: list[Step], scripts: Path) -> None:
    checked = 0
    for words in _commands(dockerfile):
        if words[0] != "uv":
            continue
        verbs = words[1:3] if words[1] == "pip" else words[1:2]
        told = subprocess.run(
            [scripts / "uv", *verbs, "--help"], capture_output=True, text=True, check=True
        ).stdout
        for flag in (word for word in words if word.startswith("--")):
            assert re.search(rf"{flag}\b", told), f"uv {' '.join(verbs)} has no {flag}"
            checked += 1
    assert checked > 5


def test_every_install_is_held_by_hashes(dockerfile: list[Step]) -> None:
    for words in _commands(dockerfile):
        if "install" in words and words[0] in {"pip", "uv"}:
            assert "--require-hashes" in words or "--no-index" in words, words


def test_the_image_does_not_run_as_root(dockerfile: list[Step]) -> None:
    (user,) = _of(dockerfile, "USER", 2)
    made = [words for words in _commands(dockerfile) if words[0] == "useradd"]
    assert [words[-1] for words in made] == [user]
    last_run = max(n for n, step in enumerate(dockerfile) if step.word == "RUN")
    assert next(n for n, step in enumerate(dockerfile) if step.word == "USER") > last_run


def test_state_lies_on_volumes_and_no_model_is_baked_in(dockerfile: list[Step]) -> None:
    environment = dict(
        word.split("=", 1) for rest in _of(dockerfile, "ENV", 2) for word in rest.split()
    )
    volumes = json.loads(_of(dockerfile, "VOLUME", 2)[0])
    assert {environment["PRECLEAR_HOME"], environment["PRECLEAR_MLRUNS"]} == set(volumes)
    assert not any("mlruns" in rest for rest in _of(dockerfile, "COPY"))
    assert environment["PATH"].split(":")[0] == "/opt/preclear/bin"


def test_the_image_starts_our_console_script(repo: Path, dockerfile: list[Step]) -> None:
    command = json.loads(_of(dockerfile, "CMD", 2)[0])
    project = tomllib.loads((repo / "pyproject.toml").read_text())["project"]
    assert command[0] in project["scripts"]
    assert command[1:4] == ["serve", "--host", "0.0.0.0"]
    assert command[command.index("--port") + 1] == _of(dockerfile, "EXPOSE", 2)[0]


def test_the_served_command_is_one_that_preclear_has(dockerfile: list[Step], scripts: Path) -> None:
    _, verb, *options = json.loads(_of(dockerfile, "CMD", 2)[0])
    told = subprocess.run(
        [scripts / "preclear", verb, "--help"], capture_output=True, text=True, check=True
    ).stdout
    for flag in (word for word in options if word.startswith("--")):
        assert flag in told


class _Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/v2/health/live" else 503)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_the_health_check_tells_a_well_service_from_a_missing_one(
    dockerfile: list[Step], scripts: Path
) -> None:
    (rest,) = _of(dockerfile, "HEALTHCHECK")
    program, flag, code = json.loads(rest[rest.index("[") :])
    assert program == "python"
    server = http.server.HTTPServer(("127.0.0.1", 0), _Health)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    here = code.replace(":8000", f":{server.server_port}")
    elsewhere = here.replace("/v2/health/live", "/elsewhere")

    def asked(source: str) -> int:
        ran = subprocess.run([scripts / program, flag, source], capture_output=True, check=False)
        return ran.returncode

    try:
        assert asked(here) == 0
        assert asked(elsewhere) != 0
    finally:
        server.shutdown()
        server.server_close()
    assert asked(here) != 0


@pytest.mark.heavy
def test_the_service_imports_with_the_serve_lock_alone(
    repo: Path, dockerfile: list[Step], scripts: Path, tmp_path: Path
) -> None:
    """Run the build stage's own uv lines, in a copy that holds only what is copied."""
    trusting = {"UV_SYSTEM_CERTS": "true", **os.environ}  # as the Makefile has it
    build = tmp_path / "build"
    build.mkdir()
    for rest in _of(dockerfile, "COPY", 1):
        for path in rest.split()[:-1]:
            if (repo / path).is_dir():
                shutil.copytree(
                    repo / path, build / path, ignore=shutil.ignore_patterns("__pycache__")
                )
            else:
                shutil.copy(repo / path, build / path)
    for words in _commands([step for step in dockerfile if step.stage == 1]):
        if words[0] == "uv":
            moved = [
                word.replace("/opt/preclear", f"{tmp_path}/venv").replace(
                    "/wheel", f"{tmp_path}/wheel"
                )
                if word.startswith("/")
                else word
                for word in words
            ]
            subprocess.run([scripts / "uv", *moved[1:]], cwd=build, check=True, env=trusting)
    shutil.rmtree(build)
    venv = tmp_path / "venv" / "bin"
    for code in ("import service.app", "import cli.main"):
        subprocess.run([venv / "python", "-c", code], cwd=tmp_path, check=True)
    told = subprocess.run(
        [venv / "preclear", "serve", "--help"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0
    assert "--host" in told.stdout
