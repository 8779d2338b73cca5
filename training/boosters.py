"""The two boosters: denial, and the category among denied claims. LightGBM, deterministic.

Small trees on purpose: with features that are smoothed rates, 15 leaves rank as well as 63, and
their exact explanation costs an eighth (design.md section 10).
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Final

import lightgbm
import numpy as np
from numpy.typing import NDArray

from claims.progress import Advance
from features.catalog import NAMES

F32 = NDArray[np.float32]
I64 = NDArray[np.int64]
I32 = NDArray[np.int32]

_LAST: Final = 0.15  # of the training claims by day: where early stopping looks
_PATIENCE: Final = 30
_LEAST: Final = 20  # denials in the stopping slice, below which it would stop by chance
_RARE: Final = 15  # denials of a category, below which it is not learned
CATEGORY_ROUNDS: Final = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a user may choose. ``threads`` 0 means all cores; it does not change the model."""

    seed: int = 1
    trees: int = 300
    leaves: int = 15
    threads: int = 0


def cores(threads: int) -> int:
    """How many threads to use: as asked, else the cores that this process may run on."""
    if threads:
        return threads
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def parameters(settings: Settings) -> dict[str, str | int | float | bool]:
    """LightGBM's parameters for the denial booster."""
    return {
        "objective": "binary",
        "num_leaves": settings.leaves,
        "learning_rate": 0.06,
        "min_data_in_leaf": 40,
        "lambda_l2": 5.0,
        "feature_fraction": 0.7,
        "max_bin": 127,
        "seed": settings.seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": cores(settings.threads),
        "verbosity": -1,
    }


def _text(booster: lightgbm.Booster) -> str:
    """LightGBM's text, without what depends on the machine: the number of threads."""
    text: str = booster.model_to_string()
    return re.sub(r"^\[num_threads: .*\]$", "[num_threads: 0]", text, flags=re.MULTILINE)


def _train(
    parameters: dict[str, str | int | float | bool],
    values: F32,
    label: NDArray[np.generic],
    stop: I64,
    rounds: int,
    advance: Advance,
) -> lightgbm.Booster:
    """Train on all rows, as many rounds as did best on the rows ``stop`` when they were held out.

    With no rows to stop on, all rounds are made. The second training brings in the latest claims,
    which are nearest to those that will be scored.
    """

    def told(state: lightgbm.callback.CallbackEnv) -> None:
        advance(0.5 if len(stop) else 1)

    names = list(NAMES)
    if len(stop):
        keep = np.ones(len(values), np.bool_)
        keep[stop] = False
        data = lightgbm.Dataset(values[keep], label[keep], feature_name=names)
        held_out = data.create_valid(values[stop], label[stop])
        halt = lightgbm.early_stopping(_PATIENCE, verbose=False)
        found = lightgbm.train(
            parameters, data, rounds, valid_sets=[held_out], callbacks=[told, halt]
        )
        rounds = max(1, int(found.best_iteration))
    whole = lightgbm.Dataset(values, label, feature_name=names)
    return lightgbm.train(parameters, whole, rounds, callbacks=[told])


def latest(day: I32) -> I64:
    """Places of the latest 15 % of claims by day of submission; whole days only."""
    limit = np.quantile(day, 1.0 - _LAST, method="lower")
    return np.flatnonzero(day > limit)


@dataclass(frozen=True, slots=True)
class Booster:
    """A booster as LightGBM's text, the trees it kept, and the gain of each feature."""

    text: str
    trees: int
    gain: NDArray[np.float64]


def _made(booster: lightgbm.Booster) -> Booster:
    gain = np.asarray(booster.feature_importance("gain"), np.float64)
    return Booster(_text(booster), int(booster.current_iteration()), gain)


def denial(
    values: F32, denied: NDArray[np.bool_], day: I32, settings: Settings, advance: Advance
) -> Booster:
    """Learn who is denied from the training examples (float32 n by features; days of submission).

    The number of trees is chosen on the latest 15 % of them, never on the test period.
    """
    stop = latest(day)
    if min(denied[stop].sum(), (~denied[stop]).sum()) < _LEAST:
        stop = np.empty(0, np.int64)
    made = _train(
        parameters(settings), values, denied.astype(np.float32), stop, settings.trees, advance
    )
    return _made(made)


def category(
    values: F32, category: NDArray[np.int8], day: I32, settings: Settings, advance: Advance
) -> tuple[Booster | None, tuple[int, ...]]:
    """Learn the category of denied claims; gives the booster and the categories it tells apart.

    Those with fewer than 15 denials are not learned; with fewer than two left there is no booster.
    """
    counts = np.bincount(category[category >= 0], minlength=1)
    classes = tuple(int(place) for place in np.flatnonzero(counts >= _RARE))
    if len(classes) < 2:
        return None, ()
    rows = np.flatnonzero(np.isin(category, classes))
    label = np.searchsorted(classes, category[rows])
    stop = latest(day[rows])
    if len(stop) < _LEAST * len(classes) or len(np.unique(np.delete(label, stop))) < len(classes):
        stop = np.empty(0, np.int64)
    chosen = parameters(settings) | {
        "objective": "multiclass",
        "num_class": len(classes),
        "num_leaves": min(settings.leaves, 4),
        "learning_rate": 0.1,
        "min_data_in_leaf": 15,
    }
    made = _train(chosen, values[rows], label, stop, CATEGORY_ROUNDS, advance)
    return _made(made), classes
