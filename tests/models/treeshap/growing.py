"""Trees grown at random, in LightGBM's text form: all that it can write, and more than it would."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

THRESHOLDS = (-2.0, -1.0, -1e-40, 0.0, 1e-36, 1.0000000180025095e-35, 0.5, 1.0, 2.5, 1e300)
VALUES = (
    float("nan"), 0.0, -0.0, 1e-36, -1e-36, 1e-34, -0.5, -1.0, -2.0, 0.5, 1.0, 1.5, 2.0, 3.0, 31.0,
    32.0, 63.9, 64.0, 95.0, 96.0, 3e9, -3e9, 1e30, float("inf"), float("-inf"),
)  # fmt: skip


@dataclass
class Tree:
    """One tree, as LightGBM numbers it: a split takes a leaf's place and makes one leaf more."""

    values: list[float]
    rows: list[int]
    feature: list[int] = field(default_factory=list)
    threshold: list[float] = field(default_factory=list)
    decision: list[int] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    right: list[int] = field(default_factory=list)
    sets: list[list[int]] = field(default_factory=list)

    def split(self, leaf: int, feature: int, decision: int, threshold: float) -> None:
        """Split ``leaf``, whose place the left side takes."""
        new, fresh = len(self.feature), len(self.feature) + 1
        for children in (self.left, self.right):
            children[:] = [new if child == -1 - leaf else child for child in children]
        self.left.append(-1 - leaf)
        self.right.append(-1 - fresh)
        self.feature.append(feature)
        self.decision.append(decision)
        self.threshold.append(threshold)

    def count(self, place: int) -> int:
        """The training rows at a split, or at leaf -1 - ``place``."""
        if place < 0:
            return self.rows[-1 - place]
        return self.count(self.left[place]) + self.count(self.right[place])

    def text(self, number: int) -> str:
        """LightGBM's text form of it."""
        counts = [self.count(place) for place in range(len(self.feature))] if self.feature else []
        bounds = np.cumsum([0, *map(len, self.sets)]).tolist()
        fields: dict[str, Sequence[object]] = {
            "num_leaves": [len(self.feature) + 1],
            "num_cat": [len(self.sets)],
            "split_feature": self.feature,
            "split_gain": [1] * len(self.feature),
            "threshold": [repr(one) for one in self.threshold],
            "decision_type": self.decision,
            "left_child": self.left,
            "right_child": self.right,
            "leaf_value": [repr(one) for one in self.values],
            "leaf_weight": [1] * len(self.values),
            "leaf_count": self.rows,
            "internal_value": [0] * len(self.feature),
            "internal_weight": [1] * len(self.feature),
            "internal_count": counts,
        }
        if self.sets:
            fields["cat_boundaries"] = bounds
            fields["cat_threshold"] = [word for one in self.sets for word in one]
        fields |= {"is_linear": [0], "shrinkage": [1]}
        lines = [f"{name}={' '.join(map(str, given))}" for name, given in fields.items()]
        return f"Tree={number}\n" + "\n".join(lines) + "\n\n\n"


def model(trees: Sequence[Tree], features: int, classes: int, *, averaged: bool = False) -> str:
    """LightGBM's text form of a model of these ``trees``."""
    objective = f"multiclass num_class:{classes}" if classes > 1 else "binary sigmoid:1"
    texts = [tree.text(number) for number, tree in enumerate(trees)]
    header = [
        "tree", "version=v4", f"num_class={classes}", f"num_tree_per_iteration={classes}",
        "label_index=0", f"max_feature_idx={features - 1}", f"objective={objective}",
        *(["average_output"] if averaged else []),
        "feature_names=" + " ".join(f"f{place}" for place in range(features)),
        "feature_infos=" + " ".join(["[0:1]"] * features),
        "tree_sizes=" + " ".join(str(len(one)) for one in texts),
    ]  # fmt: skip
    end = ["end of trees", "", "feature_importances:", "", "parameters:", "end of parameters", ""]
    return "\n".join(header) + "\n\n" + "".join(texts) + "\n".join(end) + "\n"


@st.composite
def trees(draw: st.DrawFn, features: int, most: int = 9) -> Tree:
    """A tree of up to ``most`` splits, some of them by sets of categories."""
    splits = draw(st.integers(0, most))
    chain = draw(st.booleans())
    numbers = st.floats(-3, 3, allow_subnormal=False)
    tree = Tree(
        draw(st.lists(numbers, min_size=splits + 1, max_size=splits + 1)),
        draw(st.lists(st.integers(1, 1000), min_size=splits + 1, max_size=splits + 1)),
    )
    for made in range(splits):
        leaf = made if chain else draw(st.integers(0, made))
        feature = draw(st.integers(0, features - 1))
        if draw(st.integers(0, 3)) == 0:
            words = draw(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=3))
            tree.split(leaf, feature, 1, float(len(tree.sets)))
            tree.sets.append(words)
        else:
            missing = draw(st.sampled_from((0, 4, 8)))
            default = draw(st.sampled_from((0, 2)))
            tree.split(leaf, feature, missing + default, draw(st.sampled_from(THRESHOLDS)))
    return tree


@st.composite
def forests(draw: st.DrawFn, features: int = 5, most: int = 9) -> str:
    """A model of one or several classes."""
    classes = draw(st.sampled_from((1, 1, 3)))
    rounds = draw(st.integers(1, 3))
    grown = [draw(trees(features, most)) for _ in range(classes * rounds)]
    return model(grown, features, classes, averaged=draw(st.booleans()))


@st.composite
def rows(draw: st.DrawFn, features: int = 5) -> NDArray[np.float32] | NDArray[np.float64]:
    """Up to six rows of values that lie on and around what splits ask for."""
    count = draw(st.integers(1, 6))
    one = st.lists(st.sampled_from(VALUES), min_size=features, max_size=features)
    kind = draw(st.sampled_from((np.float32, np.float64)))
    found = draw(st.lists(one, min_size=count, max_size=count))
    return np.array(found).astype(kind)
