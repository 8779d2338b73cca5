"""The `preclear` command in processes that begin in a moment, so that a test may kill many.

Most of a start is reading modules. Here they are read once, by a process that does nothing else; a
command is a fork of it. What it starts is in its group, to be killed with it.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

FORKS: Final = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(
    ["pytest", "numba", "uvicorn", "cli.main", "cli.outcomes", "claims.machine_code",
     "claims.dataset", "service.app", "service.outcomes.folding", "tests.resilience.warmed",
     "psycopg", "sqlalchemy.dialects.postgresql.psycopg", "sqlalchemy.dialects.sqlite.pysqlite"]
)  # fmt: skip
TOGETHER: Final = 40
"""Rows in one commit of `preclear outcomes`: a small practice is then several."""
LOOKS: Final = 0.05
"""Seconds from one look for what is to be folded in to the next, in services begun here."""


class Command:
    """One command, under way."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        """``log`` is where its output goes, after what is there."""
        told = (list(arguments), dict(environment), str(log))
        self._process: Any = FORKS.Process(target=_run, args=told)
        self._process.start()

    @property
    def running(self) -> bool:
        """Whether it is still under way."""
        return bool(self._process.is_alive())

    def wait(self) -> int:
        """Its exit code."""
        self._process.join()
        return int(self._process.exitcode)

    def kill(self, *, whole: bool = True) -> None:
        """``kill -9``, if it is still under way; ``whole``: with what it started."""
        with contextlib.suppress(ProcessLookupError):
            if whole:
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        self._process.join()


def _run(arguments: list[str], environment: dict[str, str], log: str) -> None:
    from cli import outcomes
    from cli.main import call
    from service.outcomes import upkeep

    os.setsid()
    with open(log, "ab") as out:
        os.dup2(out.fileno(), 1)
        os.dup2(out.fileno(), 2)
    os.environ.update(environment)
    upkeep.EVERY = LOOKS  # type: ignore[misc]
    outcomes._TOGETHER = TOGETHER  # type: ignore[misc]
    code = call(arguments)
    sys.stdout.flush()
    sys.exit(code)
