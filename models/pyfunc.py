"""The denial model as an MLflow pyfunc, for notebooks and batch engines.

MLflow keeps this very file ("models from code") with the bundle and the three packages it needs
beside it; no object is serialised. Input: a DataFrame whose columns are named as the features, in
any order, or an array (n, features) in the order of ``features.catalog.FEATURES``. Output: a
DataFrame with ``denial_probability`` and one column ``category.<name>`` each, which is the
probability of that category, given that the claim is denied. With the parameter ``contributions``
there is also a column ``contribution.<feature>`` each and ``contribution.base``: exact TreeSHAP
values, which add up to the log-odds of a denial before calibration.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from mlflow.models import set_model
from mlflow.pyfunc.model import PythonModel, PythonModelContext
from numpy.typing import NDArray

from claims.categories import CATEGORIES
from features.catalog import FEATURES
from models.denial import DenialModel


def matrix(rows: pd.DataFrame | NDArray[np.floating]) -> NDArray[np.float32]:
    """float32 (n, features) from a DataFrame or an array.

    Raises ``ValueError`` naming the columns that are missing, or the width that does not fit.
    """
    names = [feature.name for feature in FEATURES]
    if isinstance(rows, pd.DataFrame) and not all(isinstance(name, str) for name in rows.columns):
        rows = rows.to_numpy()
    if isinstance(rows, pd.DataFrame):
        missing = [name for name in names if name not in rows.columns]
        if missing:
            raise ValueError(f"The columns {', '.join(missing)} are missing: give every feature.")
        values = rows[names].to_numpy(dtype=np.float32)
    else:
        values = np.asarray(rows, dtype=np.float32)
    if values.ndim != 2 or values.shape[1] != len(names):
        raise ValueError(f"An array of {len(names)} columns is needed, one for each feature.")
    return np.ascontiguousarray(values)


class DenialPyfunc(PythonModel):
    """``DenialModel`` behind MLflow's interface."""

    def load_context(self, context: PythonModelContext) -> None:
        """Verify and load the bundle that lies beside this file."""
        self._model = DenialModel.load(Path(context.artifacts["bundle"]))

    def predict(
        self,
        context: PythonModelContext,
        model_input: pd.DataFrame,
        params: dict[str, object] | None = None,
    ) -> pd.DataFrame:
        """Probabilities of denial and category, one row for each row of the input.

        An array is taken too; MLflow reads the annotation and knows no union.
        """
        values = matrix(model_input)
        predicted = self._model.predict(values)
        index = model_input.index if isinstance(model_input, pd.DataFrame) else None
        made = pd.DataFrame({"denial_probability": predicted.probability}, index=index)
        for place, name in enumerate(CATEGORIES):
            made[f"category.{name}"] = predicted.category_probability[:, place]
        if params and params.get("contributions"):
            names = [f"contribution.{feature.name}" for feature in FEATURES]
            pushes = self._model.contributions(values)
            told = pd.DataFrame(pushes, index=made.index, columns=[*names, "contribution.base"])
            made = pd.concat([made, told], axis=1)
        return made


set_model(DenialPyfunc())
