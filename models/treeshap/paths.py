"""What of each tree is the same for every row: how its splits hang together, and its shares.

An edge leads from a split to what is below it, left or right. Where a path meets the same feature
again, what counts is whether a row agrees with all of its edges by that feature (LightGBM merges
them too), so an edge knows the one above it by the same feature, and its share of training rows is
the product of both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.treeshap.parse import CATEGORICAL, DEFAULT_LEFT, MISSING_ZERO, Trees

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Words = NDArray[np.uint32]

FIRST_SPLIT, FIRST_LEAF, SPLITS, CLASS, BLOCKS, TABLE = range(6)
"""Columns of ``Layout.trees``."""
LEFT, RIGHT, ABOVE, SET_FIRST, SET_WORDS = range(5)
"""Columns of ``Layout.splits``."""
LEFT_SHARE, RIGHT_SHARE, ABOVE_SHARE = range(3)
"""Columns of ``Layout.shares``."""
BY_SET, MISSING_LEFT, ZERO_IS_MISSING = 1, 2, 4
"""Bits of ``Layout.asks``; the feature stands above them."""

_LEAST: Final = 1e-200
"""In place of a share of nothing: small enough to weigh nothing, and its inverse is a number."""


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """The T trees that have splits (s), with all leaves (l), for the kernel.

    ``trees`` (T, 6), ``splits`` (s, 5) and ``shares`` (s, 3) have the columns named above. ``asks``
    (s) holds the feature and the bits, ``thresholds`` (s) what it is compared with. ``LEFT`` and
    ``RIGHT`` are places in the tree: splits first, then leaves. ``ABOVE`` is the edge above by the
    same feature: 2 + 2 i is the left one of split i of the tree, 3 + 2 i the right one, 0 none.
    ``BLOCKS`` says how many times as many nodes of quadrature as go at once the tree needs;
    ``TABLE`` is for the forest to fill. ``base`` (classes) is the mean score of the training rows.
    """

    trees: NDArray[np.uint64]
    asks: Words
    thresholds: Floats
    splits: Words
    shares: Floats
    leaves: Floats
    sets: Words
    base: Floats


def layout(trees: Trees, lanes: int) -> Layout:
    """Lay ``trees`` out for a kernel that takes ``lanes`` nodes of quadrature at once."""
    start = np.repeat(trees.first_split, trees.splits)
    edge = _edges(trees, start)
    above = _above(trees, edge)
    different, shared = _down(trees, start, edge, above)
    size = np.repeat(trees.splits, trees.splits)
    splits = np.zeros((len(start), 5), np.uint32)
    splits[:, LEFT] = np.where(trees.left >= 0, trees.left, size - 1 - trees.left)
    splits[:, RIGHT] = np.where(trees.right >= 0, trees.right, size - 1 - trees.right)
    splits[:, ABOVE] = np.where(above >= 0, 2 + above - 2 * start, 0)
    splits[:, SET_FIRST], splits[:, SET_WORDS] = trees.set_first, trees.set_words
    shares = np.ones((len(start), 3))
    shares[:, LEFT_SHARE], shares[:, RIGHT_SHARE] = shared[0::2], shared[1::2]
    shares[above >= 0, ABOVE_SHARE] = shared[above[above >= 0]]
    grown = np.flatnonzero(trees.splits)
    table = np.zeros((len(grown), 6), np.uint64)
    table[:, FIRST_SPLIT], table[:, FIRST_LEAF] = trees.first_split[grown], trees.first_leaf[grown]
    table[:, SPLITS], table[:, CLASS] = trees.splits[grown], grown % trees.classes
    if len(grown):
        # A path of d features is a polynomial of degree d - 1; n nodes are exact to 2 n - 1.
        most = np.maximum.reduceat(different, trees.first_split[grown])
        table[:, BLOCKS] = -(-most // (2 * lanes))
    return Layout(
        table, _asks(trees), trees.threshold, splits, shares, trees.value, trees.sets, _base(trees)
    )


def rules(most: int, lanes: int) -> Floats:
    """Gauss-Legendre rules on [0, 1] of 1 to ``most`` blocks of ``lanes`` nodes.

    (most + 1, most, 2 lanes): of a rule of b blocks, block by block, its nodes, then their weights.
    """
    found = np.zeros((most + 1, most, 2 * lanes))
    for blocks in range(1, most + 1):
        nodes, weights = np.polynomial.legendre.leggauss(blocks * lanes)
        found[blocks, :blocks, :lanes] = ((nodes + 1) / 2).reshape(blocks, lanes)
        found[blocks, :blocks, lanes:] = (weights / 2).reshape(blocks, lanes)
    return found


def _asks(trees: Trees) -> Words:
    """The feature that each split asks for, and what it does with what is missing."""
    missing = (trees.decision >> 2) & 3
    # Where nothing is missing, NaN counts as 0.
    to_left = np.where(missing == 0, trees.threshold >= 0, (trees.decision & DEFAULT_LEFT) > 0)
    kept = MISSING_LEFT * to_left + ZERO_IS_MISSING * (missing == MISSING_ZERO)
    bits = np.where((trees.decision & CATEGORICAL) > 0, BY_SET, kept)
    return (trees.feature << 3 | bits).astype(np.uint32)


def _edges(trees: Trees, start: Ints) -> Ints:
    """The edge that leads to each split, -1 to a root.

    Here edges are counted over all trees: 2 i and 2 i + 1 are those of split i.
    """
    edge = np.full(len(start), -1)
    for side, child in enumerate((trees.left, trees.right)):
        inner = np.flatnonzero(child >= 0)
        edge[start[inner] + child[inner]] = 2 * inner + side
    return edge


def _above(trees: Trees, edge: Ints) -> Ints:
    """The nearest edge above each split by the same feature, -1 for none."""
    above, looking = edge.copy(), np.flatnonzero(edge >= 0)
    while len(looking):
        looking = looking[trees.feature[above[looking] // 2] != trees.feature[looking]]
        above[looking] = edge[above[looking] // 2]
        looking = looking[above[looking] >= 0]
    return above


def _down(trees: Trees, start: Ints, edge: Ints, above: Ints) -> tuple[Ints, Floats]:
    """Level by level: the features on the way to each split and its own; the shares of its edges.

    A share is of the training rows that agree with the edge and with those above by its feature.
    """
    first_leaf = np.repeat(trees.first_leaf, trees.splits)
    shares = np.empty(2 * len(start))
    for side, child in enumerate((trees.left, trees.right)):
        inner = child >= 0
        shares[side::2][inner] = trees.count[(start + child)[inner]]
        shares[side::2][~inner] = trees.leaf_count[(first_leaf - 1 - child)[~inner]]
    shares /= np.repeat(trees.count, 2)
    different = (above < 0).astype(np.int64)
    level = np.flatnonzero(edge < 0)
    while len(level):
        under = level[edge[level] >= 0]
        different[under] += different[edge[under] // 2]
        again = level[above[level] >= 0]
        shares[2 * again] *= shares[above[again]]
        shares[2 * again + 1] *= shares[above[again]]
        below = [(start + child)[level][child[level] >= 0] for child in (trees.left, trees.right)]
        level = np.concatenate(below)
    return different, np.maximum(shares, _LEAST)


def _base(trees: Trees) -> Floats:
    """The mean score of the training rows (classes)."""
    size = trees.splits + 1
    rows = np.ones(len(size))
    rows[trees.splits > 0] = trees.count[trees.first_split[trees.splits > 0]]
    # A tree of one leaf says the same of every row, whatever it counted.
    weight = np.where(np.repeat(size, size) > 1, trees.leaf_count / np.repeat(rows, size), 1.0)
    kind = np.repeat(np.arange(len(size)) % trees.classes, size)
    found = np.bincount(kind, weight * trees.value, minlength=trees.classes)
    return np.asarray(found, np.float64)
