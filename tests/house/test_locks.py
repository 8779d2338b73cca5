"""The lock files: every package pinned and hashed, no host named, one version of each."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

LOCKS = ("requirements.lock", "requirements-serve.lock", "requirements-uv.lock")
PIN = re.compile(r"^([a-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)


def _text(repo: Path, lock: str) -> str:
    return (repo / lock).read_text(encoding="utf-8")


def _pins(repo: Path, lock: str) -> set[tuple[str, str]]:
    return set(PIN.findall(_text(repo, lock)))


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_pinned_and_hashed(repo: Path, lock: str) -> None:
    entries = re.split(r"\n(?=[^\s#])", _text(repo, lock).strip())
    assert entries
    for entry in entries:
        assert PIN.match(entry), entry[:80]
        assert "--hash=sha256:" in entry, entry[:80]


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_names_a_host_or_an_index(repo: Path, lock: str) -> None:
    assert not re.search(r"://|--(index|extra-index|find-links|trusted)|@ ", _text(repo, lock))


def test_a_serving_image_gets_the_versions_that_were_tested(repo: Path) -> None:
    assert _pins(repo, "requirements-serve.lock") <= _pins(repo, "requirements.lock")


def test_serving_needs_no_learning_package(repo: Path) -> None:
    served = {name for name, _ in _pins(repo, "requirements-serve.lock")}
    assert served.isdisjoint({"pandas", "scikit-learn", "shap", "mlflow", "matplotlib", "pytest"})


def test_every_dependency_is_locked(repo: Path) -> None:
    project = tomllib.loads(_text(repo, "pyproject.toml"))["project"]
    base = {re.split(r"[<>=!~\[ ]", need)[0] for need in project["dependencies"]}
    extras = {
        re.split(r"[<>=!~\[ ]", need)[0]
        for needs in project["optional-dependencies"].values()
        for need in needs
    }
    assert base <= {name for name, _ in _pins(repo, "requirements-serve.lock")}
    assert base | extras <= {name for name, _ in _pins(repo, "requirements.lock")}
