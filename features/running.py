"""The running history of an installation: where it lies, and how a new one takes its place.

``PRECLEAR_HOME/history`` holds:

* a folder for each history, named by its digest, and ``current``, a link to the one that serves;
* a folder for the tables that the last training read, and ``base``, a link to it: what a history is
  made of, so that what arrives later can be folded in as if it had been there then.

* ``folded.json``: of which base, and of how much that arrived since, the current history is made.

Whatever is new is written whole and to the disk first; then its link is replaced in one step, so
that a reader sees the old one or the new one and nothing between. Links are relative: the folder
may be moved or mounted elsewhere. All of it is its owner's alone.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from claims.errors import UserError
from features.history import History
from features.index import write_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pyarrow as pa

FOLDER: Final = "history"
CURRENT: Final = "current"
BASE: Final = "base"
TABLES: Final = ("claims", "lines", "remittances", "remittance_lines")
FOLDED: Final = "folded.json"
_ABOUT: Final = "base.json"
_LOCK: Final = ".writing"
_CLAIM_KEYS: Final = "claim_keys.npy"
_PREFIX: Final = "tables-"
_KEPT: Final = 2  # the current one, and the one that a running service may still have mapped
_NAMED: Final = 16
_ROWS: Final = 1 << 16  # in one piece of a table, so that a few claims are read without all others


@dataclass(frozen=True, slots=True)
class Base:
    """The tables of a training, in ``folder``; ``digest`` is theirs, ``history`` what they made."""

    folder: Path
    digest: str
    history: Path
    claims: int

    @property
    def name(self) -> str:
        """Tells it from any other base: of the tables and of the history made of them."""
        return self.folder.name

    def claim_keys(self) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
        """The keys of its claims: sorted, each once, mapped into memory."""
        found = np.load(self.folder / _CLAIM_KEYS, mmap_mode="r", allow_pickle=False)
        return np.asarray(found)


def place(home: Path) -> Path:
    """The folder of the history that serves."""
    return home / FOLDER / CURRENT


def save_base(history: History, tables: Mapping[str, pa.Table], digest: str, home: Path) -> Path:
    """Keep ``history`` and the tables that it was made of as the new base; gives its folder.

    ``digest`` is that of the tables. ``current`` is pointed at it too, unless it holds what arrived
    after the last training: then it stays until that is folded into the new base.
    Raises ``UserError``.
    """
    with _writing(home) as root:
        before = _base(root)
        folder = _keep(history, root)
        tables_in = root / f"{_PREFIX}{_short(digest)}-{folder.name[:8]}"
        if not (tables_in / _ABOUT).is_file():
            with _aside(tables_in) as aside:
                _write_tables(tables, aside)
                about = {"tables": digest, "history": folder.name, "claims": len(tables["claims"])}
                write_json(aside / _ABOUT, about)
        _point(root, BASE, tables_in)
        now = root / CURRENT
        if before is None or not now.is_dir() or now.resolve() == before.history.resolve():
            _point(root, CURRENT, folder)
        _forget(root)
    return folder


@dataclass(frozen=True, slots=True)
class Folded:
    """Of what a history is made: a base, by its name, and what arrived since.

    ``posted`` is a number that grows with each arrival.
    """

    base: str
    posted: int


def save_folded(history: History, over: Base, made_of: Folded, home: Path) -> bool:
    """Keep ``history``, which is ``over`` with what arrived since, and point ``current`` at it.

    Does nothing when another training has put another base in place meanwhile; says whether it was
    done. Raises ``UserError``.
    """
    with _writing(home) as root:
        now = _base(root)
        if now is None or now.name != over.name:
            return False
        folder = _keep(history, root)
        _point(root, CURRENT, folder)
        aside = root / f".{FOLDED}"
        write_json(aside, {"base": made_of.base, "posted": made_of.posted})
        _to_disk(aside)
        aside.replace(root / FOLDED)
        _sync(root)
        _forget(root)
    return True


def folded(home: Path) -> Folded | None:
    """Of what the current history is made, as far as is known."""
    try:
        said = json.loads((home / FOLDER / FOLDED).read_text())
        return Folded(str(said["base"]), int(said["posted"]))
    except (OSError, ValueError, KeyError):
        return None


def base(home: Path) -> Base | None:
    """What the last training left; ``None`` where there was none, or by an earlier program.

    Raises ``UserError`` when it is there and cannot be read.
    """
    return _base(home / FOLDER)


def _base(root: Path) -> Base | None:
    folder = root / BASE
    if not folder.is_dir():
        return None
    folder = folder.resolve()
    try:
        about = json.loads((folder / _ABOUT).read_text())
        return Base(folder, str(about["tables"]), root / str(about["history"]), about["claims"])
    except (OSError, ValueError, KeyError) as error:
        raise UserError(
            f"The tables of the running history in {folder} cannot be read: run `preclear train` "
            "to make them anew."
        ) from error


@contextmanager
def _writing(home: Path) -> Iterator[Path]:
    root = home / FOLDER
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        root.mkdir(mode=0o700, exist_ok=True)
        lock = os.open(root / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)  # ends with the process, however that ends
            for left in root.glob(".*.*.*"):
                _remove(left)  # of one that was killed
            yield root
        finally:
            os.close(lock)
    except OSError as error:
        raise UserError(
            f"The history cannot be written to {root} ({error.strerror}): point PRECLEAR_HOME at "
            "a folder that you may write."
        ) from error


def _short(digest: str) -> str:
    return digest.removeprefix("sha256:")[:_NAMED]


def _keep(history: History, root: Path) -> Path:
    folder = root / _short(history.digest)
    if not (folder / "history.json").is_file():
        with _aside(folder) as aside:
            history.save(aside)
    os.utime(folder)
    return folder


def _write_tables(tables: Mapping[str, pa.Table], folder: Path) -> None:
    from claims.folder import save_tables

    save_tables({name: tables[name] for name in TABLES}, folder, rows=_ROWS)
    keys = np.unique(np.asarray(tables["claims"]["claim_key"]).astype(np.uint64, copy=False))
    np.save(folder / _CLAIM_KEYS, keys[keys != 0], allow_pickle=False)


@contextmanager
def _aside(folder: Path) -> Iterator[Path]:
    """A folder to write into, which becomes ``folder`` once all of it is on the disk."""
    aside = folder.with_name(f".{folder.name}.{os.getpid()}.{secrets.token_hex(4)}")
    aside.mkdir(mode=0o700)
    try:
        yield aside
        _to_disk(aside)
        if folder.exists():
            shutil.rmtree(folder)
        aside.replace(folder)
        _sync(folder.parent)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _to_disk(whole: Path) -> None:
    for path in (*whole.rglob("*"), whole):
        path.chmod(0o700 if path.is_dir() else 0o600)
        _sync(path)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _point(root: Path, name: str, folder: Path) -> None:
    link = root / f".{name}.{os.getpid()}.{secrets.token_hex(4)}"
    link.symlink_to(folder.name, target_is_directory=True)
    link.replace(root / name)
    _sync(root)


def _forget(root: Path) -> None:
    """Remove what no link needs but the newest two histories.

    One that is still mapped by a reader lives until it lets go.
    """
    held = _base(root)
    needed = {(root / CURRENT).resolve()}
    if held is not None:
        needed |= {held.folder, held.history.resolve()}
    folders = [
        path
        for path in root.iterdir()
        if path.is_dir() and not path.is_symlink() and not path.name.startswith(".")
    ]
    histories = [path for path in folders if not path.name.startswith(_PREFIX)]
    histories.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    needed.update(path.resolve() for path in histories[:_KEPT])
    for old in folders:
        if old.resolve() not in needed:
            shutil.rmtree(old, ignore_errors=True)
