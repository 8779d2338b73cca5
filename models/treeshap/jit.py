"""Compiling with numba, kept on the disk, so that no request and no second process pays for it.

numba keeps compiled code as pickles. They are read from a folder that nobody else can write to, as
Python's own ``.pyc`` files are: first ``__pycache__`` beside this file, whose writer could change
the program anyway; where that is not to be written to, a folder that the caller names, which nobody
else may write to. Where neither will do, each process compiles for itself. Several processes may
compile at once: numba writes each file aside and moves it into place.
"""

from __future__ import annotations

import os
import stat
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar, cast

if TYPE_CHECKING:
    from types import ModuleType

Function = TypeVar("Function", bound=Callable[..., object])

_BESIDE: Final = Path(__file__).parent / "__pycache__"
_KERNEL: Final = "models.treeshap.kernel"
_lock = threading.Lock()
_loaded: list[ModuleType | None] = []
_folder: list[Path | None] = [None]


def kernel(cache: Path | None = None) -> ModuleType | None:
    """``models.treeshap.kernel``, compiled; ``None`` where numba is not to be had.

    ``cache`` is the folder for what was compiled where it cannot lie beside the program; it is made
    if need be. The first call decides, once a process.
    """
    with _lock:
        if not _loaded:
            _loaded.append(_load(cache))
        return _loaded[0]


def _load(cache: Path | None) -> ModuleType | None:
    try:
        from numba.core import config
    except (ImportError, OSError):  # no wheel for this machine, or one that does not fit it
        return None
    if vars(config)["DISABLE_JIT"]:
        return None
    _folder[0] = _beside() or (usable(cache) if cache is not None else None)
    try:
        return import_module(_KERNEL)
    except Exception:  # what was kept is damaged, or the disk is full: compile and keep nothing
        _folder[0] = None
        return import_module(_KERNEL)


def _beside() -> Path | None:
    """The folder for compiled code beside the program, where Python may write into it too."""
    if sys.dont_write_bytecode:
        return None
    with suppress(OSError):
        _BESIDE.mkdir(exist_ok=True)
        if os.access(_BESIDE, os.W_OK | os.X_OK):
            return _BESIDE
    return None


def usable(folder: Path) -> Path | None:
    """The folder, made if need be, where we can write to it and nobody else can."""
    with suppress(OSError):
        folder.mkdir(mode=0o700, exist_ok=True)
        seen = folder.stat()
        alone = seen.st_uid == os.geteuid() and not seen.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        if alone and os.access(folder, os.W_OK | os.X_OK):
            return folder.resolve()
    return None


def compiled(signature: str) -> Callable[[Function], Function]:
    """Compile a function for the one ``signature`` that it is called with, kept on the disk.

    Floating-point arithmetic is left in the order in which it is written, without fused operations,
    so that the same row has the same bits on every machine.
    """
    from numba import njit
    from numba.core import config

    def compile_it(function: Function) -> Function:
        # numba asks for the folder when it compiles; other users of it have their own.
        numbas, folder = vars(config), _folder[0]
        before = numbas["CACHE_DIR"]
        try:
            if folder is not None:
                numbas["CACHE_DIR"] = str(folder)
            made = njit(signature, nogil=True, cache=folder is not None)(function)
        finally:
            numbas["CACHE_DIR"] = before
        return cast("Function", made)

    return compile_it
