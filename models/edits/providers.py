"""Who bills, treats, orders and refers: the check digit of each NPI, and who must be named."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from models.edits.known import Known

if TYPE_CHECKING:
    from collections.abc import Iterator

    from claims.types import Claim
    from models.edits.seen import Seen
    from models.score import Edit

_ROLES: Final = (
    "billing", "rendering", "referring", "supervising", "attending", "operating", "facility",
    "pay_to",
)  # fmt: skip
_LINE_ROLES: Final = ("rendering", "ordering", "referring")

NPI_IN_FORCE: Final = dt.date(2008, 5, 23)

NPI: Final = Known(
    code="npi_invalid",
    severity="error",
    text="This NPI is not ten digits with the right check digit.",
    mend="Correct the NPI from the public register (NPPES); usually a digit was mistyped.",
    source="45 CFR 162.406, Luhn over 80840 and the number; asked for since 23 May 2008 "
    "(45 CFR 162.404)",
)
REFERRING: Final = Known(
    code="referring_missing",
    severity="warning",
    also="error",
    text="By the payer's profile this service must name who ordered or referred it; nobody is.",
    mend="Enter the NPI of who ordered or referred the service, as the order on file says.",
    source="the payer's profile (for Medicare 42 CFR 424.507)",
)
KNOWN: Final = (NPI, REFERRING)


def npi_valid(npi: str) -> bool:
    """Whether ``npi`` has ten digits and the right check digit.

    >>> npi_valid("1234567893"), npi_valid("1234567890"), npi_valid("12345")
    (True, False, False)
    """
    if len(npi) != 10 or not (npi.isascii() and npi.isdigit()):
        return False
    total = 24  # what the prefix 80840 adds
    for place, digit in enumerate(map(int, reversed(npi))):
        doubled = digit * 2 if place % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def find(seen: Seen) -> Iterator[Edit]:
    """NPIs that cannot be, and services without who ordered them."""
    claim = seen.claim
    if seen.as_of >= NPI_IN_FORCE:
        yield from _npis(claim)
    if seen.profile.referring and claim.referring is None and claim.form == "professional":
        yield from _referring(seen)


def _npis(claim: Claim) -> Iterator[Edit]:
    for role in _ROLES:
        provider = getattr(claim, role)
        if provider is not None and provider.npi and not npi_valid(provider.npi):
            yield NPI.at(f"{role}.npi")
    for place, line in enumerate(claim.lines):
        for role in _LINE_ROLES:
            provider = getattr(line, role)
            if provider is not None and provider.npi and not npi_valid(provider.npi):
                yield NPI.at(f"lines[{place}].{role}.npi")


def _referring(seen: Seen) -> Iterator[Edit]:
    for place, line in enumerate(seen.claim.lines):
        if line.referring is not None or line.ordering is not None:
            continue
        for asked in seen.profile.referring:
            if asked.asks(line.procedure, line.service_from or seen.first):
                yield REFERRING.at(f"lines[{place}].referring.npi", severity=asked.severity)
                break
