"""Compiled where it can be, LightGBM's own where it cannot; nothing before it is asked for."""

from __future__ import annotations

import threading

import lightgbm
import numpy as np
import pytest
from numpy.typing import NDArray

import models.treeshap.explainer as module
from models.native import NativeBooster
from models.treeshap.explainer import Explainer


def _values() -> NDArray[np.float32]:
    return np.random.default_rng(7).normal(size=(300, 4)).astype(np.float32)


def _text(**options: object) -> str:
    values = _values()
    label = np.digitize(values[:, 0] * values[:, 1], [-0.3, 0.5])
    given = {"objective": "multiclass", "num_class": 3, "verbosity": -1, "num_threads": 1}
    data = lightgbm.Dataset(values, label, params=options)
    return str(lightgbm.train(given | options, data, 4).model_to_string())


def test_compiled_and_lightgbms_say_the_same() -> None:
    text = _text()
    booster, values = NativeBooster(text), _values()
    explainer = Explainer(booster, text)
    assert explainer.prepare()
    found = explainer.contributions(values)
    assert np.abs(found - booster.contributions(values)).max() < 1e-9
    weights = np.random.default_rng(1).normal(size=(300, 3))
    due = np.einsum("nk,nkf->nf", weights, found)
    assert np.abs(explainer.weighted(values, weights) - due).max() < 1e-12


def test_without_a_kernel_lightgbm_explains(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "kernel", lambda: None)
    monkeypatch.setattr(module, "_TOGETHER", 128)
    text, values = _text(), _values()
    booster = NativeBooster(text)
    explainer = Explainer(booster, text)
    assert not explainer.prepare()
    parts = booster.contributions(values)
    assert (explainer.contributions(values) == parts).all()
    weights = np.random.default_rng(1).normal(size=(300, 3))
    due = np.einsum("nk,nkf->nf", weights, parts)
    found = explainer.weighted(values, weights)
    assert np.abs(found - due).max() < 1e-12
    for row in (0, 127, 128, 299):
        here = slice(row, row + 1)
        assert (explainer.weighted(values[here], weights[here])[0] == found[row]).all()


def test_trees_that_ours_cannot_read_are_left_to_lightgbm() -> None:
    text = _text()
    explainer = Explainer(NativeBooster(text), text.replace("num_leaves", "num_leafs"))
    assert not explainer.prepare()
    values = _values()
    assert (explainer.contributions(values) == explainer.booster.contributions(values)).all()


def test_made_ready_once_by_whoever_asks_first(monkeypatch: pytest.MonkeyPatch) -> None:
    text, made = _text(), []
    forest = module.Forest

    def counted(*given: object) -> object:
        made.append(given)
        return forest(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "Forest", counted)
    explainer, values, found = Explainer(NativeBooster(text), text), _values(), []
    threads = [
        threading.Thread(target=lambda: found.append(explainer.contributions(values)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert all((one == found[0]).all() for one in found)
