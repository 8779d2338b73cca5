"""LightGBM with its own categoricals: denied or not, and one of several classes."""

from __future__ import annotations

from typing import Any

import lightgbm
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.peers.table import Flags, Table

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

ROUNDS = 2000
PATIENCE = 50


def _parameters(threads: int) -> dict[str, Any]:
    return {
        "learning_rate": 0.05,
        "num_leaves": 31,
        "seed": 1,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": threads,
        "verbosity": -1,
    }


def _fit(
    chosen: dict[str, Any], rows: pd.DataFrame, label: NDArray[Any], stop: Flags
) -> tuple[lightgbm.Booster, lightgbm.Booster]:
    """The booster that was stopped on the later rows, and one of as many rounds on all rows."""
    data = lightgbm.Dataset(rows[~stop], label[~stop])
    held = data.create_valid(rows[stop], label[stop])
    halt = lightgbm.early_stopping(PATIENCE, verbose=False)
    found = lightgbm.train(chosen, data, ROUNDS, valid_sets=[held], callbacks=[halt])
    rounds = max(1, int(found.best_iteration))
    return found, lightgbm.train(chosen, lightgbm.Dataset(rows, label), rounds)


def denial(table: Table, threads: int) -> tuple[F64, F64]:
    """Probability of denial of the stopping rows, and of the test rows."""
    chosen = _parameters(threads) | {"objective": "binary"}
    found, whole = _fit(chosen, table.train, table.label.astype(float), table.stop)
    return np.asarray(found.predict(table.train[table.stop])), np.asarray(whole.predict(table.test))


def classes(
    train: pd.DataFrame, label: I64, stop: Flags, test: pd.DataFrame, threads: int, least: int = 15
) -> tuple[I64, F64]:
    """Probability of each class with at least ``least`` rows: (the classes k, float64 (n, k))."""
    values, counts = np.unique(label, return_counts=True)
    known = values[counts >= least]
    if len(known) < 2:
        known = values[np.argmax(counts) :][:1]
        return known, np.ones((len(test), len(known)))
    rows = np.isin(label, known)
    place, halt = np.searchsorted(known, label[rows]), stop[rows]
    if len(np.unique(place[~halt])) < len(known) or not halt.any():
        halt = np.arange(len(place)) % 7 == 0  # a class is in the latest rows alone
    chosen = _parameters(threads) | {
        "objective": "multiclass",
        "num_class": len(known),
        "num_leaves": 7,
        "min_data_in_leaf": 10,
    }
    _, whole = _fit(chosen, train[rows], place, halt)
    return known, np.asarray(whole.predict(test))
