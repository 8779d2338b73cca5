"""Whether work should be sent to this worker: looked at once a second by a thread of its own.

A probe is answered with what was seen last, so it waits neither for the database nor for requests,
and many probes cost the database nothing.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Final, NamedTuple

from service.metrics.state import WORKERS, Now
from service.problems import Problem, unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Look = Callable[[], None]
    Check = Callable[[], "Finding | None"]

SECONDS: Final = 1.0
"""Between one look and the next."""
PATIENCE: Final = 10.0
"""What was seen longer ago than this is not believed: the look itself hangs."""
_log = logging.getLogger("preclear.service")


class Finding(NamedTuple):
    """What is amiss: the kind of the problem, and one sentence."""

    kind: str
    detail: str


class Readiness:
    """Asks each check in turn; the first that finds something makes the worker not ready."""

    def __init__(
        self,
        checks: Sequence[Check],
        watched: Sequence[Look] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``watched`` are called with each look as well; they set gauges."""
        self._checks = checks
        self._watched = watched
        self._clock = clock
        self._told = Now(WORKERS)
        self._finding: Finding | None = Finding("starting", "The service is starting.")
        self._seen = clock()
        self._draining = False
        self._telling = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="readiness", daemon=True)

    def start(self) -> None:
        """Look once, then again each second until ``close``."""
        self.look()
        self._thread.start()

    def close(self) -> None:
        """Look no more."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join(SECONDS)
        self._told.become()

    def drain(self) -> None:
        """From now on not ready: the worker takes leave."""
        with self._telling:
            self._draining = True
            self._told.become("draining")

    @property
    def draining(self) -> bool:
        """Whether the worker takes leave."""
        return self._draining

    def problem(self) -> Problem | None:
        """Why no work should be sent (503), or ``None``. Answers at once."""
        if self._draining:
            return unavailable("The service is stopping; send new work to another.", "draining")
        if self._clock() - self._seen > PATIENCE:
            text = (
                f"Nothing is known of the database: it has not answered for {PATIENCE:g} seconds."
            )
            return unavailable(text, "audit-unavailable")
        found = self._finding
        return unavailable(found.detail, found.kind) if found else None

    def look(self) -> None:
        """Ask all checks now."""
        found = next(filter(None, (_asked(check) for check in self._checks)), None)
        before, self._finding = self._finding, found
        self._seen = self._clock()
        with self._telling:
            if not self._draining:
                self._told.become("not_ready" if found else "ready")
        if found and (before is None or before.kind != found.kind):
            _log.warning("not ready: %s", found.kind)
        if before and not found:
            _log.info("ready")
        for look in self._watched:
            look()

    def _run(self) -> None:
        while not self._over.wait(SECONDS):
            self.look()


def _asked(check: Check) -> Finding | None:
    try:
        return check()
    except Exception as error:  # whatever fails is not ready; the message may quote anything
        return Finding("unavailable", f"A check of the service failed ({type(error).__name__}).")
