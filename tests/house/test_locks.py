"""The lock files: every package pinned and hashed, no host named, one version of each."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

LOCKS = (
    "requirements.lock",
    "requirements-serve.lock",
    "requirements-uv.lock",
    "requirements-peers.lock",
)
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


def _names(needs: list[str]) -> set[str]:
    return {re.split(r"[<>=!~;\[ ]", need)[0] for need in needs}


def test_every_dependency_is_locked(repo: Path) -> None:
    project = tomllib.loads(_text(repo, "pyproject.toml"))["project"]
    base = _names(project["dependencies"])
    groups = {name: _names(needs) for name, needs in project["optional-dependencies"].items()}
    peers = groups.pop("peers")
    extras = set().union(*groups.values()) - {project["name"]}
    served = base | groups["postgres"] | groups["tracing"]
    assert served <= {name for name, _ in _pins(repo, "requirements-serve.lock")}
    assert base | extras <= {name for name, _ in _pins(repo, "requirements.lock")}
    assert base | peers <= {name for name, _ in _pins(repo, "requirements-peers.lock")}


def test_the_peers_are_measured_beside_the_versions_that_were_tested(repo: Path) -> None:
    tested = _pins(repo, "requirements.lock")
    known = {name for name, _ in tested}
    peers = _pins(repo, "requirements-peers.lock")
    assert {(name, pin) for name, pin in peers if name in known} <= tested


def test_no_peer_brings_the_graphics_card(repo: Path) -> None:
    assert not [name for name, _ in _pins(repo, "requirements-peers.lock") if "nvidia" in name]
