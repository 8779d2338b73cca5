"""What the front desk found out about coverage, against the days of service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from models.edits.known import Known

if TYPE_CHECKING:
    from collections.abc import Iterator

    from models.edits.seen import Seen
    from models.score import Edit

INACTIVE: Final = Known(
    code="coverage_inactive",
    severity="error",
    text="The payer said that coverage is not active.",
    mend="Ask the patient for the coverage in force, verify it, and bill that payer.",
    source="the practice's eligibility check; CARC 27",
)
ENDED: Final = Known(
    code="coverage_ended",
    severity="error",
    text="Coverage ended before the service.",
    mend="Ask the patient for the coverage in force on the day, verify it, and bill that payer.",
    source="the practice's eligibility check; CARC 27",
)
KNOWN: Final = (INACTIVE, ENDED)


def find(seen: Seen) -> Iterator[Edit]:
    """Coverage that was not there."""
    known = seen.claim.eligibility
    if known is None:
        return
    if known.active is False:
        yield INACTIVE.at("eligibility.active")
    ended = known.coverage_end
    if ended is not None and seen.last is not None and ended < seen.last:
        yield ENDED.at("eligibility.coverage_end")
