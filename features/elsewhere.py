"""What is denied over all payers, as of a day: what the rates of the broadest keys lean on.

These rates are no features, because they are the same for every claim of a day; but whether a payer
denies much or little can only be said beside them.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from features.catalog import FEATURES
from features.history import History
from features.index import RateIndex, clip_days
from features.kinds import CLAIM_KINDS, LINE_KINDS, PRIOR_RATE, PRIOR_STRENGTH, KindGroup
from features.rates import keys_of_kind

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
Places = NDArray[np.int64]

_ONE: Final[dict[str, NDArray[Any]]] = {"payer": np.zeros(1, np.uint64)}
_NO_KIND: Final = -1


class _Broadest:
    """The kinds of a group that are over everything: their places and keys."""

    def __init__(self, group: KindGroup) -> None:
        self.places = np.array([i for i, kind in enumerate(group.kinds) if not kind.parts])
        own = [keys_of_kind(group, int(place), _ONE, slice(None)) for place in self.places]
        self.keys = np.concatenate(own)
        self.over = np.searchsorted(self.places, group.over[self.places])
        self.names = [group.kinds[place].name for place in self.places]

    def rates(self, index: RateIndex, until: NDArray[np.int64]) -> F64:
        """Smoothed as ``features.rates`` does it: (kinds, days)."""
        shape = (len(self.keys), len(until))
        keys = np.repeat(self.keys, len(until))
        days = np.broadcast_to(until, shape).ravel()
        counts = index.counts(keys, days, np.zeros_like(days))
        seen, denied = counts[0].reshape(shape)[self.over], counts[1].reshape(shape)
        rate: F64 = (denied + PRIOR_RATE * PRIOR_STRENGTH) / (seen + PRIOR_STRENGTH)
        return rate


_CLAIMS: Final = _Broadest(CLAIM_KINDS)
_LINES: Final = _Broadest(LINE_KINDS)


def _leans_on() -> Places:
    """For each feature: the place of the rate over all that it leans on, or ``_NO_KIND``."""
    names = [*_CLAIMS.names, *_LINES.names]
    kinds = {kind.name: kind for kind in (*CLAIM_KINDS.kinds, *LINE_KINDS.kinds)}
    parents = [
        kinds[feature.kind].parent if feature.measure in ("rate", "recent") else ""
        for feature in FEATURES
    ]
    return np.array([names.index(one) if one in names else _NO_KIND for one in parents])


_OF_FEATURE: Final = _leans_on()


def elsewhere(history: History, as_of: I32) -> F64:
    """The rate over all payers that stands behind each feature: float64 (n, len(FEATURES)).

    ``as_of`` (n) are days. NaN for what is no rate, and for rates that have a broader key among the
    features.
    """
    days, of = np.unique(clip_days(as_of), return_inverse=True)
    found = np.concatenate(
        [_CLAIMS.rates(history.claim_rates, days), _LINES.rates(history.line_rates, days)]
    ).T
    out: F64 = np.where(_OF_FEATURE >= 0, found[:, np.maximum(_OF_FEATURE, 0)], np.nan)
    return out[of.ravel()]
