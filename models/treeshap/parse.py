"""LightGBM's text form of a model as flat arrays, checked so that compiled code need not look.

The form is that of ``Tree::ToString`` in LightGBM's ``src/io/tree.cpp``, version 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

CATEGORICAL: Final = 1
"""Bit of ``Trees.decision``: the split is by a set of categories."""
DEFAULT_LEFT: Final = 2
"""Bit of ``Trees.decision``: what is missing goes left."""
MISSING_ZERO: Final = 1
"""Where ``Trees.decision`` shifted right by 2 is this, 0 and NaN are missing."""
MISSING_NAN: Final = 2
"""Where it is this, NaN is missing; where it is 0, nothing is, and NaN counts as 0."""


class TreesError(ValueError):
    """These trees cannot be explained here; one sentence."""


@dataclass(frozen=True, slots=True, eq=False)
class Trees:
    """T trees with s splits and l leaves together, one after the other.

    ``splits`` (T) says how many splits each has, its leaves are one more; tree i speaks for class
    i modulo ``classes``. Of the splits (s): ``feature``, ``threshold`` (of a categorical one the
    place of its set), ``decision`` (LightGBM's bits), ``left`` and ``right`` (a split of the same
    tree, or -1 minus a leaf of it), ``count`` of training rows. Of the leaves (l): ``value`` and
    ``leaf_count``. ``sets`` are bit sets of 32 categories a word; ``set_first`` and ``set_words``
    (s) say where that of a split lies.
    """

    features: int
    classes: int
    splits: Ints
    feature: Ints
    threshold: Floats
    decision: Ints
    left: Ints
    right: Ints
    count: Ints
    value: Floats
    leaf_count: Ints
    sets: NDArray[np.uint32]
    set_first: Ints
    set_words: Ints

    @property
    def first_split(self) -> Ints:
        """Where the splits of each tree begin (T)."""
        return np.cumsum(self.splits) - self.splits

    @property
    def first_leaf(self) -> Ints:
        """Where the leaves of each tree begin (T)."""
        return self.first_split + np.arange(len(self.splits))


def parse(text: str) -> Trees:
    """Read ``Booster.model_to_string()``; ``TreesError`` where it holds what is not known here."""
    header, _, rest = text.partition("\n\n")
    told = _fields(header)
    blocks = rest.partition("\nend of trees")[0].split("\nTree=")
    fields = [_fields(block) for block in blocks] if "=" in rest.partition("end of")[0] else []
    try:
        return _trees(told, fields)
    except (KeyError, ValueError, OverflowError) as error:
        raise TreesError(f"the trees cannot be read ({error})") from error


def _fields(block: str) -> dict[str, str]:
    return {name: value for name, _, value in (line.partition("=") for line in block.splitlines())}


def _trees(told: dict[str, str], fields: list[dict[str, str]]) -> Trees:
    if any(tree.get("is_linear", "0") != "0" for tree in fields):
        raise TreesError("linear trees have no such contributions")
    leaves = np.array([int(tree["num_leaves"]) for tree in fields], np.int64)
    if (leaves < 1).any():
        raise TreesError("a tree has no leaf")
    grown = [tree for tree in fields if tree["num_leaves"] != "1"]

    def whole(name: str, trees: list[dict[str, str]] = grown) -> Ints:
        return np.array(" ".join(tree[name] for tree in trees).split(), np.int64)

    # A tree of one leaf says what was counted in it or does not; nothing hangs on it.
    counts = " ".join(tree["leaf_count"] if tree in grown else "1" for tree in fields)
    threshold = np.array(" ".join(tree["threshold"] for tree in grown).split(), np.float64)
    decision = whole("decision_type")
    first, words, sets = _sets(grown, decision, threshold)
    trees = Trees(
        features=int(told["max_feature_idx"]) + 1,
        classes=int(told["num_tree_per_iteration"]),
        splits=leaves - 1,
        feature=whole("split_feature"),
        threshold=threshold,
        decision=decision,
        left=whole("left_child"),
        right=whole("right_child"),
        count=whole("internal_count"),
        value=np.array(" ".join(tree["leaf_value"] for tree in fields).split(), np.float64),
        leaf_count=np.array(counts.split(), np.int64),
        sets=sets,
        set_first=first,
        set_words=words,
    )
    _check(trees)
    return trees


def _sets(
    trees: list[dict[str, str]], decision: Ints, threshold: Floats
) -> tuple[Ints, Ints, NDArray[np.uint32]]:
    """Where the set of categories of each split begins, its words, and all sets."""
    first, words = np.zeros(len(decision), np.int64), np.zeros(len(decision), np.int64)
    sets = [np.zeros(0, np.uint32)]
    before = place = 0
    for tree in trees:
        here = slice(place, place + int(tree["num_leaves"]) - 1)
        place = here.stop
        if tree.get("num_cat", "0") == "0":
            continue
        bounds = np.array(tree["cat_boundaries"].split(), np.int64)
        held = np.array(tree["cat_threshold"].split(), np.uint32)
        if bounds[0] != 0 or bounds[-1] != len(held) or (np.diff(bounds) < 0).any():
            raise TreesError("the sets of categories do not fit their bounds")
        by_set = np.flatnonzero(decision[here] & CATEGORICAL) + here.start
        named = threshold[by_set]
        if not ((named >= 0) & (named < len(bounds) - 1)).all():
            raise TreesError("a split is by a set of categories that is not there")
        which = named.astype(np.int64)
        first[by_set], words[by_set] = before + bounds[which], np.diff(bounds)[which]
        sets.append(held)
        before += len(held)
    if (words[(decision & CATEGORICAL) > 0] < 1).any():
        raise TreesError("a split is by a set of categories that is not there")
    return first, words, np.concatenate(sets)


def _check(trees: Trees) -> None:
    """Hold that every place named is there, and that what is named are trees."""
    splits, leaves = int(trees.splits.sum()), int((trees.splits + 1).sum())
    of_splits = (trees.feature, trees.threshold, trees.decision, trees.left, trees.right)
    if any(len(one) != splits for one in (*of_splits, trees.count)):
        raise TreesError("a tree has not as many splits as its leaves need")
    if len(trees.value) != leaves or len(trees.leaf_count) != leaves:
        raise TreesError("a tree has not as many leaves as it says")
    if trees.classes < 1 or len(trees.splits) % trees.classes:
        raise TreesError("there are not as many trees for every class")
    if splits and not 0 <= trees.feature.min() <= trees.feature.max() < trees.features:
        raise TreesError("a split is by a feature that is not there")
    if ((trees.decision < 0) | (trees.decision >> 2 > MISSING_NAN)).any():
        raise TreesError("a split is of no kind of split that is known")
    if (trees.count < 1).any() or (trees.leaf_count < 0).any():
        raise TreesError("a split has no training rows")
    own = np.arange(splits) - np.repeat(trees.first_split, trees.splits)
    size, first_leaf = (
        np.repeat(trees.splits, trees.splits),
        np.repeat(trees.first_leaf, trees.splits),
    )
    named = np.zeros(splits + leaves, np.int64)
    for child in (trees.left, trees.right):
        # A split stands before those under it, as LightGBM grows them; so there is no ring.
        if not ((child < size) & (child >= -size - 1) & ((child < 0) | (child > own))).all():
            raise TreesError("a split leads to what is not below it")
        below = np.where(
            child >= 0, np.arange(splits) - own + child, splits + first_leaf - 1 - child
        )
        named += np.bincount(below, minlength=len(named))
    alone = np.zeros(len(named), np.int64)
    alone[trees.first_split[trees.splits > 0]] = 1
    alone[splits + trees.first_leaf[trees.splits == 0]] = 1
    if ((named + alone) != 1).any():
        raise TreesError("two splits lead to the same place")
