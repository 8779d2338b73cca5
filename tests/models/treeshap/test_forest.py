"""Ours against LightGBM's ``pred_contrib`` and against the definition, worked out in fractions."""

from __future__ import annotations

from fractions import Fraction
from types import ModuleType

import lightgbm
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.native import NativeBooster
from models.treeshap.forest import Forest
from tests.models.treeshap.growing import Tree, forests, model, rows

Matrix = NDArray[np.float32] | NDArray[np.float64]
WITHIN = 1e-9


def _same(compiled: ModuleType, text: str, values: Matrix) -> NDArray[np.float64]:
    """Ours, held against LightGBM's."""
    booster, forest = NativeBooster(text), Forest(text, compiled)
    assert (forest.features, forest.classes) == (booster.features, booster.classes)
    found = forest.contributions(values)
    assert np.abs(found - booster.contributions(values)).max() < WITHIN
    assert np.abs(found.sum(axis=2) - booster.raw(values)).max() < WITHIN
    return found


@settings(max_examples=250)
@given(forests(), rows())
def test_any_trees_say_what_lightgbm_says(compiled: ModuleType, text: str, values: Matrix) -> None:
    _same(compiled, text, values)


@settings(max_examples=40)
@given(forests(features=12, most=40), rows(features=12))
def test_large_trees_say_what_lightgbm_says(
    compiled: ModuleType, text: str, values: Matrix
) -> None:
    _same(compiled, text, values)


@st.composite
def _options(draw: st.DrawFn) -> dict[str, object]:
    classes = draw(st.sampled_from((1, 4)))
    boosting = draw(st.sampled_from(("gbdt", "gbdt", "dart", "rf")))
    options: dict[str, object] = {
        "objective": "multiclass" if classes > 1 else draw(st.sampled_from(("binary", "l2"))),
        "boosting": boosting,
        "num_leaves": draw(st.sampled_from((2, 4, 15, 40))),
        "max_depth": draw(st.sampled_from((-1, -1, 3))),
        "min_data_in_leaf": draw(st.sampled_from((1, 1, 5, 20, 2000))),
        "zero_as_missing": draw(st.booleans()),
        "use_missing": draw(st.booleans()),
        "max_cat_to_onehot": draw(st.sampled_from((1, 50))),
        "extra_trees": draw(st.booleans()),
        "seed": draw(st.integers(0, 1000)),
        "cat_smooth": 1.0, "min_data_per_group": 5, "verbosity": -1, "num_threads": 1,
    }  # fmt: skip
    if classes > 1:
        options["num_class"] = classes
    if boosting == "rf":
        options |= {"bagging_fraction": 0.6, "bagging_freq": 1}
    return options


def _data(seed: int) -> NDArray[np.float64]:
    random = np.random.default_rng(seed)
    values = random.normal(size=(400, 9))
    values[:, 6:8] = random.integers(0, 70, (400, 2))
    values[:, 8] = 1.0
    values[:, 3] = random.integers(0, 3, 400)
    values[random.random(values.shape) < 0.1] = np.nan
    values[random.random(values.shape) < 0.1] = 0.0
    return values


@settings(max_examples=60)
@given(_options())
def test_what_lightgbm_learns_says_what_lightgbm_says(
    compiled: ModuleType, options: dict[str, object]
) -> None:
    values = _data(int(str(options["seed"])))
    filled = np.nan_to_num(values)
    signal = filled[:, 0] + filled[:, 1] * filled[:, 2] + filled[:, 3] + (filled[:, 6] % 5 == 1) * 2
    label = signal
    if options["objective"] != "l2":
        label = np.digitize(signal, [0.0, 1.0, 2.0] if "num_class" in options else [0.5])
    data = lightgbm.Dataset(values, label, categorical_feature=[6, 7], params=options)
    text = lightgbm.train(options, data, 6).model_to_string()
    strange = values[:60].copy()
    strange[::3, 6] = [-1.0, 0.5, 70.0, 1e10] * 5
    _same(compiled, text, strange)


def _chain(length: int, features: int) -> Tree:
    random = np.random.default_rng(length)
    tree = Tree(
        random.normal(size=length + 1).tolist(), random.integers(1, 40, length + 1).tolist()
    )
    for split in range(length):
        tree.split(split, split % features, 10, float(random.normal()))
    return tree


def _by_definition(tree: Tree, row: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shapley values of the tree's expectation, exactly: every path's polynomial in fractions."""
    found = [Fraction(0)] * len(row)

    def down(place: int, agree: dict[int, tuple[Fraction, int]]) -> None:
        if place < 0:
            _leaf(Fraction(tree.values[-1 - place]), agree, found)
            return
        feature = tree.feature[place]
        left = bool(row[feature] <= tree.threshold[place])
        for child, goes in ((tree.left[place], left), (tree.right[place], not left)):
            share, all_of = agree.get(feature, (Fraction(1), 1))
            share *= Fraction(tree.count(child), tree.count(place))
            down(child, agree | {feature: (share, all_of * goes)})

    down(0, {})
    return np.array([float(one) for one in found])


def _leaf(value: Fraction, agree: dict[int, tuple[Fraction, int]], found: list[Fraction]) -> None:
    for feature, (share, agrees) in agree.items():
        product = [Fraction(1)]
        for other, (z, o) in agree.items():
            if other != feature:
                times = [*(z * one for one in product), Fraction(0)]
                for power, one in enumerate(product):
                    times[power + 1] += (o - z) * one
                product = times
        mean = sum(one / (power + 1) for power, one in enumerate(product))
        found[feature] += (agrees - share) * value * mean


@pytest.mark.parametrize(("length", "features"), [(1, 1), (7, 3), (12, 12), (40, 16)])
def test_a_deep_chain_is_as_it_is_defined(compiled: ModuleType, length: int, features: int) -> None:
    tree = _chain(length, features)
    values = np.random.default_rng(5).normal(size=(4, features))
    found = Forest(model([tree], features, 1), compiled).contributions(values)
    for row in range(len(values)):
        assert np.abs(found[row, 0, :-1] - _by_definition(tree, values[row])).max() < 1e-12


@pytest.mark.parametrize("length", [100, 700])
def test_a_very_deep_chain_adds_up(compiled: ModuleType, length: int) -> None:
    text = model([_chain(length, length)], length, 1)
    values = np.random.default_rng(6).normal(size=(3, length))
    found = Forest(text, compiled).contributions(values)
    assert np.abs(found.sum(axis=2) - NativeBooster(text).raw(values)).max() < WITHIN


@pytest.fixture(scope="module")
def learned() -> str:
    """Trees of 15 leaves beside some of 3 (which have a table), of three classes."""
    values = _data(1)[:, :6]
    label = np.digitize(np.nan_to_num(values[:, 0] + values[:, 1]), [-0.5, 0.5])
    options = {"objective": "multiclass", "num_class": 3, "verbosity": -1, "num_threads": 1}
    booster = lightgbm.train(
        options | {"num_leaves": 15, "min_data_in_leaf": 5}, lightgbm.Dataset(values, label), 8
    )
    return str(booster.model_to_string())


def test_a_row_alone_is_a_row_of_many_to_the_last_bit(compiled: ModuleType, learned: str) -> None:
    forest, values = Forest(learned, compiled), np.tile(_data(2)[:, :6], (3, 1)).astype(np.float32)
    weights = np.random.default_rng(3).normal(size=(len(values), 3))
    many, mixed = forest.contributions(values, threads=2), forest.weighted(values, weights, 2)
    assert (many == forest.contributions(values, threads=1)).all()
    for row in range(0, len(values), 7):
        here = slice(row, row + 1)
        assert (forest.contributions(values[here])[0] == many[row]).all()
        assert (forest.weighted(values[here], weights[here])[0] == mixed[row]).all()


def test_weighted_is_the_weighted_sum(compiled: ModuleType, learned: str) -> None:
    forest, values = Forest(learned, compiled), _data(4)[:50, :6]
    weights = np.random.default_rng(3).normal(size=(50, 3))
    due = np.einsum("nk,nkf->nf", weights, forest.contributions(values))
    assert np.abs(forest.weighted(values, weights) - due).max() < 1e-12


def test_what_is_given_is_left_as_it_is(compiled: ModuleType, learned: str) -> None:
    values = np.full((2, 6), 1e-37)
    Forest(learned, compiled).contributions(values)
    assert (values == 1e-37).all()


def test_no_rows_and_no_trees(compiled: ModuleType, learned: str) -> None:
    forest = Forest(learned, compiled)
    assert forest.contributions(np.zeros((0, 6))).shape == (0, 3, 7)
    assert forest.weighted(np.zeros((0, 6)), np.zeros((0, 3))).shape == (0, 7)
    empty = Forest(model([], 4, 2), compiled)
    assert (empty.contributions(np.ones((3, 4))) == np.zeros((3, 2, 5))).all()


@pytest.mark.parametrize("shape", [(2, 5), (2, 7), (6,)])
def test_rows_of_another_width_are_refused(
    compiled: ModuleType, learned: str, shape: tuple[int, ...]
) -> None:
    forest = Forest(learned, compiled)
    with pytest.raises(ValueError, match="rows of 6 features"):
        forest.contributions(np.zeros(shape))
    with pytest.raises(ValueError, match="3 classes"):
        forest.weighted(np.zeros((2, 6)), np.zeros((2, 2)))
