"""Which causes of denial a booster tells apart, and what each claim is called in that.

Every denied claim has a class: a category with enough denials to be learned, or "any other". That
class stands wherever a denial is left over, however few they are: a rare class costs little and
says little, because its trees are held back by the same penalty, whereas a denial counted as paid,
left out, or called by another category's name would teach what is false.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from claims.categories import CATEGORIES
from models.causes import Causes

I8 = NDArray[np.int8]
I64 = NDArray[np.int64]
F64 = NDArray[np.float64]
Flags = NDArray[np.bool_]

RARE: Final = 30
"""Denials of a category among the claims learned from, below which it is not told apart."""
_LEAN: Final = 0.5  # denials of each category imagined, so that none has a chance of nought


def causes(denied: Flags, category: I8) -> Causes:
    """The classes for n claims: outcomes, and categories (places, -1 for none known).

    With fewer than two categories to learn the classes are paid and denied.
    """
    counts = np.bincount(category[denied & (category >= 0)], minlength=len(CATEGORIES))
    learned = tuple(np.flatnonzero(counts >= RARE).tolist())
    if len(learned) < 2:
        return Causes((), other=True)
    return Causes(learned, other=int(denied.sum()) > int(counts[list(learned)].sum()))


def numbered(of: Causes, denied: Flags, category: I8) -> I64:
    """The class of each of n claims (n): 0 for paid, then as ``Causes.names``.

    The classes must be those of these claims, or a denial may have none.
    """
    # The last place is that of a denial without category, which ``category`` -1 finds.
    place = np.full(len(CATEGORIES) + 1, len(of.learned) + 1)
    place[list(of.learned)] = np.arange(1, len(of.learned) + 1)
    return np.where(denied, place[category], 0)


def shares(category: I8) -> F64:
    """Each category's share among denied claims (14), smoothed; sums to 1."""
    counts = np.bincount(category[category >= 0], minlength=len(CATEGORIES)) + _LEAN
    return np.asarray(counts / counts.sum(), np.float64)
