"""Why the model said so: exact TreeSHAP values, summed into the factors that a biller knows.

The contributions of all features of a factor are added; adding is exact, so the reasons, the rest
and the base value still make up the raw score. The four factors with the largest absolute sums are
shown, so that nothing principal is ever left out, whichever way it pushes; ``NEGLIGIBLE`` ones are
not, because they would say nothing. Where the claim is likely to be denied, those that raise the
risk stand first, then those that lower it, each by size; otherwise all stand by size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.catalog import FACTORS, FEATURES
from models.score import MAX_REASONS, Reason
from models.wording import sentence

Floats = NDArray[np.float64]

NEGLIGIBLE: Final = 0.02
"""Share of all absolute contributions under which a factor is not shown."""

_FEATURES_OF: Final = tuple(
    np.array([place for place, feature in enumerate(FEATURES) if feature.factor == factor])
    for factor in FACTORS
)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Reasons with what is not shown: their sum with ``base`` and ``other`` is the raw score."""

    reasons: tuple[Reason, ...]
    base: float
    other: float


def by_factor(contributions: Floats) -> Floats:
    """Sum contributions (n, features + 1) into (n, factors), in the order of ``FACTORS``."""
    sums = [contributions[:, places].sum(axis=1) for places in _FEATURES_OF]
    return np.stack(sums, axis=1)


def explain(values: NDArray[np.float32], contributions: Floats, *, risky: bool) -> Explanation:
    """Explain one claim.

    ``values`` (features) is its row, ``contributions`` (features + 1) are ``model.contributions``
    of it with the base value last; ``risky`` puts what raises the risk first.
    """
    base = float(contributions[-1])
    factors = by_factor(contributions[None, :])[0]
    size = np.abs(factors)
    largest = np.argsort(-size, kind="stable")[:MAX_REASONS]
    shown = [int(place) for place in largest if size[place] > NEGLIGIBLE * size.sum()]
    if risky:
        shown.sort(key=lambda place: factors[place] <= 0)
    reasons = tuple(_reason(place, values, contributions, float(factors[place])) for place in shown)
    other = float(contributions.sum()) - base - sum(reason.contribution for reason in reasons)
    return Explanation(reasons, base, other)


def _reason(
    factor: int, values: NDArray[np.float32], contributions: Floats, total: float
) -> Reason:
    """Word a factor by the feature that pushes most in the factor's own direction."""
    places = _FEATURES_OF[factor]
    lead = int(places[np.argmax(contributions[places] * np.sign(total))])
    value = float(values[lead])
    return Reason(
        factor=FACTORS[factor],
        text=sentence(FEATURES[lead], values, raises=total > 0),
        value=None if np.isnan(value) else value,
        contribution=total,
    )
