"""Which factor a feature speaks for, on this claim.

A rate over a fine key ("this procedure at this payer with the same details left out") leans on the
rate over the broader key above it, and trees often split on the fine one where the broader one
would have done. Blaming the detail for what holds without it would mislead. So a rate speaks for
its own factor only where it differs from the rate above it by ``APART`` of the larger of the two
and by more than ``POINTS``; otherwise it speaks for the factor of the broader key, and is told by
the rate of that key (``tellers``). How often something was seen says nothing about the claim
itself: all counts together are one factor, ``AMOUNT_OF_HISTORY``. Only those of ``WHO`` are facts
of the claim: a provider or a member may be new to the payer.

What is made of the rates of all categories (``combined``) speaks for the strongest of them.

Every feature belongs to just one factor, so sums stay exact. All of it holds for the rows of lines
(``features.build_lines``) as for those of claims: they have the same features, and more behind.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.build_lines import LINE_FEATURES
from features.catalog import FACTORS, FINE, PLACE, Feature
from features.kinds import CLAIM_KINDS, LINE_KINDS, Kind

Places = NDArray[np.int64]

APART: Final = 0.2
POINTS: Final = 0.01
AMOUNT_OF_HISTORY: Final = "amount_of_history"
WHO: Final = frozenset({"rendering", "payer_rendering", "payer_member"})
"""Kinds of keys whose count says how new somebody is."""
GROUPS: Final[tuple[str, ...]] = (*FACTORS, AMOUNT_OF_HISTORY)

_KINDS: Final[dict[str, Kind]] = {
    kind.name: kind for kind in (*CLAIM_KINDS.kinds, *LINE_KINDS.kinds)
}


def _own(feature: Feature) -> int:
    counted = feature.measure == "seen" and feature.kind not in WHO
    return GROUPS.index(AMOUNT_OF_HISTORY if counted else feature.factor)


def _above(feature: Feature) -> int:
    """The place of the rate of the next broader key, -1 where there is none."""
    if feature.measure not in ("rate", "recent"):
        return -1
    return PLACE.get(f"{_KINDS[feature.kind].parent}_rate", -1)


def _depth(feature: Feature) -> int:
    above = _above(feature)
    return 0 if above < 0 else 1 + _depth(LINE_FEATURES[above])


OWN: Final[Places] = np.array([_own(feature) for feature in LINE_FEATURES])
ABOVE: Final[Places] = np.array([_above(feature) for feature in LINE_FEATURES])
_DEPTHS: Final[Places] = np.array([_depth(feature) for feature in LINE_FEATURES])
COMBINED: Final[Places] = np.array(
    [place for place, feature in enumerate(LINE_FEATURES) if feature.measure == "combined"]
)
_LEVELS: Final[tuple[Places, ...]] = tuple(
    np.flatnonzero(depth == _DEPTHS) for depth in range(1, int(_DEPTHS.max()) + 1)
)


def groups(values: NDArray[np.float32]) -> Places:
    """For one feature row: the place in ``GROUPS`` of the factor that each feature speaks for."""
    found = OWN[: len(values)].copy()
    for level in _LEVELS:
        above = ABOVE[level]
        fine, broad = values[level], values[above]
        # NaN (no line at all) is apart from everything.
        same = np.abs(fine - broad) <= np.maximum(APART * np.maximum(fine, broad), POINTS)
        found[level] = np.where(same, found[above], found[level])
    found[COMBINED] = found[strongest(values)]
    return found


def tellers(values: NDArray[np.float32], of: Places) -> Places:
    """For one feature row and its ``groups``: the feature by which each is told.

    A rate that speaks for the factor of a broader key says what that key's rate says, so it is told
    by that one.
    """
    found = np.arange(len(values))
    found[COMBINED] = strongest(values)
    for _ in _LEVELS:
        apart = np.flatnonzero(OWN[found] != of)
        if not len(apart):
            break
        found[apart] = ABOVE[found[apart]]
    return found


def strongest(values: NDArray[np.float32]) -> int:
    """The place of the highest of the finest rates of the categories, in one feature row."""
    return int(FINE[np.argmax(np.nan_to_num(values[FINE], nan=-1.0))])
