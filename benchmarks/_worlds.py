"""Worlds to measure on, written by the command that users have."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def synthesise(folder: Path, claims: int, seed: int) -> None:
    """Write a world of 837 and 835 files into ``folder``."""
    command = [sys.executable, "-m", "cli.main", "synth", str(folder)]
    subprocess.run(
        [*command, "--claims", str(claims), "--seed", str(seed)],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
