"""What a booster's features add to its scores: by our own compiled TreeSHAP, or by LightGBM's.

LightGBM's ``pred_contrib`` stands in where numba cannot be imported (``features.compiled``) and for
trees that ours cannot explain. Both say the same within 1e-9.
"""

from __future__ import annotations

import threading
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from features.compiled import COMPILES
from models.treeshap.forest import Forest
from models.treeshap.parse import TreesError

if TYPE_CHECKING:
    from types import ModuleType

    from models.native import NativeBooster

Floats = NDArray[np.float64]
Matrix = NDArray[np.float32] | NDArray[np.float64]

_TOGETHER: Final = 1024
"""Rows that LightGBM explains at once: each needs a number for every class and feature."""


@cache
def kernel() -> ModuleType | None:
    """``models.treeshap.kernel``, compiled; ``None`` where numba is not to be had."""
    return import_module("models.treeshap.kernel") if COMPILES else None


class Explainer:
    """Explains the scores of a booster. Safe to share between threads.

    Nothing is compiled or laid out before it is first asked, or told to ``prepare``.
    """

    def __init__(self, booster: NativeBooster, text: str) -> None:
        """``text`` is what ``booster`` was read from."""
        self.booster = booster
        self._text = text
        self._lock = threading.Lock()
        self._ready = False
        self._forest: Forest | None = None

    def prepare(self) -> bool:
        """Make all ready, so that no request waits; whether it is ours, not LightGBM's."""
        with self._lock:
            if not self._ready:
                self._forest = self._read()
                self._ready, self._text = True, ""
        return self._forest is not None

    def _read(self) -> Forest | None:
        made = kernel()
        if made is None:
            return None
        try:
            return Forest(self._text, made)
        except TreesError:
            return None

    def contributions(self, values: Matrix, threads: int = 1) -> Floats:
        """Exact TreeSHAP values (n, classes, features + 1) of ``values``; the base value is last.

        ``threads`` 0 means all cores.
        """
        if not self._ready:
            self.prepare()
        if self._forest is None:
            return self.booster.contributions(values, threads)
        return self._forest.contributions(values, threads)

    def weighted(self, values: Matrix, weights: Floats, threads: int = 1) -> Floats:
        """The same added up over the classes by ``weights`` (n, classes): (n, features + 1)."""
        if not self._ready:
            self.prepare()
        if self._forest is not None:
            return self._forest.weighted(values, weights, threads)
        out = np.empty((len(values), self.booster.features + 1))
        for first in range(0, len(values), _TOGETHER):
            rows = slice(first, first + _TOGETHER)
            parts = self.booster.contributions(values[rows], threads)
            out[rows] = np.add.accumulate(parts * weights[rows][:, :, None], axis=1)[:, -1]
        return out
