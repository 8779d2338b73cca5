"""What a serving process does by itself, once a second: see that all that arrived is folded in.

Every worker looks; one of them starts the process that folds. What it makes is found by
``service.serving.watch``, in each worker.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Final

from claims.errors import UserError
from service.outcomes import folding

if TYPE_CHECKING:
    from pathlib import Path

    from service.outcomes.joining import Joining
    from service.outcomes.store import OutcomeStore

EVERY: Final = 1.0
_RESTS: Final = 30
"""Rounds to wait after a fold that failed, before it is tried again."""
_log = logging.getLogger("preclear.outcomes")


class Upkeep:
    """Looks after what arrives, in a thread of its own."""

    def __init__(self, home: Path, store: OutcomeStore, joining: Joining) -> None:
        self._home = home
        self._store = store
        self._joining = joining
        self._stopping = threading.Event()
        self._folding: subprocess.Popen[bytes] | None = None
        self._resting = 0
        self._thread = threading.Thread(target=self._run, name="outcomes", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def close(self) -> None:
        """Stop; a fold under way is ended, and begun anew by whoever comes next."""
        self._stopping.set()
        self._thread.join()
        if self._folding is not None:
            self._folding.kill()
            self._folding.communicate()

    def look(self) -> None:
        """One round: tell, fold. Whatever fails is logged without a piece of a claim."""
        for step in (self._joining.tell_untold, self.fold):
            try:
                step()
            except UserError as error:
                _log.warning("%s", error)
            except Exception as error:  # its message may quote what it read
                _log.error("looking after the history failed: %s", type(error).__name__)

    def fold(self) -> None:
        """Start the folding process when something waits and nobody is at it."""
        if self._folding is not None:
            code = self._folding.poll()
            if code is None:
                return
            said = self._folding.communicate()[1].decode(errors="replace").strip()
            self._folding = None
            self._resting = _RESTS if code else 0
            if code:
                _log.warning("what arrived was not folded (exit code %d): %s", code, said)
        if self._resting:
            self._resting -= 1
            return
        if not folding.waiting(self._home, self._store):
            return
        with folding.turn(self._home, wait=False) as free:
            if not free:
                return
        command = [sys.executable, "-m", "service.outcomes.fold_process", str(self._home)]
        self._folding = subprocess.Popen(  # noqa: S603 - our own program
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )

    def _run(self) -> None:
        while not self._stopping.wait(EVERY):
            self.look()
