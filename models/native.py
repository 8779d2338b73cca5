"""LightGBM's C interface for prediction alone, by ctypes.

Importing ``lightgbm`` drags pandas and scikit-learn into a serving process; its shared library
needs neither. Values are those of ``lightgbm.Booster.predict`` bit for bit, because the same
library computes them (``tests/models/test_native.py``). Signatures: LightGBM's ``c_api.h``, 4.x.
"""

from __future__ import annotations

import ctypes
import importlib.util
import re
import threading
import weakref
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from claims.errors import UserError

Matrix = NDArray[np.float32] | NDArray[np.float64]
_Kind = type[ctypes.c_void_p] | type[ctypes.c_int] | type[ctypes.c_int32] | type[ctypes.c_char_p]

_RAW: Final = 1
_CONTRIBUTIONS: Final = 3
_DATA_TYPE: Final[dict[np.dtype[np.generic], int]] = {
    np.dtype(np.float32): 0,
    np.dtype(np.float64): 1,
}
_ALL_TREES: Final = -1


class NativeError(UserError):
    """LightGBM refused; the message is one sentence."""


@cache
def _library() -> ctypes.CDLL:
    spec = importlib.util.find_spec("lightgbm")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for name in ("lib_lightgbm.so", "lib_lightgbm.dylib"):
            path = Path(folder) / "lib" / name
            if path.is_file():
                return _declared(ctypes.CDLL(str(path)))
    raise NativeError("LightGBM's shared library is not installed: install the package lightgbm.")


def _declared(library: ctypes.CDLL) -> ctypes.CDLL:
    pointer, number, text = ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p
    out = ctypes.c_void_p
    signatures: dict[str, list[_Kind]] = {
        "LGBM_BoosterLoadModelFromString": [text, out, out],
        "LGBM_BoosterFree": [pointer],
        "LGBM_BoosterGetNumFeature": [pointer, out],
        "LGBM_BoosterGetNumClasses": [pointer, out],
        "LGBM_BoosterGetCurrentIteration": [pointer, out],
        "LGBM_BoosterPredictForMat": [
            pointer, pointer, number, ctypes.c_int32, ctypes.c_int32, number, number, number,
            number, text, out, pointer,
        ],
        "LGBM_BoosterPredictForMatSingleRowFastInit": [
            pointer, number, number, number, number, ctypes.c_int32, text, out,
        ],
        "LGBM_BoosterPredictForMatSingleRowFast": [pointer, pointer, out, pointer],
        "LGBM_FastConfigFree": [pointer],
    }  # fmt: skip
    for name, kinds in signatures.items():
        function = getattr(library, name)
        function.argtypes = kinds
        function.restype = number
    library.LGBM_GetLastError.argtypes = []
    library.LGBM_GetLastError.restype = text
    return library


def _check(library: ctypes.CDLL, result: int, doing: str) -> None:
    if result:
        said = (library.LGBM_GetLastError() or b"no reason given").decode("utf-8", "replace")
        raise NativeError(f"LightGBM could not {doing}: {' '.join(said.split())}.")


def _whole(text: bytes) -> None:
    """Refuse a model that is cut or padded: LightGBM would read past its end and abort."""
    header, _, trees = text.partition(b"\n\n")
    stated = re.search(rb"^tree_sizes=([0-9 ]*)$", header, re.MULTILINE)
    if not text.startswith(b"tree\n") or stated is None or b"\x00" in text:
        raise NativeError("This is no LightGBM model: its header is not that of one.")
    place = 0
    for number, size in enumerate(map(int, stated[1].split())):
        if not trees.startswith(b"Tree=%d\n" % number, place):
            raise NativeError(f"The LightGBM model is damaged: tree {number} is not in its place.")
        place += size
    if not trees.startswith(b"end of trees\n", place):
        raise NativeError("The LightGBM model is damaged: its trees do not end where they should.")


def _names(text: bytes) -> tuple[str, ...]:
    stated = re.search(rb"^feature_names=(.*)$", text, re.MULTILINE)
    return tuple(stated[1].decode().split()) if stated else ()


def _varied(text: bytes, names: tuple[str, ...]) -> frozenset[str]:
    """LightGBM notes the range of each feature, and "none" where there was but one value."""
    stated = re.search(rb"^feature_infos=(.*)$", text, re.MULTILINE)
    ranges = stated[1].decode().split() if stated else []
    return frozenset(name for name, one in zip(names, ranges, strict=False) if one != "none")


class _RowPredictor:
    """LightGBM's single-row-fast configuration for one thread, with buffers of its own."""

    def __init__(self, booster: NativeBooster, kind: int) -> None:
        self._library = booster._library
        self.row = np.empty(booster.features, np.float32)
        width = booster.features + 1 if kind == _CONTRIBUTIONS else 1
        self.out = np.empty(booster.classes * width, np.float64)
        self._length = ctypes.c_int64()
        config = ctypes.c_void_p()
        result = self._library.LGBM_BoosterPredictForMatSingleRowFastInit(
            booster._handle, kind, 0, _ALL_TREES, _DATA_TYPE[self.row.dtype], booster.features,
            b"num_threads=1 verbosity=-1", ctypes.byref(config),
        )  # fmt: skip
        _check(self._library, result, "prepare single rows")
        weakref.finalize(self, self._library.LGBM_FastConfigFree, config).atexit = False
        self._call = (config, self.row.ctypes.data, ctypes.byref(self._length))
        self._target = self.out.ctypes.data

    def predict(self) -> None:
        result = self._library.LGBM_BoosterPredictForMatSingleRowFast(*self._call, self._target)
        _check(self._library, result, "score a row")


class NativeBooster:
    """A LightGBM model that can predict. Safe to share between threads.

    ``features``, ``feature_names``, ``classes`` (1 for a binary model) and ``iterations`` are read
    from the model. ``varied`` are the names of features that were not constant in training.
    """

    def __init__(self, text: str) -> None:
        """Parse LightGBM's text form (``Booster.model_to_string()``); ``NativeError`` if broken."""
        self._library = _library()
        encoded = text.encode()
        _whole(encoded)
        iterations, handle = ctypes.c_int(), ctypes.c_void_p()
        result = self._library.LGBM_BoosterLoadModelFromString(
            encoded, ctypes.byref(iterations), ctypes.byref(handle)
        )
        _check(self._library, result, "read the model")
        self._handle = handle
        # Not at exit: another thread may still be scoring, and the process gives all back anyway.
        weakref.finalize(self, self._library.LGBM_BoosterFree, handle).atexit = False
        self.iterations = iterations.value
        self.features = self._number("LGBM_BoosterGetNumFeature")
        self.classes = self._number("LGBM_BoosterGetNumClasses")
        self.feature_names = _names(encoded)
        self.varied = _varied(encoded, self.feature_names)
        self._local = threading.local()

    def _number(self, question: str) -> int:
        answer = ctypes.c_int()
        result = getattr(self._library, question)(self._handle, ctypes.byref(answer))
        _check(self._library, result, "describe the model")
        return answer.value

    def raw(self, values: Matrix, threads: int = 1) -> NDArray[np.float64]:
        """Raw scores (log-odds before any link), shape (n, classes), of ``values`` (n, features).

        ``threads`` 0 means all cores. ``NativeError`` when the shape or the type does not fit.
        """
        return self._predict(values, _RAW, self.classes, threads)

    def contributions(self, values: Matrix, threads: int = 1) -> NDArray[np.float64]:
        """Exact TreeSHAP values, shape (n, classes, features + 1); the base value is last."""
        width = self.classes * (self.features + 1)
        out = self._predict(values, _CONTRIBUTIONS, width, threads)
        return out.reshape(len(values), self.classes, self.features + 1)

    def _predict(self, values: Matrix, kind: int, width: int, threads: int) -> NDArray[np.float64]:
        self._shape_fits(values)
        if len(values) == 1 and values.dtype == np.float32:
            return self._one(values, kind, width)
        return self._many(values, kind, width, threads)

    def _shape_fits(self, values: Matrix) -> None:
        if values.ndim != 2 or values.shape[1] != self.features:
            raise NativeError(
                f"The model takes rows of {self.features} features, "
                f"but the values given have the shape {values.shape}."
            )
        if values.dtype not in _DATA_TYPE:
            raise NativeError(f"Values must be float32 or float64, not {values.dtype}.")

    def _one(self, values: Matrix, kind: int, width: int) -> NDArray[np.float64]:
        name = f"row{kind}"
        predictor: _RowPredictor | None = getattr(self._local, name, None)
        if predictor is None:
            predictor = _RowPredictor(self, kind)
            setattr(self._local, name, predictor)
        predictor.row[:] = values[0]
        predictor.predict()
        return predictor.out.reshape(1, width).copy()

    def _many(self, values: Matrix, kind: int, width: int, threads: int) -> NDArray[np.float64]:
        rows = np.ascontiguousarray(values)
        out = np.empty((len(rows), width), np.float64)
        if not len(rows):
            return out
        length = ctypes.c_int64()
        result = self._library.LGBM_BoosterPredictForMat(
            self._handle, rows.ctypes.data, _DATA_TYPE[rows.dtype], len(rows), self.features, 1,
            kind, 0, _ALL_TREES, f"num_threads={threads} verbosity=-1".encode(),
            ctypes.byref(length), out.ctypes.data,
        )  # fmt: skip
        _check(self._library, result, "score the rows")
        if length.value != out.size:
            raise NativeError(f"LightGBM gave {length.value} values where {out.size} were due.")
        return out
