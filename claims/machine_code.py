"""Where machine code compiled by numba is kept, so that no later process pays for it again.

numba keeps it beside the program where it may write there, as Python keeps its ``.pyc`` files; who
can write there could change the program anyway. Where the program may not be written to it is kept
under ``PRECLEAR_HOME``, in a folder that is ours alone: it is read back as pickles, which whoever
writes them can make do anything.
"""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

FOLDER: Final = "compiled"
_VARIABLE: Final = "NUMBA_CACHE_DIR"
_PROGRAM: Final = Path(__file__).parent


def keep_under(home: Path, program: Path = _PROGRAM) -> None:
    """Let numba, not yet imported, keep machine code under ``home`` where it cannot beside us.

    A folder that the operator named by ``NUMBA_CACHE_DIR`` stays. Processes started later inherit
    it.
    """
    if _VARIABLE in os.environ or "numba" in sys.modules or _writable(program):
        return
    with suppress(OSError):
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if (folder := ours(home / FOLDER)) is not None:
        os.environ[_VARIABLE] = str(folder)


def ours(folder: Path) -> Path | None:
    """The folder, made if need be, where we can write to it and nobody else can."""
    with suppress(OSError):
        folder.mkdir(mode=0o700, exist_ok=True)
        seen = folder.stat()
        alone = seen.st_uid == os.geteuid() and not seen.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        if alone and _writable(folder):
            return folder.resolve()
    return None


def _writable(folder: Path) -> bool:
    return os.access(folder, os.W_OK | os.X_OK)
