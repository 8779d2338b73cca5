"""The loops behind ``models.explain``: of each row the largest factors, and how they are told."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.compiled import compiled

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Places = NDArray[np.int64]

HARDLY: Final = 0.05
"""Share of the strongest push from which a feature of the right category goes before it."""
MOST: Final = 0.5
"""Share of a factor's push by way of one cause from which the sentence may name that cause."""


@compiled
def add_up(of: Places, pushes: Floats, sums: Floats) -> None:
    """Add the ``pushes`` (n, at least features) of each row to what they are ``of`` (n, features).

    ``sums`` (n, factors) are 0; features are added in their order.
    """
    for row in range(len(of)):
        for place in range(of.shape[1]):
            sums[row, of[row, place]] += pushes[row, place]


@compiled
def choose(
    of: Places, told: Floats, raising: Flags, lowering: Flags, sums: Floats, parts: Floats,
    share: Floats, causes: Places, only: int, own: Places, category: Places,
    factors: Places, leads: Places, named: Places,
) -> None:  # fmt: skip
    """Choose of each row the largest of its ``sums`` (n, factors): ``factors`` (n, k).

    ``leads`` (n, k) are the features to tell them by, -1 where none may be told as pushing its way;
    ``named`` the causes of most of their push, -1 for none: places in ``CATEGORIES``, as are
    ``causes`` (-1: any other), ``category`` of features, and ``only``, the one cause that all are
    about (-1: ``parts`` (n, classes, ...), ``share`` (n, causes) divide them).
    """
    count = factors.shape[1]
    members = np.empty(of.shape[1], np.int64)
    for row in range(len(of)):
        for k in range(count):
            factor = _largest_but(sums[row], factors[row, :k])
            factors[row, k] = factor
            total = sums[row, factor]
            cause = only
            named[row, k] = -1
            if only < 0 and share.shape[1]:
                size = 0
                for place in range(of.shape[1]):
                    if of[row, place] == factor:
                        members[size] = place
                        size += 1
                way = 1.0 if total > 0 else -1.0
                best, most = _cause(parts[row], share[row], members[:size], way)
                cause = causes[best] if best >= 0 else -1
                if most:
                    named[row, k] = cause
            may = raising[row] if total > 0 else lowering[row]
            leads[row, k] = _lead(told[row], may, total > 0, factor, cause, own, category)


@compiled
def _largest_but(sums: Floats, taken: Places) -> int:
    """The place of the largest of ``sums``, whichever way; the first of equals, none ``taken``."""
    best, most = -1, -1.0
    for place in range(len(sums)):
        if abs(sums[place]) > most:
            free = True
            for other in taken:
                free = free and other != place
            if free:
                best, most = place, abs(sums[place])
    return best


@compiled
def _cause(parts: Floats, share: Floats, members: Places, way: float) -> tuple[int, bool]:
    """By way of which cause ``members`` push most, -1 for none; if it is most of their push."""
    best, highest, positive = -1, 0.0, 0.0
    for cause in range(len(share)):
        push = 0.0
        for place in members:
            push += share[cause] * (parts[1 + cause, place] - parts[0, place])
        push *= way
        if push > 0:
            positive += push
        if push > highest:
            best, highest = cause, push
    return best, highest >= MOST * positive


@compiled
def _lead(
    told: Floats, may: Flags, up: bool, factor: int, cause: int, own: Places, category: Places
) -> int:
    """The feature of ``factor`` that pushes most its way; one of the right category before it."""
    best, right = -1, -1
    most, most_right = 0.0, 0.0
    for place in range(len(told)):
        if own[place] != factor or not may[place]:
            continue
        push = told[place] if up else -told[place]
        if push > most:
            best, most = place, push
        if cause >= 0 and category[place] == cause and push > most_right:
            right, most_right = place, push
    return right if right >= 0 and most_right >= HARDLY * most else best
