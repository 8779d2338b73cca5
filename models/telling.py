"""What may truthfully be told of a feature as raising the risk, or as lowering it.

A model may use a feature in a way that its value does not show by itself: a low rate that means
little beside a high one, a number on the claim that only claims of a risky kind carry. Such a
feature counts in the sum of its factor, but no sentence is built around it that would say the
opposite of what a reader takes from it:

* a rate raises only where it is above the rate that it leans on (``Telling``: that of the broader
  key, or of all payers) and no mere trifle, and lowers only where it is below;
* how usual something is raises only where it is unusual, and lowers only where it is usual;
* a count raises only while it is small, and lowers only once it is not;
* what is on a claim raises only by lacking, what was found wrong only by being wrong, and what is
  not known lowers nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from features.build_lines import LINE_FEATURES
from features.compiled import compiled
from models.grouping import ABOVE

Rows = NDArray[np.float32]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

FIRM: Final = 100
"""Claims behind a rate from which it is no longer said to be about that."""
FEW: Final = 10
"""Claims behind a rate below which the broader key speaks too."""
TRIFLE: Final = 0.01
_TRIFLE: Final = np.float32(TRIFLE)
"""A rate below which nothing is said to raise the risk."""
UNUSUAL_TO: Final = 0.25
USUAL_FROM: Final = 0.5
"""Shares up to which something is unusual, and from which it is usual."""

# Lacking is worse than being there.
_THERE: Final = (
    "member_given", "rendering_given", "rendering_taxonomy_given", "referring_given",
    "facility_given", "clia_given", "authorization_given", "referral_given", "attachments",
    "other_adjudicated", "other_paid_share", "eligibility_active", "notes",
)  # fmt: skip
# Below 0 is worse than above.
_LEFT: Final = ("coverage_days", "days_valid_before", "days_valid_after", "units_spare")
# The more the worse: none of it cannot raise, some of it cannot lower.
_WRONG: Final = (
    "lines_not_covered", "repeated_lines", "repeats", "repeat_state", "repeated_share",
    "exactly_repeated_share", "sent_elsewhere", "visits", "member_category", "accident",
    "employment",
)  # fmt: skip


def _bounds() -> tuple[Floats, Floats, Floats]:
    """For each feature a sign and two bounds, none of it for rates.

    Times its sign, a value may be told as raising above the first bound, as lowering below the
    second.
    """
    sign = np.ones(len(LINE_FEATURES))
    above = np.full(len(LINE_FEATURES), -np.inf)
    below = np.full(len(LINE_FEATURES), np.inf)
    for place, feature in enumerate(LINE_FEATURES):
        if feature.measure == "combined":
            above[place], below[place] = np.inf, -np.inf
        elif feature.measure == "share":
            sign[place] = -1
            above[place], below[place] = _under(-UNUSUAL_TO), _over(-USUAL_FROM)
        elif feature.measure == "seen":
            sign[place] = -1
            above[place], below[place] = -FIRM, _over(-FEW)
        elif feature.name in _THERE:
            sign[place] = -1
            above[place], below[place] = _under(0.0), 0.0
        elif feature.name in _LEFT:
            sign[place] = -1
            above[place], below[place] = 0.0, _over(0.0)
        elif feature.name in _WRONG:
            above[place], below[place] = 0.0, _over(0.0)
    return sign, above, below


def _under(bound: float) -> float:
    return float(np.nextafter(bound, -np.inf))


def _over(bound: float) -> float:
    return float(np.nextafter(bound, np.inf))


_SIGN, _ABOVE, _BELOW = _bounds()
_RATE: Final = np.array([one.measure in ("rate", "recent") for one in LINE_FEATURES])
# On most claims no earlier payer could have paid.
_MAY_BE_UNKNOWN: Final = np.array(
    [one.measure == "fact" and one.name != "other_paid_share" for one in LINE_FEATURES]
)
# Features that only lines have come last and are no rates: places hold for both kinds of rows.


@dataclass(frozen=True, slots=True, eq=False)
class Telling:
    """Of n rows, (n, features) each: what each rate leans on, and what may be told which way.

    ``compared`` is NaN where there is nothing to lean on. What is compared with nothing that is
    known may be told.
    """

    compared: Rows
    raising: Flags
    lowering: Flags

    @classmethod
    def read(cls, values: Rows, elsewhere: Floats) -> Self:
        """Read it off the rows ``values``; ``elsewhere`` are their rows of that module."""
        made = cls(
            np.empty(values.shape, np.float32),
            np.empty(values.shape, np.bool_),
            np.empty(values.shape, np.bool_),
        )
        _tell(
            np.ascontiguousarray(values), np.ascontiguousarray(elsewhere), ABOVE, _SIGN, _ABOVE,
            _BELOW, _RATE, _MAY_BE_UNKNOWN, made.compared, made.raising, made.lowering,
        )  # fmt: skip
        return made

    def rows(self, rows: slice) -> Self:
        """That of some of them."""
        return replace(
            self,
            compared=self.compared[rows],
            raising=self.raising[rows],
            lowering=self.lowering[rows],
        )


@compiled
def _tell(
    values: Rows, elsewhere: Floats, above: NDArray[np.int64], sign: Floats, over: Floats,
    under: Floats, rate: Flags, unknown: Flags, compared: Rows, raising: Flags, lowering: Flags,
) -> None:  # fmt: skip
    for row in range(len(values)):
        for place in range(values.shape[1]):
            value = values[row, place]
            # As narrow as the values, or a rate would be above or below itself.
            lean = np.float32(np.nan)
            if above[place] >= 0:
                lean = values[row, above[place]]
            elif place < elsewhere.shape[1]:
                lean = np.float32(elsewhere[row, place])
            compared[row, place] = lean
            if rate[place]:
                raising[row, place] = value >= _TRIFLE and not value <= lean
                lowering[row, place] = not value >= lean and not np.isnan(value)
            else:
                signed = value * sign[place]
                raising[row, place] = signed > over[place] or (np.isnan(value) and unknown[place])
                lowering[row, place] = signed < under[place]
