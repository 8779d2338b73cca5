from __future__ import annotations

import shutil
from pathlib import Path

import lightgbm
import numpy as np
import pandas as pd
import pytest

from claims.categories import CATEGORIES
from features.catalog import FEATURES
from models.calibration import Calibration
from models.carcs import CarcTable
from models.card import FILE, FORM, text
from models.causes import mix
from models.denial import DenialModel
from models.registry import Registry
from training.tracking import RunRecord, log

pytestmark = pytest.mark.xdist_group("mlflow")
NAMES = [feature.name for feature in FEATURES]


@pytest.fixture(scope="module")
def values() -> np.ndarray:
    random = np.random.default_rng(1)
    made = random.normal(size=(600, len(NAMES))).astype(np.float32)
    made[random.random(made.shape) < 0.1] = np.nan
    return made


@pytest.fixture(scope="module")
def model(values: np.ndarray) -> DenialModel:
    denied = np.nan_to_num(values[:, 0]) + np.nan_to_num(values[:, 1]) > 1
    label = np.where(denied, 1 + np.arange(600) % 2, 0)
    settings = {"objective": "multiclass", "num_class": 3, "num_leaves": 7, "num_threads": 1}
    data = lightgbm.Dataset(values, label, feature_name=NAMES)
    booster = lightgbm.train(settings | {"verbosity": -1}, data, 10)
    prior = np.zeros(len(CATEGORIES))
    prior[:2] = 0.5
    return DenialModel.from_parts(
        causes=booster.model_to_string(),
        classes=["paid", *CATEGORIES[:2]],
        prior=prior,
        calibration=Calibration.fit(mix(booster.predict(values, raw_score=True)).raw, denied),
        carcs=CarcTable.fit(np.zeros(1, int), ["27"], np.zeros(1, np.uint64)),
        threshold=0.4,
        facts={"examples": 600},
    )


@pytest.fixture(scope="module")
def registry(model: DenialModel, tmp_path_factory: pytest.TempPathFactory) -> Registry:
    made = Registry(tmp_path_factory.mktemp("pyfunc") / "mlruns")
    record = RunRecord(
        name="train",
        parameters={"seed": 1},
        metrics={"test.auroc": 0.8},
        tags={"preclear.data": "sha256:0"},
        files={
            "evaluation.json": "{}",
            FILE: text({"form": FORM, "model": {"digest": model.digest}}),
        },
        plots={"reliability": b"png"},
    )
    made.promote(log(made, model, model, record), "test")
    return made


def _loaded(registry: Registry, wanted: str = "champion"):
    import mlflow.pyfunc

    from models.registry import store_uri

    mlflow.set_tracking_uri(store_uri(registry.mlruns))
    mlflow.set_registry_uri(store_uri(registry.mlruns))
    return mlflow.pyfunc.load_model(f"models:/denial@{wanted}")


def test_the_pyfunc_gives_the_probabilities_of_the_bundle(
    registry: Registry, model: DenialModel, values: np.ndarray
) -> None:
    expected = model.predict(values)
    frame = pd.DataFrame(values, columns=NAMES, index=np.arange(600) + 7)
    made = _loaded(registry).predict(frame[NAMES[::-1]])
    assert (made["denial_probability"].to_numpy() == expected.probability).all()
    for place, name in enumerate(CATEGORIES):
        assert (
            made[f"category.{name}"].to_numpy() == expected.category_probability[:, place]
        ).all()
    assert made.index.equals(frame.index)


def test_contributions_are_given_when_asked_for(
    registry: Registry, model: DenialModel, values: np.ndarray
) -> None:
    frame = pd.DataFrame(values[:20], columns=NAMES, index=np.arange(20) + 7)
    made = _loaded(registry).predict(frame, params={"contributions": True})
    told = made[[f"contribution.{name}" for name in (*NAMES, "base")]]
    np.testing.assert_array_equal(told.to_numpy(), model.contributions(values[:20]))
    assert made.index.equals(frame.index)
    assert len(_loaded(registry).predict(frame).columns) == 1 + len(CATEGORIES)


def test_an_array_is_taken_in_the_order_of_the_features(
    registry: Registry, model: DenialModel, values: np.ndarray
) -> None:
    made = _loaded(registry).unwrap_python_model()
    answer = made.predict(None, values)
    assert (answer["denial_probability"].to_numpy() == model.predict(values).probability).all()
    with pytest.raises(ValueError, match="one for each feature"):
        made.predict(None, values[:, 1:])
    with pytest.raises(ValueError, match=f"The columns {NAMES[0]} are missing"):
        made.predict(None, pd.DataFrame(values[:, 1:], columns=NAMES[1:]))


def test_the_registered_bundle_is_the_model(registry: Registry, model: DenialModel) -> None:
    found = registry.resolve()
    assert found.digest == model.digest
    assert DenialModel.load(found.bundle).digest == model.digest


def test_no_serialised_object_and_no_user_is_kept(registry: Registry) -> None:
    kept = {path.suffix for path in registry.mlruns.rglob("*") if path.is_file()}
    assert not kept & {".pkl", ".pickle", ".joblib", ".dill"}
    run = registry.client.get_run(registry.show("champion").run_id)
    assert "mlflow.user" not in run.data.tags
    assert "mlflow.source.name" not in run.data.tags


def test_the_pyfunc_of_a_moved_folder_still_loads(
    registry: Registry, model: DenialModel, values: np.ndarray, tmp_path: Path
) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(registry.mlruns, moved)
    again = Registry(moved)
    assert again.show("champion").version == "1"
    frame = pd.DataFrame(values, columns=NAMES)
    made = _loaded(again).predict(frame)
    assert (made["denial_probability"].to_numpy() == model.predict(values).probability).all()
