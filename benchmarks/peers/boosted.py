"""CatBoost, XGBoost and an EBM: the peers of the optional dependency group."""

from __future__ import annotations

import warnings
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.peers.table import Table

F64 = NDArray[np.float64]

ROUNDS: Final = 2000
PATIENCE: Final = 50
_BAGS: Final = 4
_PAIRS: Final = 30  # interactions; three for each column (the default) took five times as long


def catboost(table: Table, threads: int) -> tuple[F64, F64]:
    """Probability of denial of the stopping rows, and of the test rows."""
    from catboost import CatBoostClassifier, Pool

    texts = list(table.texts)

    def pool(rows: pd.DataFrame, label: NDArray[Any] | None = None) -> Any:
        plain = rows.assign(**{name: rows[name].astype(str) for name in texts})
        return Pool(plain, label, cat_features=texts)

    def booster(rounds: int, **more: Any) -> Any:
        return CatBoostClassifier(
            iterations=rounds,
            learning_rate=0.06,
            random_seed=1,
            thread_count=threads,
            allow_writing_files=False,
            verbose=False,
            **more,
        )

    stop, label = table.stop, table.label.astype(int)
    held = pool(table.train[stop], label[stop])
    found = booster(ROUNDS, od_type="Iter", od_wait=PATIENCE)
    found.fit(pool(table.train[~stop], label[~stop]), eval_set=held, use_best_model=True)
    whole = booster(max(1, int(found.tree_count_)))
    whole.fit(pool(table.train, label))
    return found.predict_proba(held)[:, 1], whole.predict_proba(pool(table.test))[:, 1]


def xgboost(table: Table, threads: int) -> tuple[F64, F64]:
    """Probability of denial of the stopping rows, and of the test rows."""
    from xgboost import XGBClassifier

    def booster(rounds: int, **more: Any) -> Any:
        return XGBClassifier(
            n_estimators=rounds,
            learning_rate=0.05,
            tree_method="hist",
            enable_categorical=True,
            random_state=1,
            n_jobs=threads,
            **more,
        )

    stop, label = table.stop, table.label.astype(int)
    found = booster(ROUNDS, early_stopping_rounds=PATIENCE)
    held = table.train[stop]
    found.fit(table.train[~stop], label[~stop], eval_set=[(held, label[stop])], verbose=False)
    whole = booster(found.best_iteration + 1)
    whole.fit(table.train, label)
    return found.predict_proba(held)[:, 1], whole.predict_proba(table.test)[:, 1]


def ebm(table: Table, threads: int) -> tuple[F64, F64]:
    """Probability of denial of the stopping rows, and of the test rows.

    The first machine stops on the latest rows; the one that answers is the mean of several bags,
    each stopped on rows of its own, as EBMs are made, so that all rows are learned from.
    """
    from interpret.glassbox import ExplainableBoostingClassifier

    kinds = ["nominal" if name in table.texts else "continuous" for name in table.train.columns]

    def plain(rows: pd.DataFrame) -> pd.DataFrame:
        return rows.assign(**{name: rows[name].astype(str) for name in table.texts})

    def machine(bags: int) -> Any:
        return ExplainableBoostingClassifier(
            feature_types=kinds,
            outer_bags=bags,
            interactions=_PAIRS,
            random_state=1,
            n_jobs=threads,
        )

    rows, label = plain(table.train), table.label.astype(int)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = machine(1)
        found.fit(rows, label, bags=np.where(table.stop, -1, 1).astype(np.int8)[:, None])
        whole = machine(_BAGS).fit(rows, label)
        later = found.predict_proba(rows[table.stop])[:, 1]
        return later, whole.predict_proba(plain(table.test))[:, 1]
