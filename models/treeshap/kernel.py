"""TreeSHAP, compiled. Import it through ``models.treeshap.explainer.kernel`` alone.

The Shapley value of feature i on a path of d features, whose leaf says v, is

    (o_i - z_i) v times the integral over t from 0 to 1 of the product over the others of
    z_j (1 - t) + o_j t

where z_j is the share of training rows that agree with the path's edges by feature j, and o_j is 1
where this row does, else 0. It is a polynomial in t, so a Gauss-Legendre rule of enough nodes is
exact. At one node t all paths of a tree are worked through together: from the leaves up, what is
below a split is worth ``below`` = f_left below_left + f_right below_right, with f = z + (o - z) t;
from the root down, ``onto`` is the product of the f on the way. The feature of a split is then due

    onto ((o_left - z_left) below_left + (o_right - z_right) below_right - (o_up - z_up) below)

where "up" is the edge above by the same feature, whose factor is divided out of both.

A tree of few splits has few answers, so all of them are worked out when it is loaded (``fill``).

Columns are those of ``models.treeshap.paths.Layout``. Places are unsigned, because numba asks of a
signed one whether it counts from the end. What is read was checked by ``models.treeshap.parse``;
nothing is checked here. A row's arithmetic is the same whatever rows are beside it.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.compiled import compiled_as

Floats = NDArray[np.float64]
Words = NDArray[np.uint32]
Places = NDArray[np.uint64]
Bytes = NDArray[np.uint8]

LANES: Final = 4
"""Nodes of quadrature at once."""
TABLED: Final = 4
"""Splits up to which all answers of a tree are kept: two to the power of them."""
NO_TABLE: Final = 2**63
_NO_TABLE: Final = np.uint64(NO_TABLE)
_Q: Final = np.uint64(LANES)
_0, _1, _2 = np.uint64(0), np.uint64(1), np.uint64(2)
_MISSING_LEFT, _FEATURE = np.uint32(2), np.uint32(3)
_ZERO: Final = 1.0000000180025095e-35
"""LightGBM's ``kZeroThreshold``: what is no farther from 0 is 0."""


@compiled_as(
    "void(float64[::1], uint32[::1], float64[::1], uint32[:,::1], uint32[::1], uint8[::1])"
)
def _decide(
    values: Floats, asks: Words, thresholds: Floats, splits: Words, sets: Words, left: Bytes
) -> None:
    """Whether a row goes ``left`` at each split of the forest."""
    for feature in range(len(values)):
        if abs(values[feature]) <= _ZERO:
            values[feature] = 0.0
    for split in range(len(asks)):
        ask = asks[split]
        value = values[ask >> _FEATURE]
        goes = value <= thresholds[split]
        if np.isnan(value):
            goes = (ask & _MISSING_LEFT) != 0
        if ask & np.uint32(5):
            if ask & np.uint32(4):
                if value == 0.0:
                    goes = (ask & _MISSING_LEFT) != 0
            else:
                goes = False
                # NaN fails both. A category is cut to a whole number, towards 0.
                if value > -1.0 and value < 2147483648.0:
                    category = np.uint64(value)
                    word = category >> np.uint64(5)
                    if word < splits[split, 4]:
                        held = sets[splits[split, 3] + word]
                        goes = ((held >> np.uint32(category & np.uint64(31))) & np.uint32(1)) != 0
        left[split] = goes


@compiled_as("void(uint64, uint64, uint64, uint32[:,::1], uint8[::1], float64[::1])")
def _agree(
    first: np.uint64,
    at: np.uint64,
    count: np.uint64,
    splits: Words,
    left: Bytes,
    agrees: Floats,
) -> None:
    """Whether a row ``agrees`` with each edge of a tree and with those above by its feature.

    ``left`` says from place ``at`` on which way it goes. ``agrees`` begins with 1, for no edge.
    """
    agrees[0] = 1.0
    for split in range(count):
        goes = float(left[at + split])
        before = agrees[splits[first + split, 2]]
        agrees[_2 + _2 * split] = goes * before
        agrees[_2 + _2 * split + _1] = (1.0 - goes) * before


@compiled_as(
    "void(uint64, uint64, uint64, uint64, uint32[:,::1], float64[:,::1], float64[::1],"
    " float64[:,:,::1], float64[::1], float64[::1], float64[::1], float64[::1], float64[::1])"
)
def _walk(
    first: np.uint64,
    first_leaf: np.uint64,
    count: np.uint64,
    blocks: np.uint64,
    splits: Words,
    shares: Floats,
    leaves: Floats,
    rules: Floats,
    agrees: Floats,
    below: Floats,
    onto: Floats,
    up: Floats,
    due: Floats,
) -> None:
    """What the feature of each split of a tree is ``due``, by what the row ``agrees`` with."""
    for leaf in range(count + _1):
        for q in range(_Q):
            below[(count + leaf) * _Q + q] = leaves[first_leaf + leaf]
    due[:count] = 0.0
    for block in range(blocks):
        for q in range(_Q):
            onto[q] = rules[blocks, block, _Q + q]
        for back in range(count):
            split = count - _1 - back
            at, edge, it = split * _Q, _2 + _2 * split, first + split
            left, right = splits[it, 0] * _Q, splits[it, 1] * _Q
            z_left, z_right, z_up = shares[it, 0], shares[it, 1], shares[it, 2]
            d_left, d_right = agrees[edge] - z_left, agrees[edge + _1] - z_right
            d_up = agrees[splits[it, 2]] - z_up
            for q in range(_Q):
                t = rules[blocks, block, q]
                up[at + q] = 1.0 / (z_up + d_up * t)
                below[at + q] = (
                    (z_left + d_left * t) * below[left + q]
                    + (z_right + d_right * t) * below[right + q]
                ) * up[at + q]
        for place in range(count):
            at, edge, it = place * _Q, _2 + _2 * place, first + place
            left, right = splits[it, 0] * _Q, splits[it, 1] * _Q
            z_left, z_right = shares[it, 0], shares[it, 1]
            d_left, d_right = agrees[edge] - z_left, agrees[edge + _1] - z_right
            d_up = agrees[splits[it, 2]] - shares[it, 2]
            found = 0.0
            for q in range(_Q):
                t = rules[blocks, block, q]
                here = onto[at + q] * up[at + q]
                found += here * (
                    d_left * below[left + q] + d_right * below[right + q] - d_up * below[at + q]
                )
                onto[left + q] = here * (z_left + d_left * t)
                onto[right + q] = here * (z_right + d_right * t)
            due[place] += found


@compiled_as(
    "void(uint64[:,::1], uint32[:,::1], float64[:,::1], float64[::1], float64[:,:,::1], int64,"
    " float64[::1])"
)
def fill(
    trees: Places,
    splits: Words,
    shares: Floats,
    leaves: Floats,
    rules: Floats,
    most: int,
    table: Floats,
) -> None:
    """Fill the ``table`` with all answers of each tree that has a place in it.

    They stand by which splits lead left, the first split counting 1, the next 2, and so on. No tree
    has more splits than ``most``.
    """
    below, onto = np.empty((2 * most + 1) * LANES), np.empty((2 * most + 1) * LANES)
    up, due, agrees = np.empty(most * LANES), np.empty(most), np.empty(2 + 2 * most)
    left = np.empty(TABLED, np.uint8)
    for tree in range(len(trees)):
        first, count, at = trees[tree, 0], trees[tree, 2], trees[tree, 5]
        if at == _NO_TABLE:
            continue
        for place in range(_1 << count):
            case = np.uint64(place)
            for split in range(count):
                left[split] = np.uint8((case >> split) & _1)
            _agree(first, _0, count, splits, left, agrees)
            _walk(
                first, trees[tree, 1], count, trees[tree, 4], splits, shares, leaves, rules,
                agrees, below, onto, up, due,
            )  # fmt: skip
            for split in range(count):
                table[at + case * count + split] = due[split]


@compiled_as(
    "void(float64[:,::1], float64[:,::1], boolean, uint64[:,::1], uint32[::1], float64[::1],"
    " uint32[:,::1], float64[:,::1], float64[::1], uint32[::1], float64[:,:,::1], float64[::1],"
    " int64, float64[:,:,::1])"
)
def explain(
    rows: Floats,
    weights: Floats,
    together: bool,
    trees: Places,
    asks: Words,
    thresholds: Floats,
    splits: Words,
    shares: Floats,
    leaves: Floats,
    sets: Words,
    rules: Floats,
    table: Floats,
    most: int,
    out: Floats,
) -> None:
    """Add to ``out`` (n, classes, features + 1) what the features of each row are due.

    ``together``: to ``out`` (n, 1, features + 1), each class by the row's ``weights`` (n, classes).
    ``rows`` (n, features) are overwritten with 0 where next to it.
    """
    below, onto = np.empty((2 * most + 1) * LANES), np.empty((2 * most + 1) * LANES)
    up, due, agrees = np.empty(most * LANES), np.empty(most), np.empty(2 + 2 * most)
    left = np.empty(len(asks), np.uint8)
    for row in range(len(rows)):
        _decide(rows[row], asks, thresholds, splits, sets, left)
        for tree in range(len(trees)):
            first, count, kind, at = trees[tree, 0], trees[tree, 2], trees[tree, 3], trees[tree, 5]
            weight = weights[row, kind] if together else 1.0
            shown = _0 if together else kind
            if at != _NO_TABLE:
                case = _0
                for split in range(count):
                    case |= np.uint64(left[first + split]) << split
                at += case * count
                for split in range(count):
                    feature = asks[first + split] >> _FEATURE
                    out[row, shown, feature] += weight * table[at + split]
                continue
            _agree(first, first, count, splits, left, agrees)
            _walk(
                first, trees[tree, 1], count, trees[tree, 4], splits, shares, leaves, rules,
                agrees, below, onto, up, due,
            )  # fmt: skip
            for split in range(count):
                out[row, shown, asks[first + split] >> _FEATURE] += weight * due[split]
