"""The payer's filing limit, as of the day: passed, or near."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from models.edits.known import Known

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from models.edits.seen import Seen
    from models.score import Edit

NEAR_DAYS: Final = 14

PASSED: Final = Known(
    code="filing_passed",
    severity="error",
    also="warning",
    text="The payer's filing limit had passed on the day the claim is judged.",
    mend="Look for proof that it was sent in time (a clearinghouse or payer receipt) or for a "
    "reason that the payer accepts, and send that with it.",
    source="the payer's profile (for Medicare 42 CFR 424.44); CARC 29",
)
NEAR: Final = Known(
    code="filing_near",
    severity="warning",
    text="The payer's filing limit is at most 14 days away.",
    mend="Send the claim now, before anything that can wait.",
    source="the payer's profile (for Medicare 42 CFR 424.44)",
)
KNOWN: Final = (PASSED, NEAR)


def find(seen: Seen) -> Iterator[Edit]:
    """Claims that are late, or nearly."""
    claim, profile = seen.claim, seen.profile
    span = _counted(seen)
    if span is None or claim.frequency == "8":
        return
    if claim.frequency == "7":
        limits = tuple(profile.last_corrected_day(day, None) for day in span)
    else:
        limits = tuple(profile.last_filing_day(day) for day in span)
    first, last = limits
    if first is None or last is None:
        return
    if seen.as_of > first:
        # A payer that answers second counts from the first one's answer; a delay may be excused;
        # and while any line is in time, the claim is not lost.
        open_still = seen.as_of <= last or claim.delay_reason or claim.other_payers
        excused = open_still or not seen.answers_first
        yield PASSED.at("lines", severity="warning" if excused else None)
    elif (first - seen.as_of).days <= NEAR_DAYS:
        yield NEAR.at("lines")


def _counted(seen: Seen) -> tuple[dt.date, dt.date] | None:
    """The earliest and the latest day that limits count from.

    An institutional claim counts from the end of its service, a professional one from the first
    day of each line (Medicare Claims Processing Manual, chapter 1, section 70.4).
    """
    if seen.first is None or seen.last is None:
        return None
    if seen.claim.form == "institutional":
        return seen.last, seen.last
    days = [line.service_from for line in seen.claim.lines if line.service_from is not None]
    return seen.first, max(days, default=seen.first)
