from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def repo() -> Path:
    """The folder of the checkout."""
    return REPO


@pytest.fixture(scope="session")
def scripts() -> Path:
    """The folder of this environment's console scripts."""
    return Path(sys.executable).parent


@pytest.fixture(scope="session")
def tracked() -> list[Path]:
    """Every file that git tracks, or a skip outside a checkout."""
    if not (REPO / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=REPO, check=True, capture_output=True, text=True
    ).stdout
    return [REPO / name for name in listed.split("\0") if name and (REPO / name).is_file()]
