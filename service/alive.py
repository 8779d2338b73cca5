"""Whether the process that began a request still lives: it holds a lock that its end gives back."""

from __future__ import annotations

import fcntl
import os
import secrets
from typing import TYPE_CHECKING

from service.sqlite import StateError

if TYPE_CHECKING:
    from pathlib import Path


class Owner:
    """This process, as other processes on the machine can ask after it.

    The lock of a file ends with the process, however that ends: no time has to be waited, and a
    number that the system gives to a new process is never mistaken for the old one.
    """

    def __init__(self, folder: Path, name: str = "") -> None:
        """Take ``name``, or one of its own, and its lock in ``folder``. Raises ``StateError``."""
        self._folder = folder
        self.name = name or secrets.token_hex(8)
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = os.open(folder / self.name, os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._file, fcntl.LOCK_EX)
        except OSError as error:
            text = f"The folder {folder} cannot be used ({error.strerror})"
            raise StateError(f"{text}: make it writable or set PRECLEAR_HOME.") from None

    def close(self) -> None:
        """Give the name back."""
        (self._folder / self.name).unlink(missing_ok=True)
        os.close(self._file)

    def lives(self, name: str) -> bool:
        """Whether the process of that name does; what a dead one left is removed."""
        if name == self.name:
            return True
        if not name:
            return False
        path = self._folder / name
        try:
            handle = os.open(path, os.O_RDWR)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        else:
            path.unlink(missing_ok=True)
            return False
        finally:
            os.close(handle)
