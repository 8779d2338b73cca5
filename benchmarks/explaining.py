"""Our TreeSHAP beside LightGBM's ``pred_contrib``: the same trees, rows and values, in turns.

Measured is the CPU time of the one thread that does it, so that other work on the machine counts
less. Of a row alone, every call has another row: a processor that has seen a row learns its way.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import lightgbm
import numpy as np
from numpy.typing import NDArray

from benchmarks.serving import CLAIMS, prepare
from claims.x12 import read
from features.build import build
from features.frame import Frame
from models.native import NativeBooster
from models.treeshap.explainer import Explainer

F32 = NDArray[np.float32]

ROWS = 64
ROUNDS = 9
LEARNED = 8_000
TREES = 300


@dataclass(frozen=True)
class Costs:
    """Microseconds a row: of a row alone and of one among ``ROWS``, ours and LightGBM's.

    ``raw`` is LightGBM's prediction of a row alone, ``apart`` how far the values ever differ.
    """

    alone: tuple[float, float]
    among: tuple[float, float]
    raw: float
    apart: float

    def line(self, name: str, trees: int) -> str:
        """A line of the table."""
        ours, theirs = self.alone
        each, their_each = self.among
        return (
            f"{name:28} {trees:5}   {self.raw:6.1f}"
            f"   {ours:7.1f} {theirs:8.1f} {theirs / ours:6.1f}"
            f"   {each:7.1f} {their_each:8.1f} {their_each / each:6.1f}   {self.apart:.0e}"
        )


HEAD = (
    f"{'':28} {'':5}   {'alone':>6}   {'alone, us':>16} {'':6}   {f'among {ROWS}, us a row':>23}\n"
    f"{'':28} {'trees':>5}   {'raw us':>6}   {'ours':>7} {'LightGBM':>8} {'times':>6}"
    f"   {'ours':>7} {'LightGBM':>8} {'times':>6}   apart"
)


def costs(text: str, values: F32) -> Costs:
    """Explain ``values`` (``ROWS``, features) by the model that ``text`` holds, both ways."""
    booster = NativeBooster(text)
    explainer = Explainer(booster, text)
    if not explainer.prepare():
        raise RuntimeError("there is no numba here, so there is nothing to compare")
    rows = [values[place : place + 1] for place in range(len(values))]
    ours, theirs, raw = _turns(
        lambda: [explainer.contributions(row) for row in rows],
        lambda: [booster.contributions(row) for row in rows],
        lambda: [booster.raw(row) for row in rows],
    )
    each, their_each = _turns(
        lambda: explainer.contributions(values), lambda: booster.contributions(values)
    )
    apart = np.abs(explainer.contributions(values) - booster.contributions(values)).max()
    return Costs((ours, theirs), (each, their_each), raw, float(apart))


def _turns(*ways: Callable[[], object]) -> list[float]:
    """Microseconds a row of each way, all in turns; the median of the rounds."""
    found: list[list[float]] = [[] for _ in ways]
    for _ in range(ROUNDS):
        for way, seconds in zip(ways, found, strict=True):
            began = time.thread_time()
            way()
            seconds.append(time.thread_time() - began)
    return [median(seconds) / ROWS * 1e6 for seconds in found]


def invented(leaves: int, classes: int) -> tuple[str, F32]:
    """300 trees learned from 8,000 rows of 40 features, some values missing; rows to explain."""
    random = np.random.default_rng(leaves + classes)
    values = random.normal(size=(LEARNED, 40)).astype(np.float32)
    values[random.random(values.shape) < 0.05] = np.nan
    filled = np.nan_to_num(values)
    signal = filled[:, :10].sum(axis=1) + filled[:, 0] * filled[:, 1] + filled[:, 2] ** 2
    signal += 2 * random.normal(size=LEARNED)
    label = np.digitize(signal, np.quantile(signal, np.linspace(0, 1, classes + 1)[1:-1]))
    options: dict[str, object] = {"num_leaves": leaves, "max_bin": 63, "verbosity": -1, "seed": 1}
    options |= {"objective": "binary", "num_threads": 1}
    if classes > 2:
        options |= {"objective": "multiclass", "num_class": classes}
    rounds = TREES // classes if classes > 2 else TREES
    booster = lightgbm.train(options, lightgbm.Dataset(values, label), rounds)
    return str(booster.model_to_string()), values[:ROWS]


def own(folder: Path) -> tuple[str, F32]:
    """Our own model of a world of 8,000 claims, and the feature rows of its latest claims."""
    from claims.keys import load_keys
    from claims.types import Claim
    from service.start import open_history, open_model

    settings, _ = prepare(folder)
    claims: list[Claim] = []
    for file in sorted((folder / "world" / "837").iterdir(), reverse=True):
        claims += [one for one in read(file.read_bytes()) if isinstance(one, Claim)]
        if len(claims) >= ROWS:
            break
    model, _ = open_model(settings)
    frame = Frame.from_claims(claims[:ROWS], load_keys(settings.home))
    values = build(frame.replace(as_of=frame.submitted), open_history(settings))
    (bundle,) = settings.mlruns.glob("artifacts/*/artifacts/bundle/causes.txt")
    assert NativeBooster(bundle.read_text()).classes == model.booster.classes
    return bundle.read_text(), values


def main() -> None:
    """Print what both cost, and how many times as quick ours is."""
    print(HEAD)
    with tempfile.TemporaryDirectory() as name:
        text, values = own(Path(name))
        print(costs(text, values).line(f"our own, of {CLAIMS:,} claims", text.count("\nTree=")))
    for classes in (2, 15):
        for leaves in (15, 31, 63):
            text, values = invented(leaves, classes)
            kind = "binary" if classes == 2 else f"{classes} classes"
            found = costs(text, values)
            print(found.line(f"{leaves} leaves, {kind}", text.count("\nTree=")), flush=True)


if __name__ == "__main__":
    main()
