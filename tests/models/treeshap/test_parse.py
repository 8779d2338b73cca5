"""What is no tree is refused before compiled code, which checks nothing, gets to see it."""

from __future__ import annotations

import re
from types import ModuleType

import lightgbm
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.treeshap.forest import Forest
from models.treeshap.parse import TreesError, parse
from tests.models.treeshap.growing import Tree, forests, model

FIELDS = (
    "num_leaves", "num_cat", "split_feature", "threshold", "decision_type", "left_child",
    "right_child", "leaf_value", "leaf_count", "internal_count", "cat_boundaries", "cat_threshold",
    "max_feature_idx", "num_tree_per_iteration",
)  # fmt: skip


def _small() -> str:
    tree = Tree([0.5, -1.0, 2.0], [10, 20, 30])
    tree.split(0, 1, 10, 0.5)
    tree.split(1, 0, 1, 0.0)
    tree.sets.append([6])
    return model([tree, Tree([0.25], [60])], 3, 1)


def test_reads_what_is_there() -> None:
    trees = parse(_small())
    assert (trees.features, trees.classes) == (3, 1)
    assert trees.splits.tolist() == [2, 0]
    assert trees.feature.tolist() == [1, 0]
    assert trees.count.tolist() == [60, 50]
    assert (trees.left.tolist(), trees.right.tolist()) == ([-1, -2], [1, -3])
    assert trees.value.tolist() == [0.5, -1.0, 2.0, 0.25]
    assert (trees.set_words.tolist(), trees.sets.tolist()) == ([0, 1], [6])


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("is_linear=0", "is_linear=1", "linear trees"),
        ("split_feature=1 0", "split_feature=1 3", "feature that is not there"),
        ("split_feature=1 0", "split_feature=1 -1", "feature that is not there"),
        ("split_feature=1 0", "split_feature=1", "as many splits"),
        ("leaf_value=0.5 -1.0 2.0", "leaf_value=0.5 -1.0", "as many leaves"),
        ("leaf_value=0.5 -1.0 2.0", "leaf_value=0.5 -1.0 two", "cannot be read"),
        ("right_child=1 -3", "right_child=0 -3", "not below it"),
        ("right_child=1 -3", "right_child=2 -3", "not below it"),
        ("right_child=1 -3", "right_child=1 -4", "not below it"),
        ("right_child=1 -3", "right_child=1 -1", "same place"),
        ("internal_count=60 50", "internal_count=60 0", "no training rows"),
        ("leaf_count=10 20 30", "leaf_count=10 20 -30", "no training rows"),
        ("threshold=0.5 0.0", "threshold=0.5 1.0", "set of categories"),
        ("threshold=0.5 0.0", "threshold=0.5 nan", "set of categories"),
        ("cat_boundaries=0 1", "cat_boundaries=0 9", "do not fit"),
        ("cat_boundaries=0 1\n", "", "cannot be read"),
        ("num_cat=1", "num_cat=0", "set of categories"),
        ("decision_type=10 1", "decision_type=14 1", "kind of split"),
        ("num_leaves=3", "num_leaves=0", "no leaf"),
        ("num_leaves=3", "num_leaves=4", "as many"),
        ("num_tree_per_iteration=1", "num_tree_per_iteration=0", "every class"),
        ("num_tree_per_iteration=1", "num_tree_per_iteration=3", "every class"),
        ("max_feature_idx=2\n", "", "cannot be read"),
        ("internal_count=60 50\n", "", "cannot be read"),
    ],
)
def test_what_is_damaged_is_refused(old: str, new: str, says: str) -> None:
    text = _small()
    assert old in text
    with pytest.raises(TreesError, match=says):
        parse(text.replace(old, new, 1))


@pytest.mark.filterwarnings("ignore")
def test_linear_trees_of_lightgbm_are_refused() -> None:
    values = np.random.default_rng(0).normal(size=(300, 3))
    options = {"objective": "l2", "linear_tree": True, "verbosity": -1, "num_threads": 1}
    data = lightgbm.Dataset(values, values[:, 0], params=options)
    with pytest.raises(TreesError, match="linear"):
        parse(lightgbm.train(options, data, 2).model_to_string())


@settings(max_examples=200)
@given(
    forests(features=3, most=4),
    st.sampled_from(FIELDS),
    st.integers(0, 20),
    st.sampled_from((-(2**63), -2, -1, 0, 1, 2, 3, 99, 2**31, 2**62, 2**70, "x", "nan", "inf", "")),
)
def test_no_change_of_a_number_reaches_the_kernel_unseen(
    compiled: ModuleType, text: str, name: str, which: int, put: object
) -> None:
    """Refused, or still trees whose every place is there: then they explain any row."""
    lines = re.findall(rf"^{name}=.*$", text, re.MULTILINE)
    if not lines:
        return
    line = lines[which % len(lines)]
    numbers = line.partition("=")[2].split() or [""]
    numbers[which % len(numbers)] = str(put)
    try:
        trees = parse(text.replace(line, f"{name}={' '.join(numbers)}", 1))
    except TreesError:
        return
    size = np.repeat(trees.splits, trees.splits)
    for child in (trees.left, trees.right):
        assert ((-1 - child <= size) & (child < size)).all()
    assert trees.feature.max(initial=0) < trees.features
    assert (trees.set_first + trees.set_words <= len(trees.sets)).all()
    if trees.features < 1000 and trees.classes < 1000:
        changed = text.replace(line, f"{name}={' '.join(numbers)}", 1)
        Forest(changed, compiled).contributions(np.ones((2, trees.features)))
