"""The way most people serve a model: a one-row pandas frame, LightGBM, ``shap.TreeExplainer``.

The same booster as ours. What it is sent are the ready features of a claim, which it would else
have to build. The explainer is made once, at the start; many make it for each request.
"""

from __future__ import annotations

import os
from typing import Any

import lightgbm
import numpy as np
import pandas as pd
import shap
from fastapi import FastAPI

MODEL = "PRECLEAR_BENCH_MODEL"
"""Names LightGBM's text form of the booster."""


def create() -> FastAPI:
    """``POST /predict`` with ``{feature: value}``: the probability of a denial, and why."""
    app = FastAPI()
    booster = lightgbm.Booster(model_file=os.environ[MODEL])
    explainer = shap.TreeExplainer(booster)

    @app.post("/predict")
    def predict(body: dict[str, Any]) -> dict[str, Any]:
        row = pd.DataFrame([body]).astype("float32")
        probability = booster.predict(row, num_threads=1)
        pushes = np.asarray(explainer.shap_values(row))
        return {"paid": float(np.asarray(probability)[0, 0]), "contributions": pushes.tolist()}

    return app
