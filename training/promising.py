"""Measure which precisions a model can promise (``models.promise``).

A threshold that is chosen and measured on the same claims looks better than it is. So thresholds
are put in order on the calibration period: from the one whose precision is surest there, downwards.
On the test period that one order is walked, and for each precision the walk stops before the first
threshold whose one-sided Clopper-Pearson bound lies below it. Testing in an order fixed beforehand
and stopping at the first failure needs no correction for the number of thresholds (Bauer 1991;
Angelopoulos and others, "Learn then Test", 2021): each row holds with the confidence stated.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from models.promise import Promise, Row

F64 = NDArray[np.float64]
Flags = NDArray[np.bool_]

CONFIDENCE: Final = 0.95
PRECISIONS: Final = tuple(step / 100 for step in range(50, 100))
_FEWEST: Final = 20  # flagged claims of the strictest threshold, when chosen and when measured
_STEP: Final = 1.08  # each threshold flags so many times the claims of the one before
_EDGE: Final = 1e-6


def lower_bound(hits: int, total: int, confidence: float = CONFIDENCE) -> float:
    """The one-sided Clopper-Pearson lower bound of a share, ``hits`` of ``total``.

    >>> round(lower_bound(100, 100), 4)
    0.9705
    """
    if hits == 0:
        return 0.0
    return float(betaincinv(hits, total - hits + 1, 1.0 - confidence))


def thresholds(probability: F64, denied: Flags) -> list[float]:
    """Thresholds to be walked, descending, from the calibration claims (n).

    The first is the one whose precision has the highest lower bound there. Each lies half way
    between two neighbouring probabilities.
    """
    order = np.argsort(-probability, kind="stable")
    score, above = probability[order], np.cumsum(denied[order])
    found: list[tuple[float, float]] = []
    size = float(_FEWEST)
    while size < len(score):
        last = int(size)
        if score[last - 1] > score[last]:
            middle = float((score[last - 1] + score[last]) / 2)
            found.append((middle, lower_bound(int(above[last - 1]), last)))
        size = max(size * _STEP, size + 1)
    found = [one for one in found if _EDGE < one[0] < 1 - _EDGE]
    if not found:
        return []
    surest = max(range(len(found)), key=lambda place: found[place][1])
    return [middle for middle, _ in found[surest:]]


def measure(walk: list[float], probability: F64, denied: Flags) -> Promise:
    """The table, from thresholds fixed beforehand and the n test claims.

    A threshold above which hardly a test claim lies shows nothing either way and is passed over:
    that looks at probabilities alone, not at outcomes.
    """
    walk = [at for at in walk if int((probability >= at).sum()) >= _FEWEST]
    hits = [int(denied[probability >= at].sum()) for at in walk]
    flagged = [int((probability >= at).sum()) for at in walk]
    bounds = [
        lower_bound(hit, total) if total else 0.0 for hit, total in zip(hits, flagged, strict=True)
    ]
    denials = int(denied.sum())
    rows = []
    for precision in PRECISIONS:
        failed = (place for place, bound in enumerate(bounds) if bound < precision)
        last = next(failed, len(bounds)) - 1
        if last < 0:
            break  # a higher precision fails there too
        rows.append(
            Row(
                precision=precision,
                threshold=walk[last],
                bound=bounds[last],
                recall=hits[last] / denials if denials else 0.0,
                flagged=flagged[last],
            )
        )
    return Promise(confidence=CONFIDENCE, examples=len(denied), denied=denials, rows=tuple(rows))
