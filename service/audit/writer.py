"""One thread that writes the audit log: who comes while a commit is under way shares the next.

A commit waits for the disk, so callers do not: they hand their records in and await the moment
when these are safe. Sixteen callers cost about as many commits as two.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from concurrent.futures import Future
from typing import TYPE_CHECKING, Final

from service.audit.tables import AuditError
from service.metrics.audit import FAILURES, committed
from service.wake import finished

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.audit.repository import AuditRepository
    from service.audit.rows import Entry

_MOST: Final = 2000
"""Entries in one commit, so that it stays short."""


class AuditWriter:
    """Writes records and events in groups; ``add`` returns when its own are on the disk."""

    def __init__(self, repository: AuditRepository) -> None:
        self._repository = repository
        self._waiting: deque[tuple[Sequence[Entry], Future[None]]] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self.commits = 0
        self._thread = threading.Thread(target=self._run, name="audit-writer", daemon=True)
        self._thread.start()

    async def add(self, entries: Sequence[Entry]) -> None:
        """Wait until ``entries`` are committed. Raises ``AuditError`` when they are not."""
        await finished(self.submit(entries))

    def submit(self, entries: Sequence[Entry]) -> Future[None]:
        """Hand ``entries`` in; the future is done when they are committed, or failed."""
        done: Future[None] = Future()
        with self._changed:
            if self._closed:
                raise AuditError("The audit log is closed: the service is stopping.")
            self._waiting.append((entries, done))
            self._changed.notify()
        return done

    def waiting(self) -> int:
        """How many entries wait for a commit."""
        with self._changed:
            return sum(len(entries) for entries, _ in self._waiting)

    def close(self) -> None:
        """Write what waits, then stop."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _take(self) -> list[tuple[Sequence[Entry], Future[None]]]:
        with self._changed:
            while not self._waiting and not self._closed:
                self._changed.wait()
            group = []
            size = 0
            while self._waiting and size < _MOST:
                entries, done = self._waiting.popleft()
                if done.set_running_or_notify_cancel():
                    group.append((entries, done))
                    size += len(entries)
            return group

    def _run(self) -> None:
        while (group := self._take()) or not self._closed:
            if not group:
                continue  # all who waited have gone
            together = [entry for entries, _ in group for entry in entries]
            began = time.perf_counter()
            try:
                self._repository.add(together)
            except Exception as error:  # whatever it is, nobody may be left waiting
                FAILURES.inc()
                failed = error if isinstance(error, AuditError) else AuditError(_failed(error))
                for _, done in group:
                    done.set_exception(failed)
            else:
                self.commits += 1
                committed(len(together), time.perf_counter() - began)
                for _, done in group:
                    done.set_result(None)


def _failed(error: Exception) -> str:
    return f"The audit log cannot be written ({type(error).__name__})."
