"""Which factor a feature speaks for, on this claim.

A rate over a fine key ("this procedure at this payer with the same details left out") leans on the
rate over the broader key above it, and trees often split on the fine one where the broader one
would have done. Blaming the detail for what holds without it would mislead. So a rate speaks for
its own factor only where it differs from the rate above it by ``APART`` of the larger of the two
and by more than ``POINTS``; otherwise it speaks for the factor of the broader key, and is told by
the rate of that key (``grouped``). How often something was seen says nothing about the claim
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
from features.compiled import compiled
from features.kinds import CLAIM_KINDS, LINE_KINDS, Kind

Places = NDArray[np.int64]

APART: Final = 0.2
POINTS: Final = 0.01
_APART: Final = np.float32(APART)
_POINTS: Final = np.float32(POINTS)
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
_LEANING: Final[Places] = np.argsort(_DEPTHS, kind="stable")[np.count_nonzero(_DEPTHS == 0) :]
"""Rates that have a broader key among the features, the broader ones first."""


def grouped(values: NDArray[np.float32]) -> tuple[Places, Places]:
    """For each of n feature rows (n, features): what each feature speaks for, and is told by.

    The places in ``GROUPS`` of the factors, and those of the features that tell: a rate that speaks
    for the factor of a broader key says what that key's rate says, so it is told by that one.
    """
    of, tellers = np.empty(values.shape, np.int64), np.empty(values.shape, np.int64)
    rows = np.ascontiguousarray(values)
    _group(rows, OWN, ABOVE, _LEANING, COMBINED, FINE, of, tellers)
    return of, tellers


@compiled
def _group(
    values: NDArray[np.float32], own: Places, above: Places, leaning: Places, combined: Places,
    fine: Places, of: Places, tellers: Places,
) -> None:  # fmt: skip
    features = values.shape[1]
    for row in range(len(values)):
        for place in range(features):
            of[row, place] = own[place]
        for place in leaning:
            rate, broad = values[row, place], values[row, above[place]]
            # NaN (no line at all) is apart from everything.
            if abs(rate - broad) <= max(_APART * max(rate, broad), _POINTS):
                of[row, place] = of[row, above[place]]
        highest, most = fine[0], np.float32(-1)
        for place in fine:
            if values[row, place] > most:
                highest, most = place, values[row, place]
        for place in combined:
            of[row, place] = of[row, highest]
        for place in range(features):
            tellers[row, place] = place
        for place in combined:
            tellers[row, place] = highest
        for place in range(features):
            teller = tellers[row, place]
            while own[teller] != of[row, place] and above[teller] >= 0:
                teller = above[teller]
            tellers[row, place] = teller


def strongest(values: NDArray[np.float32]) -> int:
    """The place of the highest of the finest rates of the categories, in one feature row."""
    return int(FINE[np.argmax(np.nan_to_num(values[FINE], nan=-1.0))])
