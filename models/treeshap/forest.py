"""A forest that explains itself: exact TreeSHAP of every class, or of a mix of classes at once."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from models.treeshap.parse import parse
from models.treeshap.paths import BLOCKS, SPLITS, TABLE, layout, rules

if TYPE_CHECKING:
    from types import ModuleType

Floats = NDArray[np.float64]
Matrix = NDArray[np.float32] | NDArray[np.float64]

_LEAST_A_THREAD: Final = 256
_NO_WEIGHTS: Final = np.empty((0, 0))


class Forest:
    """The trees of a LightGBM model, ready for the compiled kernel. Safe to share."""

    def __init__(self, text: str, kernel: ModuleType) -> None:
        """Read LightGBM's text form (``Booster.model_to_string()``).

        ``kernel`` is that of ``models.treeshap.explainer``. Raises ``TreesError`` for trees that it
        cannot explain.
        """
        trees = parse(text)
        self.features, self.classes = trees.features, trees.classes
        self._kernel = kernel
        self._laid = layout(trees, kernel.LANES)
        table = self._laid.trees
        self._most = int(table[:, SPLITS].max(initial=1))
        self._rules = rules(int(table[:, BLOCKS].max(initial=1)), kernel.LANES)
        self._table = self._answers()

    def contributions(self, values: Matrix, threads: int = 1) -> Floats:
        """Exact TreeSHAP values (n, classes, features + 1) of ``values``; the base value is last.

        ``threads`` 0 means all cores. ``ValueError`` when the shape does not fit.
        """
        out = np.zeros((len(values), self.classes, self.features + 1))
        out[:, :, -1] = self._laid.base
        self._explain(values, _NO_WEIGHTS, out, threads)
        return out

    def weighted(self, values: Matrix, weights: Floats, threads: int = 1) -> Floats:
        """The same added up over the classes, each by the row's ``weights`` (n, classes).

        (n, features + 1).
        """
        if weights.shape != (len(values), self.classes):
            raise ValueError(f"there are {self.classes} classes to be weighted for each row")
        out = np.zeros((len(values), 1, self.features + 1))
        # Added in the order of the classes, so that one row and many have equal bits.
        out[:, 0, -1] = np.add.accumulate(weights * self._laid.base, axis=1)[:, -1]
        self._explain(values, np.ascontiguousarray(weights, np.float64), out, threads)
        return out[:, 0]

    def _explain(self, values: Matrix, weights: Floats, out: Floats, threads: int) -> None:
        # The kernel checks no bounds.
        if values.ndim != 2 or values.shape[1] != self.features:
            raise ValueError(f"the trees take rows of {self.features} features")
        rows = np.array(values, np.float64, order="C")
        laid, together = self._laid, len(weights) > 0

        def part(places: slice) -> None:
            self._kernel.explain(
                rows[places], weights[places], together, laid.trees, laid.asks, laid.thresholds,
                laid.splits, laid.shares, laid.leaves, laid.sets, self._rules, self._table,
                self._most, out[places],
            )  # fmt: skip

        _divided(part, len(rows), threads)

    def _answers(self) -> Floats:
        """All answers of the small trees; their places in it are noted with them."""
        laid, most = self._laid, self._kernel.TABLED
        splits = laid.trees[:, SPLITS].astype(np.int64)
        small = splits <= most
        size = np.where(small, splits << np.minimum(splits, most), 0)
        place = (np.cumsum(size) - size).astype(np.uint64)
        laid.trees[:, TABLE] = np.where(small, place, np.uint64(self._kernel.NO_TABLE))
        table = np.empty(int(size.sum()))
        self._kernel.fill(
            laid.trees, laid.splits, laid.shares, laid.leaves, self._rules, self._most, table
        )
        return table


def _divided(work: Callable[[slice], None], count: int, threads: int) -> None:
    """Do ``work`` on ``count`` rows, divided among ``threads`` (0: one for each core)."""
    number = min(threads or _cores(), -(-count // _LEAST_A_THREAD))
    if number <= 1:
        work(slice(0, count))
        return
    ends = np.linspace(0, count, number + 1).astype(int).tolist()
    with ThreadPoolExecutor(number) as pool:
        parts = [slice(*ends[place : place + 2]) for place in range(number)]
        for done in [pool.submit(work, part) for part in parts]:
            done.result()


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
