"""Training: the whole way from files to a registered model, beside bare ``lightgbm.train``.

The peer is handed the ready matrix and calls ``lightgbm.train`` once, with the same parameters and
as many rounds as our model kept. Ours reads 837 and 835 files, matches, indexes the history, builds
the features, lets forward folds choose the rounds, learns twice (to be judged, and on all claims),
calibrates, judges with intervals beside three baselines, draws and registers.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from benchmarks._worlds import synthesise
from claims.carc import load_catalogue
from claims.dataset import read_dataset
from claims.keys import Keys
from claims.progress import SILENT, Advance
from features.catalog import NAMES
from models.registry import Registry
from training.boosters import Settings, parameters
from training.causes import causes, numbered
from training.prepare import matrix, prepare
from training.splits import split
from training.train import train

CLAIMS = 60_000
KEYS = Keys(b"benchmark key of thirty-two byte")
_LEARNING = ("Learning who is denied, and why",)


class Stopwatch:
    """Progress that only takes the time of each stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, what: str, total: float | None = None) -> Iterator[Advance]:
        """Time one stage."""
        with SILENT.stage(what, total) as advance:
            started = time.perf_counter()
            yield advance
            self.seconds[what] = self.seconds.get(what, 0.0) + time.perf_counter() - started


def bare(world: Path, rounds: int) -> tuple[float, int]:
    """Median seconds of ``lightgbm.train`` on the ready matrix of the training period; its rows."""
    import lightgbm  # after ours, which says how its threads wait (training/__init__.py)

    dataset = read_dataset([world], keys=KEYS, catalogue=load_catalogue())
    prepared = prepare(dataset, SILENT)
    examples = prepared.examples
    parts = split(examples)
    learned = parts.train.places
    values = matrix(prepared.frame, prepared.history, examples.rows[learned], SILENT)
    denied, category = examples.denied[learned], examples.category[learned]
    found = causes(denied, category)
    label = numbered(found, denied, category)
    chosen = parameters(Settings()) | {"num_class": len(found.names)}
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        data = lightgbm.Dataset(values, label, feature_name=list(NAMES))
        lightgbm.train(chosen, data, rounds)
        seconds.append(time.perf_counter() - started)
    return median(seconds), len(label)


def main() -> None:
    """Measure both on one invented practice, and print the split of our time."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        world = home / "world"
        synthesise(world, CLAIMS, seed=7)
        Registry(home / "mlruns").experiment_id  # noqa: B018 - MLflow makes its tables once
        watch = Stopwatch()
        started = time.perf_counter()
        dataset = read_dataset([world], keys=KEYS, catalogue=load_catalogue(), progress=watch)
        made = train(
            dataset,
            registry=Registry(home / "mlruns"),
            home=home / "var",
            settings=Settings(),
            promote=True,
            progress=watch,
        )
        whole = time.perf_counter() - started
        rounds = int(str(made.model.facts["rounds"]))
        peer, rows = bare(world, rounds)
    print(f"{dataset.claims.num_rows:,} claims, {rows:,} of them to learn from, {rounds} rounds")
    for what, seconds in watch.seconds.items():
        print(f"  {what:34} {seconds:7.2f} s")
    print(f"  {'other (digest, files, promotion)':34} {whole - sum(watch.seconds.values()):7.2f} s")
    print(f"ours, files to registered model      {whole:7.2f} s")
    print(f"bare lightgbm.train, ready matrix    {peer:7.2f} s")
    learning = sum(watch.seconds[what] for what in _LEARNING)
    print(f"ratio, whole path to bare            {whole / peer:7.1f}  (aim: at most 2)")
    print(f"ratio, learning alone to bare        {learning / peer:7.1f}")


if __name__ == "__main__":
    main()
