"""What a peer is handed: raw columns with codes as categories, labels, and where to stop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

RARE: Final = "(rare)"
LEAST: Final = 20  # rows of training, below which a code is grouped with the other rare ones
LATEST: Final = 0.15  # of the training rows by day: where early stopping and thresholds look


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows to learn from and rows to answer for, with the same columns.

    ``label`` (bool, training rows) is the outcome; ``stop`` flags the latest training rows;
    ``texts`` names the columns that are categories (pandas dtype ``category``), all others are
    float64.
    """

    train: pd.DataFrame
    test: pd.DataFrame
    label: Flags
    stop: Flags
    texts: tuple[str, ...]


def latest(day: NDArray[Any]) -> Flags:
    """Flag the latest 15 % of rows by day, whole days only; never all and never none."""
    limit = np.quantile(day, 1.0 - LATEST, method="lower")
    return np.asarray(day > limit if (day > limit).any() else day == limit)


def make(
    train: pd.DataFrame, test: pd.DataFrame, label: Flags, day: NDArray[Any], least: int = LEAST
) -> Table:
    """Group rare codes by their count in training, and drop what never differs there.

    A code that is not in training counts as rare, as it would on the day it first comes.
    """
    texts, columns, later = [], {}, {}
    for name in train.columns:
        if train[name].dtype == object:
            counts = train[name].value_counts()
            kept = sorted(str(code) for code in counts.index[counts >= least])
            if len(kept) + (len(kept) < len(counts)) < 2:
                continue
            texts.append(name)
            columns[name], later[name] = (_grouped(part[name], kept) for part in (train, test))
        elif train[name].nunique(dropna=False) > 1:
            columns[name], later[name] = train[name].astype(float), test[name].astype(float)
    return Table(
        train=pd.DataFrame(columns).reset_index(drop=True),
        test=pd.DataFrame(later).reset_index(drop=True),
        label=np.asarray(label, np.bool_),
        stop=latest(day),
        texts=tuple(texts),
    )


def _grouped(values: pd.Series[Any], kept: list[str]) -> pd.Series[Any]:
    known = values.where(values.isin(kept), RARE)
    return known.astype(pd.CategoricalDtype([*kept, RARE]))
