"""Files of a folder that others may write to: no link is followed and no stated size believed.

A folder is opened once and its files are asked for by name within it, so that nobody can put
another in its place between a look and the next. Only regular files with a single name are read: no
link, no device, no pipe, and no hard link, whose content another name could change.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from claims.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator

_PIECE: Final = 2**20


class BundleError(UserError):
    """The folder is no model of ours, or was changed; one sentence: what, where, how to mend it."""


class Folder:
    """A folder held open. Use it with ``with``."""

    def __init__(self, path: Path, *, follow: bool = True) -> None:
        """``follow``: ``path`` itself may be a link. Raises ``BundleError``."""
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW)
        self.path = path
        try:
            self._handle = os.open(path, flags)
        except FileNotFoundError as error:
            text = f"There is no model in {path}: the folder does not exist."
            raise BundleError(text) from error
        except OSError as error:
            text = f"There is no model in {path}: it is no folder that may be read."
            raise BundleError(text) from error

    def __enter__(self) -> Self:
        """The folder itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        os.close(self._handle)

    def names(self, most: int) -> set[str]:
        """The names in it, ``most`` and one more at most: a flood of files is not read out."""
        found: set[str] = set()
        with os.scandir(self._handle) as entries:
            for entry in entries:
                found.add(entry.name)
                if len(found) > most:
                    break
        return found

    def pieces(self, name: str, most: int) -> Iterator[bytes]:
        """The content of the file ``name`` in pieces; no more than ``most`` bytes and one more.

        Raises ``BundleError``: not there, or not a regular file of its own.
        """
        with open(self._open(name), "rb") as file:
            left = most + 1
            while left and (piece := file.read(min(_PIECE, left))):
                left -= len(piece)
                yield piece

    def read(self, name: str, most: int) -> bytes:
        """``pieces`` as one."""
        return b"".join(self.pieces(name, most))

    def _open(self, name: str) -> int:
        path = self.path / name
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
        try:
            # Looked at before it is opened: opening alone makes some devices do something.
            _plain(os.stat(name, dir_fd=self._handle, follow_symlinks=False), path)
            handle = os.open(name, flags, dir_fd=self._handle)
        except FileNotFoundError as error:
            raise BundleError(f"There is no model in {self.path}: {name} is missing.") from error
        except OSError as error:
            text = f"{path} cannot be read as a regular file; it is not used."
            raise BundleError(text) from error
        try:
            _plain(os.fstat(handle), path)
        except BundleError:
            os.close(handle)
            raise
        return handle


def _plain(found: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise BundleError(f"{path} is no regular file; it is not used.")
    if found.st_nlink != 1:
        raise BundleError(f"{path} is a hard link, no regular file of its own; it is not used.")
