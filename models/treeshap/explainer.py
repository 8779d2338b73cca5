"""What a booster's features add to its scores: by our own compiled TreeSHAP, or by LightGBM's.

LightGBM's ``pred_contrib`` stands in where numba is not to be had (Macs with Intel's processors
have no build of it any more) and for trees that ours cannot explain. Both say the same within 1e-9.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from models.treeshap.forest import Forest
from models.treeshap.jit import kernel
from models.treeshap.parse import TreesError

if TYPE_CHECKING:
    from pathlib import Path

    from models.native import NativeBooster

Floats = NDArray[np.float64]
Matrix = NDArray[np.float32] | NDArray[np.float64]

_TOGETHER: Final = 1024
"""Rows that LightGBM explains at once: each needs a number for every class and feature."""


class Explainer:
    """Explains the scores of a booster. Safe to share between threads.

    Nothing is compiled or laid out before it is first asked, or told to ``prepare``: a process that
    never explains never imports numba.
    """

    def __init__(self, booster: NativeBooster, text: str) -> None:
        """``text`` is what ``booster`` was read from."""
        self.booster = booster
        self._text = text
        self._lock = threading.Lock()
        self._ready = False
        self._forest: Forest | None = None

    def prepare(self, cache: Path | None = None) -> bool:
        """Make all ready, so that no request waits; whether it is compiled, not LightGBM's.

        ``cache`` is the folder for compiled code where it cannot lie beside the program.
        """
        with self._lock:
            if not self._ready:
                self._forest = self._read(cache)
                self._ready, self._text = True, ""
        return self._forest is not None

    def _read(self, cache: Path | None) -> Forest | None:
        made = kernel(cache)
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
