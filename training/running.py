"""The running history of an installation: where it lies, and how a new one takes its place.

``PRECLEAR_HOME/history/current`` is a link to the folder of one history beside it. A new history is
written whole first; then the link is replaced in one step, so that a reader sees the old one or the
new one and nothing between. The link is relative: the folder may be moved or mounted elsewhere.
"""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path
from typing import Final

from claims.errors import UserError
from features.history import History

FOLDER: Final = "history"
CURRENT: Final = "current"
_KEPT: Final = 2  # the current one, and the one that a running service may still have mapped


def save(history: History, home: Path) -> Path:
    """Keep ``history`` under ``home``, point ``current`` at it, and give its folder.

    Raises ``UserError`` when the folder cannot be written.
    """
    root = home / FOLDER
    name = history.digest.removeprefix("sha256:")[:16]
    folder = root / name
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        root.mkdir(exist_ok=True)
        if not (folder / "history.json").is_file():
            _write(history, folder)
        os.utime(folder)
        link = root / f".{CURRENT}.{os.getpid()}.{secrets.token_hex(4)}"
        link.symlink_to(name, target_is_directory=True)
        link.replace(root / CURRENT)
        _forget(root)
    except OSError as error:
        raise UserError(
            f"The history cannot be written to {root} ({error.strerror}): point PRECLEAR_HOME at "
            "a folder that you may write."
        ) from error
    return folder


def _write(history: History, folder: Path) -> None:
    aside = folder.with_name(f".{folder.name}.{os.getpid()}.{secrets.token_hex(4)}")
    aside.mkdir()
    try:
        history.save(aside)
        if folder.exists():
            shutil.rmtree(folder)
        aside.replace(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _forget(root: Path) -> None:
    """Remove histories but the newest two; one still mapped by a reader lives until it lets go."""
    folders = [
        path
        for path in root.iterdir()
        if path.is_dir() and not path.is_symlink() and not path.name.startswith(".")
    ]
    folders.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for old in folders[_KEPT:]:
        shutil.rmtree(old, ignore_errors=True)
