"""What may truthfully be told of a feature as raising the risk, or as lowering it.

A model may use a feature in a way that its value does not show by itself: a low rate that means
little beside a high one, a number on the claim that only claims of a risky kind carry. Such a
feature counts in the sum of its factor, but no sentence is built around it that would say the
opposite of what a reader takes from it:

* a rate raises only where it is above the rate that it leans on (``beside``: that of the broader
  key, or of all payers) and no mere trifle, and lowers only where it is below;
* how usual something is raises only where it is unusual, and lowers only where it is usual;
* a count raises only while it is small, and lowers only once it is not;
* what is on a claim raises only by lacking, what was found wrong only by being wrong, and what is
  not known lowers nothing.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.build_lines import LINE_FEATURES, LINE_NAMES
from models.grouping import ABOVE

Row = NDArray[np.float32]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

FIRM: Final = 100
"""Claims behind a rate from which it is no longer said to be about that."""
FEW: Final = 10
"""Claims behind a rate below which the broader key speaks too."""
TRIFLE: Final = 0.01
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


def _of(measures: tuple[str, ...]) -> Flags:
    return np.array([feature.measure in measures for feature in LINE_FEATURES])


def _named(names: tuple[str, ...]) -> Flags:
    return np.isin(LINE_NAMES, names)


_FACTS: Final = _of(("fact",))
_RATES: Final = _of(("rate", "recent"))
_SHARES: Final = _of(("share",))
_COUNTS: Final = _of(("seen",))
_COMBINED: Final = _of(("combined",))
_IS_THERE: Final = _named(_THERE)
_IS_LEFT: Final = _named(_LEFT)
_IS_WRONG: Final = _named(_WRONG)
_HAS_ABOVE: Final = ABOVE >= 0


def beside(values: Row, elsewhere: Floats) -> Row:
    """The rate that each rate of a row leans on; NaN where there is none.

    ``elsewhere`` is the claim's row of ``features.elsewhere``.
    """
    # As narrow as the values, or a rate would be above or below itself.
    found = np.full(len(values), np.nan, np.float32)
    found[: len(elsewhere)] = elsewhere
    has = _HAS_ABOVE[: len(values)]
    found[has] = values[ABOVE[: len(values)][has]]
    return found


def may_tell(values: Row, compared: Row, *, raises: bool) -> Flags:
    """For each feature of a row: whether it may be told as raising (else as lowering) the risk.

    ``compared`` is ``beside`` of it. What is compared with nothing that is known may be told.
    """
    n = len(values)
    known = ~np.isnan(values)
    found = known | _FACTS[:n] if raises else known
    found &= ~_COMBINED[:n]
    with np.errstate(invalid="ignore"):
        away = (values <= compared) | (values < TRIFLE) if raises else values >= compared
        found &= ~(_RATES[:n] & away)
        plain = (values > UNUSUAL_TO) if raises else (values < USUAL_FROM)
        found &= ~(_SHARES[:n] & plain)
        many = values >= (FIRM if raises else FEW)
        found &= ~(_COUNTS[:n] & (many if raises else ~many))
        found &= ~(_IS_THERE[:n] & ((values > 0) if raises else (values == 0)))
        found &= ~(_IS_LEFT[:n] & ((values >= 0) if raises else (values < 0)))
        found &= ~(_IS_WRONG[:n] & ((values == 0) if raises else (values > 0)))
    return found
