"""What public rules let one expect of a claim before its payer has shown what it does.

A payer that has never yet got a claim 200 days after the service has denied none for it, and still
nobody in the field would call such a claim safe. Where a denial follows from a rule that is common
knowledge, the rate of its category does not start from the payer's rate alone, but at least from
what is expected here, as if ``features.kind.STRENGTH`` claims had shown it; the payer's own answers
soon outweigh it.

Of late filing: Medicare and Medicaid take claims for a year at most (42 CFR 424.44, 447.45(d)), and
the limits that commercial payers publish lie mostly between 90 and 180 days of the service; the
shares below are how many of such limits a lag has passed, in round figures. The others are what the
words mean: a service after the end of coverage is not covered, the very same claim again is a
duplicate (CARC 18) unless the payer lost the first, and an authorization for other days,
procedures or fewer units is none.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.front_desk import ENDED, INACTIVE, NOT_THE_DAYS, NOT_THE_PROCEDURE, NOT_THE_UNITS
from features.priors import DENIED, NONE

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

_LIMITS: Final = np.array([91, 121, 181, 366])
_PASSED: Final = np.array([0.0, 0.3, 0.5, 0.7, 0.95])
_NOT_COVERED: Final = 0.8
_SAME_AGAIN: Final = 0.7
_ALL_LINES_AGAIN: Final = 0.3
_NOT_AUTHORIZED: Final = 0.5


def too_late(lag: I64, excused: Flags) -> F64:
    """Chance that a claim sent ``lag`` days after the service is too late; -1 is not known.

    ``excused``: a delay reason is on the claim, which halves it.

    >>> too_late(np.array([30, 100, 400]), np.zeros(3, np.bool_)).tolist()
    [0.0, 0.3, 0.95]
    """
    share = _PASSED[np.searchsorted(_LIMITS, lag, side="right")]
    return np.where(excused, share / 2, share)


def not_covered(state: I64) -> F64:
    """Chance of a denial for eligibility by the state of coverage (``features.front_desk``)."""
    return np.where((state == ENDED) | (state == INACTIVE), _NOT_COVERED, 0.0)


def same_again(state: I64, every: Flags, alike: Flags) -> F64:
    """Chance of a denial as a duplicate: what became of the earlier one, and how much is the same.

    ``state`` is ``features.priors``' of the line sent before, ``every``: all lines were sent
    before, ``alike``: all with the same charge, modifiers and provider. After a denial a claim is
    sent again for a reason, so nothing is expected of it.
    """
    again = (state > NONE) & (state != DENIED) & every
    return np.where(again, np.where(alike, _SAME_AGAIN, _ALL_LINES_AGAIN), 0.0)


def not_authorized(state: I64) -> F64:
    """Chance of a denial for want of an authorization by its state (``features.front_desk``)."""
    wrong = (state == NOT_THE_DAYS) | (state == NOT_THE_PROCEDURE) | (state == NOT_THE_UNITS)
    return np.where(wrong, _NOT_AUTHORIZED, 0.0)
