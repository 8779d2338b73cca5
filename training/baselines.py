"""What the model must beat, learned from the same examples and the same features."""

from __future__ import annotations

import warnings
from typing import Final

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
Flags = NDArray[np.bool_]

_FAR: Final = 5.0  # standard deviations beyond which a value tells a straight line nothing more
_LEAN: Final = 50.0


def constant(denied: Flags, size: int) -> F64:
    """The training period's share of denied claims, for each of ``size`` claims."""
    return np.full(size, float(denied.mean()))


def payer_rate(payer: I32, denied: Flags, asked: I32) -> F64:
    """The training period's share of denied claims of each payer, smoothed by 50 claims of all."""
    count = int(max(payer.max(initial=0), asked.max(initial=0))) + 1
    total = np.bincount(payer, minlength=count)
    hits = np.bincount(payer, weights=denied, minlength=count)
    rate = (hits + _LEAN * float(denied.mean())) / (total + _LEAN)
    return np.asarray(rate[asked], np.float64)


def _held(values: F64) -> F64:
    return np.clip(values, -_FAR, _FAR, out=values)


def logistic(values: F32, denied: Flags, asked: F32, seed: int) -> F64:
    """Probabilities of a logistic regression on the same features (rows by features).

    Medians stand in for what is missing; features are standardised and held within five standard
    deviations.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, StandardScaler

    steps = make_pipeline(
        # In place, on the copy that is made here: a million claims would be held four times.
        SimpleImputer(strategy="median", keep_empty_features=True, copy=False),
        StandardScaler(copy=False),
        FunctionTransformer(_held),
        LogisticRegression(C=0.1, solver="newton-cholesky", max_iter=50, random_state=seed),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        steps.fit(values.astype(np.float64), denied)
    return np.asarray(steps.predict_proba(asked.astype(np.float64))[:, 1], np.float64)
