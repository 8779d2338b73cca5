"""Folding what arrived into the running history, by one process at a time.

What is made depends on the base and the rows alone: whoever is killed at it, whoever does it again
and in whatever order the rows came, the same history stands at the end, under the same digest.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from claims.digest import digest
from claims.errors import UserError
from claims.rows import remittance_tables
from features import running
from features.history import History
from features.running import Folded
from service.outcomes.base_tables import BaseTables
from service.outcomes.delta import Delta, delta, without_known
from service.outcomes.store import FILE, OutcomeStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from features.running import Base
    from service.outcomes.store import Held

_LOCK: Final = ".folding"
_SHARE: Final = 0.1
_LEAST: Final = 20_000
_NO_BASE: Final = (
    "The running history keeps no tables of what it was made of, so nothing can be folded into it: "
    "run `preclear train` once; what was posted is kept, and is folded in then."
)


class FoldError(UserError):
    """What arrived cannot be folded into the history; one sentence that says how to mend it."""


@dataclass(frozen=True, slots=True)
class Done:
    """The history that serves now, and whether it is another than before."""

    digest: str
    changed: bool


def waiting(home: Path, store: OutcomeStore) -> bool:
    """Whether something arrived, or a training was, that the present history does not hold yet."""
    base = running.base(home)
    if base is None:
        return False
    generation = store.generation()
    if generation == 0:
        return running.place(home).resolve() != base.history.resolve()
    return running.folded(home) != Folded(base.name, generation)


@contextmanager
def turn(home: Path, *, wait: bool) -> Iterator[bool]:
    """Hold the right to fold, which ends with the process; gives whether it was free.

    Raises ``FoldError``.
    """
    try:
        handle = os.open(home / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        text = f"The folder {home} cannot be written ({error.strerror})"
        raise FoldError(f"{text}: make it writable or set PRECLEAR_HOME.") from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(handle)


def fold(home: Path, store: OutcomeStore) -> Done:
    """Bring the running history up to all that arrived. Call it in one's ``turn``.

    Raises ``UserError``: without tables of a training; a file that cannot be read or written.
    """
    before = running.place(home).resolve()
    while True:
        base = running.base(home)
        if base is None:
            raise FoldError(_NO_BASE)
        held = store.held()
        tables = BaseTables(base)
        change = delta(tables, held.claims, held.remittances)
        history = History.open(base.history).folded(change.news, without=change.gone)
        if not running.save_folded(history, base, Folded(base.name, held.generation), home):
            continue  # a training put another base in place meanwhile
        store.forget(change.claims, change.remittances)
        if not _large(base, held, change):
            return Done(history.digest, running.place(home).resolve() != before)
        _rebase(home, history, tables, held)


def catch_up(home: Path) -> None:
    """Fold what was posted into a history that was trained just now. Raises ``UserError``."""
    if not (home / FILE).is_file():
        return
    store = OutcomeStore(home)
    try:
        with turn(home, wait=True):
            if waiting(home, store):
                fold(home, store)
    finally:
        store.close()


def _large(base: Base, held: Held, change: Delta) -> bool:
    new = len(held.claims) + len(held.remittances) - len(change.claims) - len(change.remittances)
    return new > max(_LEAST, _SHARE * base.claims)


def _rebase(home: Path, history: History, old: BaseTables, held: Held) -> None:
    """Make what was folded the new base, so that the next fold has less to do."""
    claims = without_known(old, held.claims)
    new = [*claims, *remittance_tables(held.remittances)]
    whole = {
        name: pa.concat_tables([before, after]).combine_chunks()
        for name, before, after in zip(running.TABLES, old.whole(), new, strict=True)
    }
    running.save_base(history, whole, digest(whole), home)
