"""What is left of a claim's risk when one cause, or a part of it, is taken away.

A claim that would be denied for another cause is denied all the same. One that would be denied for
this cause is then like any other claim to this payer: what else the payer denies may still strike.
With ``part`` the share of the denials that is taken away, and ``usual`` the payer's rate of denials
for everything else (``beside``):

    p (1 - part) + p part usual

What a mend does to its own category is told from all else that it does to the claim (``taken``): a
model that rarely saw such a claim may raise other causes for no reason that a person could attest.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from claims.categories import CATEGORIES
from features.catalog import PLACE

Floats = NDArray[np.float64]

_PAYER: Final = PLACE["payer_rate"]
_OWN: Final = np.array([PLACE[f"payer_{category}_rate"] for category in CATEGORIES])
_TINY: Final = float(np.finfo(np.float64).tiny)


def without(probability: float, part: float, usual: float) -> float:
    """The probability of a denial without ``part`` (0 to 1) of its causes.

    >>> without(0.5, 1.0, 0.0), round(without(0.8, 0.5, 0.1), 4), without(0.3, 0.0, 0.1)
    (0.0, 0.44, 0.3)
    """
    return probability * (1 - part * (1 - usual))


def beside(values: NDArray[np.float32]) -> Floats:
    """What share of its claims the payer denies for all but each of ``CATEGORIES``: (n, 14).

    ``values`` (n, features) are feature rows.
    """
    whole = values[:, _PAYER, None].astype(np.float64)
    own = values[:, _OWN].astype(np.float64)
    # NaN, of a claim without lines, counts for nothing.
    left = np.where(np.isnan(whole), 0.0, whole) - np.where(np.isnan(own), 0.0, own)
    found: Floats = np.minimum(np.maximum(left, 0.0), 1.0)
    return found


def taken(before: Floats, share: Floats, after: Floats, share_after: Floats) -> Floats:
    """The part (n) of the denials that a mend of one category takes away, by its odds.

    ``before`` and ``after`` (n) are the probabilities of a denial without and with the mend,
    ``share`` and ``share_after`` (n) the category's share of it. From 0 to ``share``.
    """
    own = before / (1 - before) * share
    rest = after / (1 - after) * share_after
    gone = 1 - rest / np.maximum(own, _TINY)
    found: Floats = np.minimum(np.maximum(gone, 0.0), 1.0) * share
    return found
