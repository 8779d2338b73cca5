"""What is denied over all payers, as of a day: what the rates of the broadest keys lean on.

These rates are no features, because they are the same for every claim of a day; but whether a payer
denies much or little can only be said beside them.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.catalog import FEATURES
from features.kinds import CLAIM_KINDS, LINE_KINDS, KindGroup
from features.known import Known

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]


def _broadest(group: KindGroup) -> I64:
    """The kinds of a group that are over everything."""
    return np.array([place for place, kind in enumerate(group.kinds) if not kind.parts])


_CLAIMS: Final = _broadest(CLAIM_KINDS)
_LINES: Final = _broadest(LINE_KINDS)


def _leans_on() -> I64:
    """For each feature the place of the rate over all that it leans on: the last for none."""
    kinds = {kind.name: kind for kind in (*CLAIM_KINDS.kinds, *LINE_KINDS.kinds)}
    names = [CLAIM_KINDS.kinds[place].name for place in _CLAIMS]
    names += [LINE_KINDS.kinds[place].name for place in _LINES]
    parents = [
        kinds[feature.kind].parent if feature.measure in ("rate", "recent") else ""
        for feature in FEATURES
    ]
    return np.array([names.index(one) if one in names else len(names) for one in parents])


_OF_FEATURE: Final = _leans_on()


def elsewhere(known: Known) -> F64:
    """The rate over all payers that stands behind each feature: float64 (n, len(FEATURES)).

    As of each claim's day. NaN for what is no rate, for rates that have a broader key among the
    features, and for rates of lines where the claim has none.
    """
    claims = known.of_claims.rate[_CLAIMS]
    lines = known.lines.highest(known.of_lines.rate[_LINES], np.nan)
    found = np.concatenate([claims, lines, np.full((1, claims.shape[1]), np.nan)])
    return np.ascontiguousarray(found[_OF_FEATURE].T)
