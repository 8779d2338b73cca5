"""The last record of the log, kept in a file beside it: a tail that is cut is seen by it.

The file is written after each commit and before anybody is told of it. It is no second log: after
a crash or a power cut it may be behind, and what follows in the log is known by its seals.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import threading
import time
from typing import TYPE_CHECKING, Final

from service.audit.chain import Head
from service.audit.database import BUSY_MS
from service.audit.tables import AuditError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from service.audit.chain import Chain

_SLOT: Final = 512
"""Bytes of each of two places, written in turn: a torn write leaves the other one whole."""


class HeadFile:
    """The head as this machine last knew it. The processes of a machine take turns by its lock."""

    def __init__(self, path: Path, chain: Chain) -> None:
        """The file is made (0600) if it is not there. Raises ``AuditError``."""
        self._path = path
        self._chain = chain
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise self._failed(error) from None
        self._threads = threading.Lock()
        self._seen = b""
        self._known: tuple[int, Head] | None = None

    def close(self) -> None:
        """Bring it to the disk and give it back; a second time does nothing."""
        if self._file < 0:
            return
        with contextlib.suppress(OSError):
            os.fsync(self._file)
        os.close(self._file)
        self._file = -1

    @contextlib.contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for the turn to write the log on this machine. Raises ``AuditError``."""
        with self._threads:
            self._lock()
            try:
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)

    def _lock(self) -> None:
        until = time.monotonic() + BUSY_MS / 1000
        pause = 0.0001
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                if time.monotonic() > until:  # a process that was stopped holds it
                    raise self._failed(error) from None
                time.sleep(pause)
                pause = min(2 * pause, 0.005)
            except OSError as error:
                raise self._failed(error) from None
            else:
                return

    def read(self) -> Head | None:
        """The head that was written last, ``None`` when there is none. Raises ``AuditError``."""
        try:
            found = os.pread(self._file, 2 * _SLOT, 0)
        except OSError as error:
            raise self._failed(error) from None
        if found != self._seen:
            slots = [(place, self._parsed(found[place * _SLOT :][:_SLOT])) for place in (0, 1)]
            whole = [(place, head) for place, head in slots if head is not None]
            self._known = max(whole, key=lambda one: one[1].sequence, default=None)
            self._seen = found
        return self._known[1] if self._known else None

    def write(self, head: Head) -> None:
        """Keep ``head``. Raises ``AuditError``."""
        self.read()
        place = 1 - self._known[0] if self._known else 0
        text = json.dumps({"sequence": head.sequence, "hash": head.hash, "seal": head.seal})
        slot = text.encode().ljust(_SLOT - 1) + b"\n"
        try:
            os.pwrite(self._file, slot, place * _SLOT)
            self._seen = os.pread(self._file, 2 * _SLOT, 0)
        except OSError as error:
            raise self._failed(error) from None
        self._known = (place, head)

    def _parsed(self, slot: bytes) -> Head | None:
        try:
            said = json.loads(slot)
            head = Head(int(said["sequence"]), str(said["hash"]), str(said["seal"]))
        except (ValueError, KeyError, TypeError):
            return None
        return head if self._chain.sealed(head) else None

    def _failed(self, error: OSError) -> AuditError:
        text = f"The file {self._path} cannot be used ({error.strerror})"
        return AuditError(f"{text}: make it writable or set PRECLEAR_HOME.")
