"""Files of an invented practice, as a training reads them and as they arrive afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from claims.carc import load_catalogue
from claims.dataset import Dataset, read_dataset
from claims.keys import load_keys
from claims.labels import label
from data_synth.config import WorldConfig
from data_synth.invent import invent
from features import running
from features.frame import Frame
from features.history import History
from service.outcomes import folding
from service.outcomes.posted import Posted, posted
from service.outcomes.store import Added, OutcomeStore

if TYPE_CHECKING:
    from collections.abc import Iterable

CATALOGUE = load_catalogue()


@dataclass(frozen=True)
class Practice:
    """837 and 835 files in the order of their days: ``early`` ones, and ``late`` ones."""

    early: tuple[Path, ...]
    late: tuple[Path, ...]

    @property
    def every(self) -> tuple[Path, ...]:
        return self.early + self.late

    def answers(self) -> tuple[Path, ...]:
        """The late 835s."""
        return tuple(path for path in self.late if path.suffix == ".835")


def invented(folder: Path, claims: int = 300, share: float = 0.7) -> Practice:
    """``share`` of the files are early."""
    invent(WorldConfig(claims=claims, seed=11), folder)
    paths = sorted(folder.glob("83?/*"), key=lambda path: (path.name[:8], path.name))
    cut = int(share * len(paths))
    return Practice(tuple(paths[:cut]), tuple(paths[cut:]))


def dataset(home: Path, paths: Iterable[Path]) -> Dataset:
    return read_dataset(paths, keys=load_keys(home), catalogue=CATALOGUE, workers=1)


def history_of(home: Path, paths: Iterable[Path]) -> History:
    """The history made anew of all these files."""
    found = dataset(home, paths)
    return History.build(Frame.from_tables(found.claims, found.lines), label(found))


def train(home: Path, paths: Iterable[Path]) -> History:
    """What a training leaves: the history and its tables."""
    found = dataset(home, paths)
    history = History.build(Frame.from_tables(found.claims, found.lines), label(found))
    running.save_base(history, found.tables(), found.digest(), home)
    return history


def read(home: Path, path: Path) -> Posted:
    return posted(BytesIO(path.read_bytes()), load_keys(home), CATALOGUE)


def post(home: Path, store: OutcomeStore, paths: Iterable[Path]) -> list[Added]:
    return [store.add(read(home, path)) for path in paths]


def post_together(home: Path, store: OutcomeStore, paths: Iterable[Path]) -> Added:
    """As one post of all of them: a commit for each would be most of a test's time."""
    whole = Posted()
    for path in paths:
        found = read(home, path)
        whole.claims += found.claims
        whole.remittances += found.remittances
    return store.add(whole)


def fold(home: Path, store: OutcomeStore) -> str:
    """Fold what arrived; gives the digest of what serves then."""
    with folding.turn(home, wait=True) as mine:
        assert mine
        done = folding.fold(home, store)
    now = History.open(running.place(home))
    assert now.digest == done.digest
    return done.digest
