"""The booster: paid, or denied for one of the causes. LightGBM, deterministic.

Trees of four leaves on purpose. Each round grows one for every class, and all are explained; with
features that are smoothed rates, small trees rank as well as larger ones (decision 0016).
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Final

import lightgbm
import numpy as np
from numpy.typing import NDArray

from claims.progress import Advance
from features.catalog import NAMES
from models.causes import Causes
from training.causes import causes, numbered
from training.examples import Examples, Known
from training.shape import Shape
from training.thinning import thinned

F32 = NDArray[np.float32]
I64 = NDArray[np.int64]
I32 = NDArray[np.int32]
F64 = NDArray[np.float64]
Flags = NDArray[np.bool_]
Parameters = dict[str, str | int | float | bool]

_PATIENCE: Final = 30
_LAST: Final = 0.15  # of claims by day: the latest
_CERTAIN: Final = 1e-15


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(Shape):
    """What a user may choose: the booster's shape, the seed, and how many threads.

    ``threads`` 0 means all cores; it does not change the model.
    """

    seed: int = 1
    threads: int = 0

    def shape(self) -> Shape:
        """The shape alone."""
        return Shape(**{field.name: getattr(self, field.name) for field in fields(Shape)})

    def shaped(self, shape: Shape) -> Settings:
        """These settings with another shape."""
        return replace(self, **asdict(shape))


def cores(threads: int) -> int:
    """How many threads to use: as asked, else the cores that this process may run on."""
    if threads:
        return threads
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def parameters(settings: Settings) -> Parameters:
    """LightGBM's parameters; the number of classes, which the claims decide, is added to them."""
    return {
        "objective": "multiclass",
        "metric": "none",
        "num_leaves": settings.leaves,
        "learning_rate": settings.learning_rate,
        "min_data_in_leaf": settings.min_data_in_leaf,
        "lambda_l2": settings.lambda_l2,
        "feature_fraction": settings.feature_fraction,
        "max_bin": settings.max_bin,
        "seed": settings.seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": cores(settings.threads),
        "verbosity": -1,
    }


def weights(day: I32, half_life: float | None) -> F64:
    """What each example weighs (n), by its age in days when the newest of them was sent.

    >>> weights(np.array([10, 20, 30], np.int32), 10.0).tolist()
    [0.25, 0.5, 1.0]
    """
    if half_life is None:
        return np.ones(len(day))
    return np.asarray(0.5 ** ((day.max(initial=0) - day) / half_life), np.float64)


def _text(booster: lightgbm.Booster) -> str:
    """LightGBM's text, without what depends on the machine: the number of threads."""
    text: str = booster.model_to_string()
    return re.sub(r"^\[num_threads: .*\]$", "[num_threads: 0]", text, flags=re.MULTILINE)


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """What a booster learns from: n rows of features (float32), their classes, what each weighs.

    ``causes`` names the classes, ``names`` the features.
    """

    values: F32
    label: I64
    weight: F64
    causes: Causes
    names: tuple[str, ...] = NAMES


def material(values: F32, examples: Examples, known: Known, settings: Settings) -> Material:
    """The ``known`` examples to learn from; ``values`` (n, features) are those of all n.

    Where they are many, paid claims are sampled (``training.thinning``).
    """
    rows = known.places
    denied, category = examples.denied[rows], examples.category[rows]
    found = causes(denied, category)
    weight = known.weight * weights(examples.day[rows], settings.half_life)
    kept, weight = thinned(rows, denied, weight, settings.seed)
    label = numbered(found, examples.denied[kept], examples.category[kept])
    return Material(values[kept], label, weight, found)


def dataset(of: Material) -> lightgbm.Dataset:
    """The same for LightGBM."""
    return lightgbm.Dataset(of.values, of.label, weight=of.weight, feature_name=list(of.names))


@dataclass(frozen=True, slots=True)
class Booster:
    """A booster as LightGBM's text, its classes, its rounds, and the gain of each feature."""

    text: str
    causes: Causes
    rounds: int
    gain: F64


def grow(of: Material, rounds: int, settings: Settings, advance: Advance) -> Booster:
    """Grow ``rounds`` trees for each class on all rows."""

    def told(_: lightgbm.callback.CallbackEnv) -> None:
        advance()

    chosen = parameters(settings) | {"num_class": len(of.causes.names)}
    made = lightgbm.train(chosen, dataset(of), rounds, callbacks=[told])
    gain = np.asarray(made.feature_importance("gain"), np.float64)
    return Booster(_text(made), of.causes, int(made.current_iteration()), gain)


class Track:
    """A booster that grows round by round, watched on later claims that it does not learn from.

    ``causes`` are its classes. What is watched is the log loss of denied against paid: which cause
    a denial has is learned on the way, but how many rounds there are is not its affair.
    """

    def __init__(
        self, of: Material, later: F32, denied: Flags, weight: F64, settings: Settings
    ) -> None:
        chosen = parameters(settings) | {"num_class": len(of.causes.names)}
        data = dataset(of)
        self._booster = lightgbm.Booster(chosen, data)
        self.causes = of.causes
        self._denied = denied
        self._weight = weight
        if len(later):
            self._booster.add_valid(data.create_valid(later, np.zeros(len(later))), "later")
        self._full = False

    def step(self) -> float:
        """Grow one round; the log loss of a denial on the later claims, summed over them."""
        if not self._full:
            # True when no leaf can be split any more: further trees would say nothing.
            self._full = bool(self._booster.update())
        return float(self._booster.eval_valid(self._loss)[0][2]) if len(self._denied) else 0.0

    def _loss(self, chances: F64, _: lightgbm.Dataset) -> tuple[str, float, bool]:
        paid = chances[:, 0]
        right = np.where(self._denied, 1.0 - paid, paid)
        return "denied", float(self._weight @ -np.log(np.maximum(right, _CERTAIN))), False

    def raw(self, values: F32, rounds: int, threads: int) -> F64:
        """Raw scores of ``values`` (n, classes) by the first ``rounds`` rounds."""
        made = self._booster.predict(
            values, raw_score=True, num_iteration=rounds, num_threads=threads
        )
        return np.asarray(made, np.float64)


def together(tracks: Sequence[Track], most: int, *, choose: bool, advance: Advance) -> int:
    """Grow all tracks side by side; the number of rounds with the best log loss over all of them.

    It stops when 30 more rounds have not bettered it. Unless ``choose``, all ``most`` are grown.
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
