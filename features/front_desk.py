"""What the front desk found before the claim went out: coverage, and what an authorization allows.

An 837 carries none of it but the authorization's number; it comes beside the claim or from an
extract. Each fact may be missing by itself, and one that is missing says nothing: days and units
are NaN, states ``UNKNOWN``.

An eligibility check counts only from the day it was made: one made after the claim's day is as
good as none. Without the day of the check, what it found is taken to be known.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from features.columns import NO_DAY
from features.frame import NO_UNITS, Frame

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

UNKNOWN: Final = 0
SOON: Final = 30
"""Days of coverage left after the service within which its end counts as near."""
# Of coverage. "Active" without a last day is no proof of the day of service, so it is apart.
ENDED, ENDS_SOON, RUNS_ON, INACTIVE, ACTIVE = 1, 2, 3, 4, 5
# Of an authorization, for one line.
COVERS, NOT_THE_DAYS, NOT_THE_PROCEDURE, NOT_THE_UNITS = 1, 2, 3, 4


def _between(first: NDArray[Any], last: NDArray[Any]) -> F64:
    """Days from ``first`` to ``last``; NaN where either is not stated."""
    stated = (first != NO_DAY) & (last != NO_DAY)
    if not stated.any():
        return np.full(stated.shape, np.nan)
    return np.where(stated, last.astype(np.int64) - first, np.nan)


def checked_in_time(frame: Frame) -> Flags:
    """Where what the eligibility check found was known as of the claim's day."""
    asked = frame.eligibility_checked
    found: Flags = (asked == NO_DAY) | ((frame.as_of != NO_DAY) & (asked <= frame.as_of))
    return found


def coverage_days(frame: Frame) -> F64:
    """Days from the last service to the end of coverage: below 0 it had ended."""
    return np.where(checked_in_time(frame), _between(frame.service_to, frame.coverage_end), np.nan)


def check_days(frame: Frame) -> F64:
    """Days from the first service to the eligibility check: below 0 it was made before."""
    days = _between(frame.service_from, frame.eligibility_checked)
    return np.where(checked_in_time(frame), days, np.nan)


def active(frame: Frame) -> F64:
    """1 where the payer said that coverage is active, 0 where it said that it is not."""
    known = checked_in_time(frame) & (frame.eligibility_active >= 0)
    return np.where(known, frame.eligibility_active, np.nan)


def coverage_state(frame: Frame) -> I64:
    """One of the states of coverage, for each claim."""
    # Most practices give none of it, and then one claim should not pay for it.
    if (frame.coverage_end == NO_DAY).all() and (frame.eligibility_active < 0).all():
        return np.full(len(frame), UNKNOWN)
    days, said = coverage_days(frame), active(frame)
    return np.select(
        [days < 0, said == 0, days <= SOON, days > SOON, said == 1],
        [ENDED, INACTIVE, ENDS_SOON, RUNS_ON, ACTIVE],
        UNKNOWN,
    )


def days_valid_before(frame: Frame) -> F64:
    """Days from the authorization's first day to the first service: below 0 it was not valid."""
    return _between(frame.authorization_from, frame.service_from)


def days_valid_after(frame: Frame) -> F64:
    """Days from the last service to the authorization's last day: below 0 it was not valid."""
    return _between(frame.service_to, frame.authorization_to)


def lines_not_covered(frame: Frame) -> F64:
    """Lines whose procedure the authorization does not list; NaN where no line can be asked."""
    if (frame.line_covered < 0).all():
        return np.full(len(frame), np.nan)
    known = np.bincount(frame.line_claim[frame.line_covered >= 0], minlength=len(frame))
    lacking = np.bincount(frame.line_claim[frame.line_covered == 0], minlength=len(frame))
    return np.where(known > 0, lacking, np.nan)


def units_asked(frame: Frame) -> I64:
    """Units of the lines that the authorization may be for: int64 thousandths, shape (n,)."""
    asked = np.where(frame.units_counted & (frame.line_covered != 0), frame.units, 0)
    # Whole numbers: exact, whatever stands beside the claim.
    running = np.concatenate([np.zeros(1, np.int64), np.cumsum(asked, dtype=np.int64)])
    return np.diff(running[frame.starts])


def units_spare(frame: Frame) -> F64:
    """Units that the authorization has left beyond those billed: below 0 there are too few."""
    left = frame.authorization_units
    if (left == NO_UNITS).all():
        return np.full(len(left), np.nan)
    return np.where(left != NO_UNITS, (left - units_asked(frame)) / 1e3, np.nan)


def authorization_told(frame: Frame) -> bool:
    """Whether anything is known of what the authorization of any claim allows."""
    days = (frame.authorization_from != NO_DAY) | (frame.authorization_to != NO_DAY)
    given = days | (frame.authorization_units != NO_UNITS)
    return bool(given.any()) or bool((frame.line_covered >= 0).any())


def authorization_state(frame: Frame) -> I64:
    """One of the states of the authorization, for each line (m,)."""
    of = frame.line_claim
    if not authorization_told(frame):
        return np.full(len(of), UNKNOWN)
    first, spare = frame.line_from, units_spare(frame)[of]
    last = np.where(first != NO_DAY, first + np.maximum(frame.line_days, 0), NO_DAY)
    before = _between(frame.authorization_from[of], first)
    after = _between(last, frame.authorization_to[of])
    known = (frame.line_covered >= 0) | ~np.isnan(before) | ~np.isnan(after) | ~np.isnan(spare)
    return np.select(
        [(before < 0) | (after < 0), frame.line_covered == 0, spare < 0, known],
        [NOT_THE_DAYS, NOT_THE_PROCEDURE, NOT_THE_UNITS, COVERS],
        UNKNOWN,
    )
