"""The demo's processes: each in a group of its own, ended together with all that it started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Final

from claims.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_STOPS_WITHIN: Final = 10.0  # seconds


def start(
    words: Sequence[str], environment: Mapping[str, str], log: Path | None = None
) -> subprocess.Popen[bytes]:
    """Start ``preclear`` with ``words``; what it says goes to ``log``, else to our own output."""
    with contextlib.ExitStack() as stack:
        out = stack.enter_context(log.open("wb")) if log else None
        return subprocess.Popen(  # noqa: S603 -- our own command
            [sys.executable, "-m", "cli.main", *words],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT if out else None,
            env={**os.environ, **environment},
            # An interrupt at the terminal reaches the demo alone, which ends the whole group.
            start_new_session=True,
        )


def stop(process: subprocess.Popen[bytes]) -> None:
    """End ``process`` and whatever it started, at first politely."""
    for asked in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is None:
            _tell_group(process, asked)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_STOPS_WITHIN)
            break
    _tell_group(process, signal.SIGKILL)  # what outlived it


def run(words: Sequence[str], environment: Mapping[str, str]) -> None:
    """Run ``preclear`` with ``words`` to its end, its output ours.

    Raises ``UserError`` when it fails; it has said why.
    """
    process = start(words, environment)
    try:
        code = process.wait()
    finally:
        stop(process)
    if code != 0:
        raise UserError(f"The demo ends here: `preclear {words[0]}` failed, as it says above.")


@contextlib.contextmanager
def ending_when_told() -> Iterator[None]:
    """Turn a polite request to end (SIGTERM, SIGHUP) into an exit that cleans up."""

    def leave(number: int, _: object) -> None:
        sys.exit(128 + number)

    asked = [signal.SIGTERM, signal.SIGHUP]
    before = [signal.signal(number, leave) for number in asked]
    try:
        yield
    finally:
        for number, handler in zip(asked, before, strict=True):
            signal.signal(number, handler)


def _tell_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
