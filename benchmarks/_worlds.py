"""Worlds to measure on, written by the command that users have."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def synthesise(folder: Path, claims: int, seed: int, policies: int | None = None) -> None:
    """Write a world of 837 and 835 files into ``folder``; ``policies`` is its payers' own seed."""
    command = [sys.executable, "-m", "cli.main", "synth", str(folder)]
    other = [] if policies is None else ["--policies", str(policies)]
    subprocess.run(
        [*command, "--claims", str(claims), "--seed", str(seed), *other],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
