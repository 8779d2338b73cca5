"""``features.build``: one claim, and each claim of a batch of 100,000, on one history.

The peer is the usual way of a notebook: pandas, one group-by a key with a running count, for two of
the keys that the builder counts over (payer, and payer by procedure), on the same lines.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks._worlds import synthesise
from claims.carc import load_catalogue
from claims.dataset import Dataset, read_dataset
from claims.keys import Keys
from claims.labels import Labels, label
from claims.types import Claim
from claims.x12 import read
from features.build import build
from features.catalog import FEATURES
from features.frame import Frame
from features.history import History

CLAIMS = 20_000
BATCH = 100_000
KEYS = Keys(b"benchmark key of thirty-two byte")


def timed(work: Callable[[], object], repeats: int) -> float:
    """Seconds a call, the median of three rounds."""
    rounds = []
    for _ in range(3):
        started = time.perf_counter()
        for _ in range(repeats):
            work()
        rounds.append((time.perf_counter() - started) / repeats)
    return median(rounds)


def pandas_way(dataset: Dataset, labels: Labels, frame: Frame, rows: np.ndarray) -> object:
    """Denial rates so far by payer and by payer and procedure, as notebooks compute them."""
    import pandas as pd

    of = np.repeat(np.arange(len(rows)), np.diff(frame.starts)[rows])
    taken = frame.take(rows)
    lines = pd.DataFrame(
        {
            "payer": taken.payer[taken.line_claim],
            "procedure": taken.procedure,
            "day": taken.as_of[taken.line_claim],
            "denied": labels.outcome[rows][of] > 0,
        }
    ).sort_values("day")
    return [
        lines.groupby(keys)["denied"].transform(lambda s: s.shift().expanding().mean())
        for keys in (["payer"], ["payer", "procedure"])
    ]


def main() -> None:
    """Print microseconds a claim, and the ratios."""
    with tempfile.TemporaryDirectory() as folder:
        world = Path(folder)
        synthesise(world, CLAIMS, seed=5)
        dataset = read_dataset([world], keys=KEYS, catalogue=load_catalogue())
        files = sorted((world / "837").iterdir())
        claims = [v for v in read(files[-1].read_bytes()) if isinstance(v, Claim)]
    labels = label(dataset)
    frame = Frame.from_tables(dataset.claims, dataset.lines)
    history = History.build(frame, labels)
    rows = np.random.default_rng(1).integers(0, len(frame), BATCH)
    many = frame.take(rows)
    one = frame.take(rows[:1])
    alone = timed(lambda: build(one, history), 300)
    parsed = timed(lambda: Frame.from_claims(claims[:1], KEYS), 300)
    batch = timed(lambda: build(many, history), 1) / BATCH
    usual = timed(lambda: pandas_way(dataset, labels, frame, rows), 1) / BATCH
    print(f"{len(FEATURES)} features, history of {len(frame):,} claims")
    print(f"one claim: frame {parsed * 1e6:.0f} us, features {alone * 1e6:.0f} us")
    print(f"a claim of {BATCH:,}: {batch * 1e6:.1f} us ({alone / batch:.0f} times less than alone)")
    print(
        f"two keys by pandas: {usual * 1e6:.1f} us a claim; "
        f"all {len(FEATURES)} features cost {batch / usual:.1f} times that"
    )


if __name__ == "__main__":
    main()
