"""Days in their order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from models.edits.known import Known

if TYPE_CHECKING:
    from collections.abc import Iterator

    from models.edits.seen import Seen
    from models.score import Edit

REVERSED: Final = Known(
    code="dates_reversed",
    severity="error",
    text="The service ends before it begins.",
    mend="Correct the day that was mistyped, from the record.",
    source="837 guides, DTP with a range of days",
)
MISSING: Final = Known(
    code="service_date_missing",
    severity="error",
    text="No date of service.",
    mend="Enter the date of service, from the record.",
    source="837 guides, DTP*472 and DTP*434",
)
BEFORE_BIRTH: Final = Known(
    code="service_before_birth",
    severity="error",
    text="The service is before the birth date.",
    mend="Correct the birth date from the insurance card, or the day that was mistyped.",
    source="837 guides, DMG02 and DTP*472",
)
FUTURE: Final = Known(
    code="service_in_future",
    severity="error",
    text="A date of service is after the day the claim is sent.",
    mend="Correct the day that was mistyped, or send the claim after the service.",
    source="payers answer for services given; CARC 110",
)
KNOWN: Final = (REVERSED, MISSING, BEFORE_BIRTH, FUTURE)


def find(seen: Seen) -> Iterator[Edit]:
    """Days that cannot be."""
    claim = seen.claim
    begun, ended = claim.statement_from, claim.statement_to
    if begun is not None and ended is not None and ended < begun:
        yield REVERSED.at("statement_to", text="The statement period ends before it begins.")
    begun, ended = claim.admitted_on, claim.discharged_on
    if begun is not None and ended is not None and ended < begun:
        yield REVERSED.at("discharged_on", text="The stay ends before it begins.")
    for place, line in enumerate(claim.lines):
        first, last = line.service_from, line.service_to
        if first is None and claim.statement_from is None:
            yield MISSING.at(f"lines[{place}].service_from")
        if first is not None and last is not None and last < first:
            yield REVERSED.at(f"lines[{place}].service_to")
    birth = claim.patient.birth_date
    if birth is not None and seen.first is not None and seen.first < birth:
        yield BEFORE_BIRTH.at("patient.birth_date")
    if seen.last is not None and seen.last > seen.as_of:
        yield FUTURE.at("lines")
