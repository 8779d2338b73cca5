"""The shape of our code: small files, short functions, no serialised code, clean layers."""

from __future__ import annotations

import ast
import subprocess
import tomllib
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

ROOMS = ("claims", "features", "models", "training", "data_synth", "service", "reports", "cli")
SERIALISERS = {"pickle", "cloudpickle", "joblib", "dill"}


@pytest.fixture(scope="module")
def sources(repo: Path) -> dict[Path, ast.Module]:
    files = [file for room in ROOMS for file in sorted((repo / room).rglob("*.py"))]
    return {file: ast.parse(file.read_text(encoding="utf-8")) for file in files}


def test_every_room_is_packaged_and_checked(repo: Path, sources: dict[Path, ast.Module]) -> None:
    project = tomllib.loads((repo / "pyproject.toml").read_text(encoding="utf-8"))
    tool = project["tool"]
    assert set(tool["hatch"]["build"]["targets"]["wheel"]["packages"]) == set(ROOMS)
    # What is measured with is checked as what is measured.
    assert set(tool["mypy"]["packages"]) == {*ROOMS, "benchmarks"}
    assert set(tool["importlinter"]["root_packages"]) == set(ROOMS)
    assert {file.relative_to(repo).parts[0] for file in sources} == set(ROOMS)


def test_no_file_is_over_400_lines(repo: Path, sources: dict[Path, ast.Module]) -> None:
    tests = (repo / "tests").rglob("*.py")
    lengths = {file: len(file.read_bytes().splitlines()) for file in [*sources, *tests]}
    assert {str(file.relative_to(repo)): n for file, n in lengths.items() if n > 400} == {}


def test_no_function_is_over_60_lines(repo: Path, sources: dict[Path, ast.Module]) -> None:
    long = [
        f"{file.relative_to(repo)}:{node.lineno} {node.name}"
        for file, tree in sources.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno >= 60
    ]
    assert long == []


def _imported(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


def test_nothing_imports_serialised_code(repo: Path, sources: dict[Path, ast.Module]) -> None:
    found = {
        str(file.relative_to(repo)): names
        for file, tree in sources.items()
        if (names := _imported(tree) & SERIALISERS)
    }
    assert found == {}


def test_the_search_for_serialised_code_finds_it() -> None:
    assert _imported(ast.parse("def f():\n    from joblib import dump\n")) == {"joblib"}


def test_the_layers_hold(repo: Path, scripts: Path) -> None:
    ran = subprocess.run(
        [scripts / "lint-imports", "--no-cache"],
        cwd=repo,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-1000:]
