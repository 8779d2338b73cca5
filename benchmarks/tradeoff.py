"""How good the model is for what a claim costs: trees by leaves by depth.

``python -m benchmarks tradeoff`` invents worlds, learns from the claims before the test period (as
``preclear train`` parts them) with shapes from tiny to large, and judges each after so many rounds
on the later claims: log loss after calibration on the first third of them, AUROC on the rest. The
cost is the CPU time of predicting one claim and of explaining it by our own TreeSHAP.
``--write`` puts the table into ``docs/benchmarks.md`` and the picture beside it.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import lightgbm
import numpy as np
from numpy.typing import NDArray

from benchmarks._tradeoff_page import Shown, page
from benchmarks._worlds import synthesise
from claims.carc import load_catalogue
from claims.dataset import read_dataset
from claims.keys import Keys
from claims.progress import SILENT
from models.calibration import Calibration
from models.causes import mix
from models.native import NativeBooster
from models.treeshap.explainer import Explainer
from training import boosters
from training.boosters import Material, Settings
from training.metrics import auroc, log_loss_gain
from training.prepare import matrix, prepare
from training.shape import Shape
from training.splits import split

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
Flags = NDArray[np.bool_]

# Neither the seeds nor the policies were used while anything was developed.
WORLDS = ((7301, 8301), (7302, 8302))
CLAIMS = 20_000
GROWN = ((2, 0), (3, 0), (4, 0), (4, 2), (6, 0), (8, 0), (8, 3), (15, 0), (15, 4), (31, 0), (31, 5))
"""Leaves and the greatest depth (0: any)."""
ROUNDS = (25, 50, 75, 100, 150, 200)
PRESENT = (4, 0)
ROWS, TIMES = 48, 5
KEYS = Keys(b"benchmark key of thirty-two byte")


@dataclass(frozen=True)
class World:
    """What is learned from, and the later claims: the first third calibrates, the rest judges."""

    material: Material
    settings: Settings
    values: F32
    denied: Flags
    third: int


@dataclass(frozen=True)
class Judged:
    """One shape after so many rounds on one world."""

    leaves: int
    depth: int
    rounds: int
    probability: F64
    predict: float
    explain: float


def world(folder: Path, claims: int, seed: int, policies: int) -> World:
    """Invent a world and part it in time."""
    synthesise(folder, claims, seed, policies)
    dataset = read_dataset(
        [folder], keys=KEYS, catalogue=load_catalogue(None), workers=1, progress=SILENT
    )
    prepared = prepare(dataset, SILENT)
    examples, parts = prepared.examples, split(prepared.examples)
    values = matrix(prepared.frame, prepared.history, examples.rows, SILENT)
    settings = Settings(threads=1)
    test = parts.test[np.argsort(examples.day[parts.test], kind="stable")]
    return World(
        boosters.material(values, examples, parts.train, settings),
        settings,
        values[test],
        examples.denied[test],
        len(test) // 3,
    )


def judged(of: World, leaves: int, depth: int) -> Iterator[Judged]:
    """Grow the largest number of rounds; what its beginnings are worth, and what they cost."""
    shape = Shape(trees=ROUNDS[-1], leaves=leaves)
    chosen: dict[str, object] = dict(boosters.parameters(of.settings.shaped(shape)))
    chosen |= {"num_class": len(of.material.causes.names), "max_depth": depth or -1}
    grown = lightgbm.train(chosen, boosters.dataset(of.material), ROUNDS[-1])
    for rounds in ROUNDS:
        text = grown.model_to_string(num_iteration=rounds)
        booster = NativeBooster(text)
        raw = mix(booster.raw(of.values)).raw
        fitted = Calibration.fit(raw[: of.third], of.denied[: of.third])
        explainer = Explainer(booster, text)
        explainer.prepare()
        predict = _microseconds(booster.raw, of.values)
        explain = _microseconds(explainer.contributions, of.values)
        yield Judged(leaves, depth, rounds, fitted.apply(raw[of.third :]), predict, explain)


def _microseconds(work: Callable[[F32], object], values: F32) -> float:
    """Of a row alone, every call another; the median of some rounds, in CPU time."""
    rows = [values[place : place + 1] for place in range(min(ROWS, len(values)))]
    found = []
    for _ in range(TIMES):
        began = time.thread_time()
        for row in rows:
            work(row)
        found.append((time.thread_time() - began) / len(rows) * 1e6)
    return median(found)


def shown(found: Sequence[Sequence[Judged]], denied: Sequence[Flags]) -> list[Shown]:
    """Every shape and number of rounds over all worlds, beside the best of the present shape."""
    points = list(zip(*found, strict=True))
    together = [np.concatenate([one.probability for one in point]) for point in points]
    outcome = np.concatenate(denied)
    losses = [_loss(probability, outcome) for probability in together]
    ours = [place for place, point in enumerate(points) if _kind(point[0]) == PRESENT]
    best = min(ours, key=lambda place: losses[place])
    made = []
    for place, point in enumerate(points):
        gain = log_loss_gain(together[place], together[best], outcome)
        area = [auroc(one.probability, hit) for one, hit in zip(point, denied, strict=True)]
        made.append(
            Shown(
                *_kind(point[0]), point[0].rounds, losses[place], float(np.mean(area)),
                gain.value, gain.low, gain.high,
                float(np.mean([one.predict for one in point])),
                float(np.mean([one.explain for one in point])),
            )
        )  # fmt: skip
    return [replace(one, present=place == best) for place, one in enumerate(made)]


def _kind(one: Judged) -> tuple[int, int]:
    return one.leaves, one.depth


def _loss(probability: F64, denied: Flags) -> float:
    right = np.where(denied, probability, 1.0 - probability)
    return float(-np.log(np.maximum(right, 1e-15)).mean())


def main(arguments: Sequence[str] = ()) -> None:
    """Print the table; ``--write`` keeps it and the picture."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks tradeoff", description=__doc__)
    parser.add_argument("--claims", type=int, default=CLAIMS, help="claims of each world")
    parser.add_argument("--write", action="store_true", help="into docs/")
    asked = parser.parse_args(list(arguments))
    found: list[list[Judged]] = []
    denied: list[Flags] = []
    with tempfile.TemporaryDirectory() as name:
        for seed, policies in WORLDS:
            of = world(Path(name) / f"w{seed}", asked.claims, seed, policies)
            print(
                f"world {seed}: {len(of.material.label):,} claims learned from, {of.third:,} "
                f"calibrate, {len(of.denied) - of.third:,} judge, "
                f"{of.denied[of.third :].mean():.1%} of them denied",
                flush=True,
            )
            denied.append(of.denied[of.third :])
            found.append([one for kind in GROWN for one in _told(of, *kind)])
    print(page(shown(found, denied), len(np.concatenate(denied)), write=asked.write))


def _told(of: World, leaves: int, depth: int) -> list[Judged]:
    made = list(judged(of, leaves, depth))
    print(f"  {leaves} leaves, depth {depth or 'any'}", flush=True)
    return made


if __name__ == "__main__":
    main()
