"""Metrics of several workers: a folder where each writes its own, for the time of one run.

prometheus_client's way for processes that share nothing else: each worker's values lie in files
mapped into its memory, and whoever is asked adds all of them up. Counts of a worker that died stay,
so that sums never fall; its gauges go.
"""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from prometheus_client.multiprocess import MultiProcessCollector

from service.alive import Owner

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from prometheus_client import Metric

VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"
"""prometheus_client looks for the folder there when it is imported, so it is set before."""
FOLDER: Final = "metrics"
_GAUGES: Final = "gauge_live*"
_TRIES: Final = 5


@contextmanager
def shared(home: Path) -> Iterator[Path]:
    """For the length of one run of several workers: a folder for their metrics, in ``home``.

    Workers that are started meanwhile find it in their environment. What an earlier run left is
    removed; that of a run which lives beside this one is left alone. Raises ``StateError``.
    """
    root = home / FOLDER
    owner = Owner(root)
    folder = root.absolute() / f"{owner.name}.run"
    try:
        for old in root.glob("*.run"):
            if not owner.lives(old.stem):
                shutil.rmtree(old, ignore_errors=True)
        folder.mkdir(mode=0o700)
        os.environ[VARIABLE] = str(folder)
        yield folder
    finally:
        os.environ.pop(VARIABLE, None)
        shutil.rmtree(folder, ignore_errors=True)
        owner.close()


class Workers:
    """The metrics of all workers of a run, for one of them."""

    def __init__(self, folder: Path) -> None:
        """Join the run whose folder that is, before any metric is made. Raises ``StateError``."""
        self._folder = folder
        # The number may be that of a worker that died, whose gauges would be taken for ours.
        _drop_gauges(folder, str(os.getpid()))
        self._owner = Owner(folder, str(os.getpid()))

    def leave(self) -> None:
        """Take this worker's gauges out of the sums; its counts stay."""
        _drop_gauges(self._folder, self._owner.name)
        self._owner.close()

    def collect(self) -> Iterable[Metric]:
        """The metrics of all workers, added up."""
        for left in range(_TRIES, 0, -1):
            try:
                self._bury()
                merged = MultiProcessCollector(None, str(self._folder))  # type: ignore[no-untyped-call]  # theirs
                return list(merged.collect())  # type: ignore[no-untyped-call]  # theirs
            except Exception:  # a worker is just making or growing a file: read it again
                if left == 1:
                    raise
        return []

    def _bury(self) -> None:
        for file in self._folder.glob(f"{_GAUGES}_*.db"):
            worker = file.stem.rpartition("_")[2]
            if not self._owner.lives(worker):
                _drop_gauges(self._folder, worker)


def _drop_gauges(folder: Path, worker: str) -> None:
    for file in folder.glob(f"{_GAUGES}_{worker}.db"):
        file.unlink(missing_ok=True)


def join() -> Workers | None:
    """This process's part in a run of several workers; ``None`` when it serves alone."""
    folder = os.environ.get(VARIABLE)
    return Workers(Path(folder)) if folder else None
