"""What is left of a claim's risk when one cause, or a part of it, is taken away.

A claim is denied for one of several causes, each with odds of its own against being paid; together
they are the odds of a denial (``models.causes``). To take away ``part`` of them, the share of the
denials that it stands for, leaves the odds of the other causes as they are:

    p (1 - part) / (1 - p part)

So a mend counts by what it does to the category that it is about, and by nothing else: a model that
rarely saw such a claim may shift other causes for no reason that a person could attest.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def without(probability: float, part: float) -> float:
    """The probability of a denial without ``part`` (0 to 1) of its causes.

    >>> without(0.5, 1.0), round(without(0.8, 0.5), 4), without(0.3, 0.0)
    (0.0, 0.6667, 0.3)
    """
    return probability * (1 - part) / (1 - probability * part)


def part_gone(probability: float, after: float) -> float:
    """The part of the causes whose removal leaves ``after``: ``without`` undone; 0 if none.

    >>> round(part_gone(0.8, without(0.8, 0.5)), 6), part_gone(0.3, 0.4)
    (0.5, 0.0)
    """
    return max(0.0, (probability - after) / (probability * (1 - after)))


def left(before: Floats, share: Floats, after: Floats, share_after: Floats) -> Floats:
    """The probability (n) that is left when only what a mend did to one category counts.

    ``before`` and ``after`` (n) are the probabilities of a denial without and with the mend,
    ``share`` and ``share_after`` (n) the category's share of it. Never above ``before``.
    """
    own = before / (1 - before) * share
    remains = after / (1 - after) * share_after
    gone = np.clip(1 - remains / np.maximum(own, np.finfo(np.float64).tiny), 0.0, 1.0) * share
    return np.asarray(before * (1 - gone) / (1 - before * gone), np.float64)
