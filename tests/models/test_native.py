"""LightGBM through its C interface: same bits as its Python package, without its imports."""

from __future__ import annotations

import subprocess
import sys
import threading

import lightgbm
import numpy as np
import pytest
from numpy.typing import NDArray

from models.native import NativeBooster, NativeError

FEATURES = 12


def _values(rows: int, seed: int) -> NDArray[np.float32]:
    random = np.random.default_rng(seed)
    values = random.normal(size=(rows, FEATURES)).astype(np.float32)
    values[random.random(values.shape) < 0.1] = np.nan
    values[random.random(values.shape) < 0.1] = 0
    return values


def _train(classes: int) -> lightgbm.Booster:
    values = _values(3000, 1)
    random = np.random.default_rng(2)
    signal = np.nan_to_num(values[:, 0]) + np.nan_to_num(values[:, 1]) * np.nan_to_num(values[:, 2])
    signal = signal + random.normal(size=len(values))
    label = np.digitize(signal, np.linspace(-1, 1, classes - 1)) if classes > 2 else signal > 0.5
    options: dict[str, object] = {"num_leaves": 15, "verbosity": -1, "num_threads": 1, "seed": 3}
    options |= {"objective": "multiclass", "num_class": classes} if classes > 2 else {}
    options |= {"objective": "binary"} if classes == 2 else {}
    return lightgbm.train(options, lightgbm.Dataset(values, label.astype(int)), 40)


@pytest.fixture(scope="module", params=[2, 5])
def booster(request: pytest.FixtureRequest) -> lightgbm.Booster:
    return _train(request.param)


@pytest.fixture(scope="module")
def native(booster: lightgbm.Booster) -> NativeBooster:
    return NativeBooster(booster.model_to_string())


def test_knows_its_shape(booster: lightgbm.Booster, native: NativeBooster) -> None:
    assert native.features == FEATURES
    assert native.feature_names == tuple(booster.feature_name())
    assert native.classes == booster.num_model_per_iteration()
    assert native.iterations == 40


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("rows", [1, 2, 700])
def test_same_bits(
    booster: lightgbm.Booster, native: NativeBooster, kind: type[np.floating], rows: int
) -> None:
    values = _values(rows, 9).astype(kind)
    raw = np.asarray(booster.predict(values, raw_score=True)).reshape(rows, -1)
    shares = np.asarray(booster.predict(values, pred_contrib=True)).reshape(rows, -1)
    assert (native.raw(values) == raw).all()
    assert (native.contributions(values).reshape(rows, -1) == shares).all()


def test_one_row_is_a_row_of_a_batch(native: NativeBooster) -> None:
    values = _values(200, 4)
    whole, explained = native.raw(values, threads=2), native.contributions(values, threads=2)
    for place in range(len(values)):
        row = values[place : place + 1]
        assert (native.raw(row)[0] == whole[place]).all()
        assert (native.contributions(row)[0] == explained[place]).all()


def test_threads_do_not_share_a_row(native: NativeBooster) -> None:
    values = _values(400, 5)
    due = native.raw(values)
    wrong: list[int] = []

    def work(first: int) -> None:
        for place in range(first, len(values), 4):
            again = [native.raw(values[place : place + 1])[0] for _ in range(5)]
            wrong.extend(place for row in again if not (row == due[place]).all())

    threads = [threading.Thread(target=work, args=(first,)) for first in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_no_rows(native: NativeBooster) -> None:
    assert native.raw(_values(0, 1)).shape == (0, native.classes)
    assert native.contributions(_values(0, 1)).shape == (0, native.classes, FEATURES + 1)


def test_wrong_shape_and_type(native: NativeBooster) -> None:
    with pytest.raises(NativeError, match="rows of 12 features"):
        native.raw(_values(3, 1)[:, :5])
    with pytest.raises(NativeError, match="rows of 12 features"):
        native.raw(_values(1, 1)[0])
    with pytest.raises(NativeError, match="float32 or float64"):
        native.raw(_values(3, 1).astype(np.float16))


def test_strided_values(native: NativeBooster) -> None:
    values = _values(50, 6)
    assert (native.raw(values[::-2]) == native.raw(values[::-2].copy())).all()


def test_a_cut_model_is_refused_before_lightgbm_reads_past_its_end(
    booster: lightgbm.Booster,
) -> None:
    text = booster.model_to_string()
    end = text.index("end of trees")
    for length in (0, 3, 200, text.index("Tree=0"), text.index("Tree=3"), end // 2, end - 1):
        with pytest.raises(NativeError):
            NativeBooster(text[:length])
    with pytest.raises(NativeError, match="damaged"):
        NativeBooster(text.replace("Tree=3\n", "Tree=3\nx"))


def test_serving_imports_no_lightgbm() -> None:
    code = (
        "import sys, models.native as n; n._library();"
        "print([m for m in ('lightgbm', 'pandas', 'sklearn', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
