"""Why the model said so: exact TreeSHAP values, summed into the factors that a biller knows.

The contributions of all features of a factor are added; adding is exact, so the reasons, the rest
and the base value still make up the raw score. The four factors with the largest absolute sums are
shown, so that nothing principal is ever left out, whichever way it pushes; ``NEGLIGIBLE`` ones are
not, because they would say nothing. Where the claim is likely to be denied, those that raise the
risk stand first, then those that lower it, each by size; otherwise all stand by size. How much
history there is stands last: it is true, but nothing that a biller can work on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.catalog import FEATURES
from models.grouping import ABOVE, AMOUNT_OF_HISTORY, COMBINED, GROUPS, OWN, groups, strongest
from models.score import MAX_REASONS, Reason
from models.wording import sentence

Floats = NDArray[np.float64]
Values = NDArray[np.float32]
Places = NDArray[np.int64]

SPEAKS: Final = np.array([0.5 if feature.measure == "share" else 1.0 for feature in FEATURES])
"""How readily a feature speaks for its factor: what was denied tells a biller more than how usual
something is, so a share speaks only where it pushes twice as much."""
NEGLIGIBLE: Final = 0.02
"""Share of all absolute contributions under which a factor is not shown."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Reasons with what is not shown: their sum with ``base`` and ``other`` is the raw score."""

    reasons: tuple[Reason, ...]
    base: float
    other: float


def explain(values: Values, contributions: Floats, *, risky: bool) -> Explanation:
    """Explain one claim.

    ``values`` (features) is its row, ``contributions`` (features + 1) are ``model.contributions``
    of it with the base value last; ``risky`` puts what raises the risk first.
    """
    base = float(contributions[-1])
    of = groups(values)
    factors = np.bincount(of, contributions[:-1], len(GROUPS))
    size = np.abs(factors)
    largest = np.argsort(-size, kind="stable")[:MAX_REASONS]
    shown = [int(place) for place in largest if size[place] > NEGLIGIBLE * size.sum()]
    if risky:
        shown.sort(key=lambda place: factors[place] <= 0)
    shown.sort(key=lambda place: GROUPS[place] == AMOUNT_OF_HISTORY)
    reasons = tuple(
        _reason(place, values, contributions, np.flatnonzero(of == place)) for place in shown
    )
    other = float(factors.sum()) - sum(reason.contribution for reason in reasons)
    return Explanation(reasons, base, other)


def _reason(factor: int, values: Values, contributions: Floats, places: Places) -> Reason:
    """Word a factor by the feature that pushes most in the factor's own direction.

    One that always belongs to the factor goes before one that joined it on this claim.
    """
    parts = contributions[places]
    total = float(parts.sum())
    pushes = parts * np.sign(total) * SPEAKS[places]
    native = np.where(OWN[places] == factor, pushes, -np.inf)
    lead = int(places[np.argmax(native if native.max() > 0 else pushes)])
    if lead in COMBINED:
        lead = strongest(values)
    while OWN[lead] != factor:
        # It says what the rate above it says, so it is told by that one.
        lead = int(ABOVE[lead])
    value = float(values[lead])
    return Reason(
        factor=GROUPS[factor],
        text=sentence(FEATURES[lead], values, raises=total > 0),
        value=None if np.isnan(value) else value,
        contribution=total,
    )
