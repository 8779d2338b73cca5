"""Progress on standard error: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator

    from claims.progress import Advance, Progress

_EVERY: Final = 5.0  # seconds between plain lines


def watch() -> Progress:
    """The progress that fits where standard error goes."""
    return Bar() if sys.stderr.isatty() else Lines()


class Bar:
    """A bar of rich, gone when its stage is done; a line with the time taken stays."""

    @contextmanager
    def stage(self, what: str, total: float | None = None) -> Iterator[Advance]:
        """Show one stage."""
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            Progress,
            TaskProgressColumn,
            TextColumn,
            TimeRemainingColumn,
        )

        console = Console(stderr=True)
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TimeRemainingColumn(),
        )
        began = time.monotonic()
        with Progress(*columns, console=console, transient=True) as progress:
            task = progress.add_task(what, total=total)
            yield lambda done=1, /: progress.advance(task, done)
        console.print(f"{what}: done in {_seconds(began)}", style="dim", highlight=False)


class Lines:
    """A line at the beginning, every few seconds, and at the end; no carriage returns."""

    def __init__(self, out: TextIO | None = None, every: float = _EVERY) -> None:
        self._out = out
        self._every = every

    @contextmanager
    def stage(self, what: str, total: float | None = None) -> Iterator[Advance]:
        """Show one stage."""
        began = said = time.monotonic()
        done_so_far = 0.0

        def advance(done: float = 1, /) -> None:
            nonlocal done_so_far, said
            done_so_far += done
            now = time.monotonic()
            if now - said >= self._every:
                said = now
                far = f"{done_so_far / total:.0%}" if total else f"{done_so_far:,.0f}"
                self._print(f"{what}: {far}")

        self._print(f"{what} ...")
        yield advance
        self._print(f"{what}: done in {_seconds(began)}")

    def _print(self, text: str) -> None:
        print(text, file=self._out or sys.stderr, flush=True)


def _seconds(began: float) -> str:
    return f"{time.monotonic() - began:.1f} s"
