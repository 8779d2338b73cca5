"""Authorizations and referrals: what is on file against what is billed, and what a payer asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from claims.types import ZERO
from models.edits.known import Known

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from claims.profiles import Requirement
    from claims.types import Authorization, ServiceLine
    from models.edits.seen import Seen
    from models.score import Edit, Severity

EMERGENCY_ROOM: Final = "23"
_ON_FILE: Final = "the practice's authorization on file; CARC 197 and 198"

DATES: Final = Known(
    code="authorization_dates",
    severity="error",
    text="The authorization is not valid on the date of service.",
    mend="Ask the payer to extend the authorization, or for one that covers the day.",
    source=_ON_FILE,
)
PROCEDURES: Final = Known(
    code="authorization_procedures",
    severity="error",
    text="The authorization covers none of the procedures on the claim.",
    mend="Enter the authorization that was given for these services, or ask the payer to add them.",
    source=_ON_FILE,
)
LINE: Final = Known(
    code="authorization_line",
    severity="error",
    text="The payer asks for an authorization of this service, and the one on file is for others.",
    mend="Ask the payer to add the service to the authorization, or enter the one given for it.",
    source="the practice's authorization on file and the payer's profile; CARC 197",
)
UNITS: Final = Known(
    code="authorization_units",
    severity="error",
    text="More units are billed than the authorization has left.",
    mend="Ask the payer for further units, or bill those that are authorized.",
    source=_ON_FILE,
)
MISSING: Final = Known(
    code="authorization_missing",
    severity="error",
    also="warning",
    text="By the payer's profile this service needs an authorization; no number is on the claim.",
    mend="Enter the number if there is one; else ask the payer, retroactively where it allows it.",
    source="the payer's profile; CARC 197",
)
REFERRAL: Final = Known(
    code="referral_missing",
    severity="error",
    also="warning",
    text="By the payer's profile this service needs a referral; no number is on the claim.",
    mend="Enter the referral's number if there is one; else ask the referring practice for it.",
    source="the payer's profile; CARC 288",
)
KNOWN: Final = (DATES, PROCEDURES, LINE, UNITS, MISSING, REFERRAL)


def find(seen: Seen) -> Iterator[Edit]:
    """What the authorization on file does not cover, and what is missing by the payer's lists."""
    known = seen.claim.authorization
    if known is not None:
        yield from _dates(seen, known)
        yield from _services(seen, known)
    if seen.profile.authorization and not (known and known.number):
        for place, asked in _asked(seen, seen.profile.authorization):
            if not seen.claim.lines[place].authorization_number:
                yield MISSING.at(
                    f"lines[{place}].authorization_number", severity=_weight(seen, place, asked)
                )
    if seen.profile.referral and not seen.claim.referral_number:
        for place, asked in _asked(seen, seen.profile.referral):
            if not seen.claim.lines[place].referral_number:
                yield REFERRAL.at(
                    f"lines[{place}].referral_number", severity=_weight(seen, place, asked)
                )


def _asked(seen: Seen, lists: tuple[Requirement, ...]) -> Iterator[tuple[int, Requirement]]:
    """Each line that a list names, with the first requirement that does."""
    for place, line in enumerate(seen.claim.lines):
        served = line.service_from or seen.first
        for asked in lists:
            if asked.asks(line.procedure, served):
                yield place, asked
                break


def _weight(seen: Seen, place: int, asked: Requirement) -> Severity:
    """A warning where payers usually ask for none: emergencies, and a payer that answers second."""
    line = seen.claim.lines[place]
    where = line.place_of_service or seen.claim.place_of_service
    if line.emergency or where == EMERGENCY_ROOM or not seen.answers_first:
        return "warning"
    return asked.severity


def _dates(seen: Seen, known: Authorization) -> Iterator[Edit]:
    first, last = seen.first, seen.last
    if known.valid_from is not None and first is not None and first < known.valid_from:
        yield DATES.at("authorization.valid_from")
    elif known.valid_to is not None and last is not None and last > known.valid_to:
        yield DATES.at("authorization.valid_to")


def _services(seen: Seen, known: Authorization) -> Iterator[Edit]:
    lines = seen.claim.lines
    if known.procedures and not any(line.procedure in known.procedures for line in lines):
        yield PROCEDURES.at("authorization.procedures")
    elif known.procedures and known.number:
        for place, _ in _asked(seen, seen.profile.authorization):
            line = lines[place]
            if line.procedure not in known.procedures and not line.authorization_number:
                yield LINE.at(f"lines[{place}].authorization_number")
    if known.units_left is not None and known.procedures:
        billed = sum((_units(line) for line in lines if line.procedure in known.procedures), ZERO)
        if billed > known.units_left:
            yield UNITS.at("authorization.units_left")


def _units(line: ServiceLine) -> Decimal:
    return (line.units or ZERO) if line.unit_basis == "UN" else ZERO
