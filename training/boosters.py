"""The two boosters: denial, and the category among denied claims. LightGBM, deterministic.

Small trees on purpose: with features that are smoothed rates, 15 leaves rank as well as 63, and
their exact explanation costs an eighth (design.md section 10).
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Sequence
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
I8 = NDArray[np.int8]
F64 = NDArray[np.float64]
Parameters = dict[str, str | int | float | bool]

_PATIENCE: Final = 30
_LAST: Final = 0.15  # of claims by day: the latest
_RARE: Final = 15  # denials of a category, below which it is not learned
CATEGORY_ROUNDS: Final = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a user may choose. ``threads`` 0 means all cores; it does not change the model.

    ``half_life``: days after which an example weighs half; ``None``: all weigh the same.
    """

    seed: int = 1
    trees: int = 300
    leaves: int = 15
    threads: int = 0
    half_life: float | None = None


def cores(threads: int) -> int:
    """How many threads to use: as asked, else the cores that this process may run on."""
    if threads:
        return threads
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def parameters(settings: Settings) -> Parameters:
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


def category_parameters(settings: Settings, classes: int) -> Parameters:
    """LightGBM's parameters for the category booster."""
    return parameters(settings) | {
        "objective": "multiclass",
        "num_class": classes,
        "num_leaves": min(settings.leaves, 4),
        "learning_rate": 0.1,
        "min_data_in_leaf": 15,
    }


def weights(day: I32, half_life: float | None) -> F64 | None:
    """What each example weighs (n), by its age in days when the newest of them was sent.

    >>> weights(np.array([10, 20, 30], np.int32), 10.0).tolist()
    [0.25, 0.5, 1.0]
    """
    if half_life is None:
        return None
    return np.asarray(0.5 ** ((day.max(initial=0) - day) / half_life), np.float64)


def classes(category: I8) -> tuple[int, ...]:
    """The categories (places) with at least 15 denials; with fewer than two, none is learned."""
    counts = np.bincount(category[category >= 0], minlength=1)
    found = tuple(int(place) for place in np.flatnonzero(counts >= _RARE))
    return found if len(found) > 1 else ()


def _text(booster: lightgbm.Booster) -> str:
    """LightGBM's text, without what depends on the machine: the number of threads."""
    text: str = booster.model_to_string()
    return re.sub(r"^\[num_threads: .*\]$", "[num_threads: 0]", text, flags=re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Booster:
    """A booster as LightGBM's text, the trees it kept, and the gain of each feature."""

    text: str
    trees: int
    gain: F64


def grow(
    chosen: Parameters,
    values: F32,
    label: NDArray[np.generic],
    weight: F64 | None,
    rounds: int,
    advance: Advance,
) -> Booster:
    """Grow ``rounds`` trees (for each class) on all rows (float32 n by features; labels n)."""

    def told(_: lightgbm.callback.CallbackEnv) -> None:
        advance()

    data = lightgbm.Dataset(values, label, weight=weight, feature_name=list(NAMES))
    made = lightgbm.train(chosen, data, rounds, callbacks=[told])
    gain = np.asarray(made.feature_importance("gain"), np.float64)
    return Booster(_text(made), int(made.current_iteration()), gain)


class Track:
    """A booster that grows tree by tree, watched on later claims that it does not learn from."""

    def __init__(
        self,
        chosen: Parameters,
        values: F32,
        label: NDArray[np.generic],
        weight: F64 | None,
        later: F32,
        later_label: NDArray[np.generic],
    ) -> None:
        data = lightgbm.Dataset(values, label, weight=weight, feature_name=list(NAMES))
        self._booster = lightgbm.Booster(chosen, data)
        self.watched = len(later)
        if self.watched:
            self._booster.add_valid(data.create_valid(later, later_label), "later")
        self._full = False

    def step(self) -> float:
        """Grow one tree (for each class); the log loss on the later claims, summed over them."""
        if not self._full:
            # True when no leaf can be split any more: further trees would say nothing.
            self._full = bool(self._booster.update())
        return self.watched * float(self._booster.eval_valid()[0][2]) if self.watched else 0.0

    def raw(self, values: F32, rounds: int, threads: int) -> F64:
        """What the first ``rounds`` trees say of ``values``: raw scores, or chances by class."""
        several = int(self._booster.num_model_per_iteration()) > 1
        made = self._booster.predict(
            values, raw_score=not several, num_iteration=rounds, num_threads=threads
        )
        return np.asarray(made, np.float64)


def together(tracks: Sequence[Track], most: int, *, choose: bool, advance: Advance) -> int:
    """Grow all tracks side by side; the number of trees with the best log loss over all of them.

    It stops when 30 more trees have not bettered it. Unless ``choose``, all ``most`` are grown.
    """
    best, found = math.inf, most
    for number in range(1, most + 1):
        loss = sum(track.step() for track in tracks)
        advance()
        if not choose:
            continue
        if loss < best:
            best, found = loss, number
        elif number - found >= _PATIENCE:
            break
    return found


def latest(day: I32) -> I64:
    """Places of the latest 15 % of claims by day of submission; whole days only."""
    limit = np.quantile(day, 1.0 - _LAST, method="lower")
    return np.flatnonzero(day > limit)
