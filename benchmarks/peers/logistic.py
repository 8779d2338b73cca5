"""Logistic regression on one column for each code; how strongly it is held is its stopping."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from benchmarks.peers.table import Table

F64 = NDArray[np.float64]

_STRENGTHS: Final = (0.01, 0.1, 1.0)


def _squeezed(values: NDArray[Any]) -> NDArray[Any]:
    """Charges and lags have long tails: the logarithm of their size, with their sign."""
    return np.asarray(np.sign(values) * np.log1p(np.abs(values)))


def _columns(table: Table) -> ColumnTransformer:
    texts = list(table.texts)
    rest = [name for name in table.train.columns if name not in table.texts]
    numeric = make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
        FunctionTransformer(_squeezed),
        StandardScaler(),
    )
    codes = OneHotEncoder(handle_unknown="ignore", dtype=np.float64)
    return ColumnTransformer([("codes", codes, texts), ("numbers", numeric, rest)])


def logistic(table: Table, threads: int) -> tuple[F64, F64]:
    """Probability of denial of the stopping rows, and of the test rows. One thread is used."""
    stop, label = table.stop, table.label.astype(int)

    def fitted(rows: pd.DataFrame, outcome: NDArray[Any], strength: float) -> Any:
        learner = LogisticRegression(C=strength, max_iter=400)
        return make_pipeline(_columns(table), learner).fit(rows, outcome)

    held = table.train[stop]
    tried = []
    for strength in _STRENGTHS:
        made = fitted(table.train[~stop], label[~stop], strength)
        chance = made.predict_proba(held)[:, 1]
        tried.append((log_loss(label[stop], chance, labels=[0, 1]), strength, chance))
    _, strength, later = min(tried, key=lambda one: one[0])
    return later, fitted(table.train, label, strength).predict_proba(table.test)[:, 1]
