"""Which code made a model: package version, git commit if there is one, digest of the sources."""

from __future__ import annotations

import hashlib
import importlib.util
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

_ROOMS: Final = ("claims", "features", "models", "training")


def _sources() -> list[tuple[str, Path]]:
    found = []
    for room in _ROOMS:
        spec = importlib.util.find_spec(room)
        for folder in (spec.submodule_search_locations or ()) if spec else ():
            files = sorted(Path(folder).rglob("*.py"))
            found += [(f"{room}/{file.relative_to(folder).as_posix()}", file) for file in files]
    return found


def _commit(folder: Path) -> str:
    command = ["git", "-C", str(folder), "rev-parse", "HEAD"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=5, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""


def code_version() -> dict[str, str]:
    """``preclear.version``, ``preclear.commit`` ("" outside a checkout), ``preclear.sources``.

    The last is a SHA-256 over names and contents of the source files that make a model.
    """
    whole = hashlib.sha256()
    sources = _sources()
    for name, file in sources:
        whole.update(f"{name}\n".encode())
        whole.update(hashlib.sha256(file.read_bytes()).digest())
    try:
        package = version("preclear")
    except PackageNotFoundError:
        package = ""
    home = sources[0][1].parent.parent if sources else Path()
    # A checkout only: a package installed below someone else's repository is not of that commit.
    commit = _commit(home) if (home / ".git").exists() else ""
    return {
        "preclear.version": package,
        "preclear.commit": commit,
        "preclear.sources": f"sha256:{whole.hexdigest()}",
    }
