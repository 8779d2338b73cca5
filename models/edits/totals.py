"""Sums, units and counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from claims.types import ZERO
from models.edits.known import Known

if TYPE_CHECKING:
    from collections.abc import Iterator

    from claims.types import ServiceLine
    from models.edits.seen import Seen
    from models.score import Edit

MOST_LINES: Final = {"professional": 50, "institutional": 999}
MOST_DIAGNOSES: Final = 12

TOTAL: Final = Known(
    code="total_differs",
    severity="error",
    text="The claim's charge is not the sum of its lines.",
    mend="Correct the total, or the line that is wrong.",
    source="837 guides, balancing: CLM02 is the sum of SV102 or SV203",
)
NEGATIVE: Final = Known(
    code="charge_negative",
    severity="error",
    text="The charge is negative.",
    mend="Enter the charge; a credit is made by a replacement or a void.",
    source="837 guides, SV102 and SV203",
)
UNITS: Final = Known(
    code="units_not_positive",
    severity="error",
    text="The units must be above 0.",
    mend="Enter the units that the record documents.",
    source="837 guides, SV104 and SV205",
)
FRACTION: Final = Known(
    code="units_fractional",
    severity="warning",
    text="The units are not a whole number.",
    mend="Round as the payer says, or give the line the basis of measurement that it was counted "
    "in.",
    source="Medicare takes whole units (Medicare Claims Processing Manual, chapter 26, item 24G)",
)
MANY_LINES: Final = Known(
    code="lines_too_many",
    severity="error",
    text="The claim has more service lines than its form takes (50, institutional 999).",
    mend="Split the claim.",
    source="837 guides, loop 2400 repeats",
)
MANY_DIAGNOSES: Final = Known(
    code="diagnoses_too_many",
    severity="error",
    text="A professional claim takes twelve diagnoses at most.",
    mend="Have the coder keep the twelve that the services were given for.",
    source="837P guide, loop 2300, HI",
)
KNOWN: Final = (TOTAL, NEGATIVE, UNITS, FRACTION, MANY_LINES, MANY_DIAGNOSES)


def find(seen: Seen) -> Iterator[Edit]:
    """Sums that do not add up, units that cannot be."""
    claim = seen.claim
    if claim.lines and sum((line.charge for line in claim.lines), ZERO) != claim.charge:
        yield TOTAL.at("charge")
    for place, line in enumerate(claim.lines):
        if line.charge < 0:
            yield NEGATIVE.at(f"lines[{place}].charge")
        if line.units is not None:
            yield from _units(line, f"lines[{place}].units")
    if len(claim.lines) > MOST_LINES[claim.form]:
        yield MANY_LINES.at("lines")
    if claim.form == "professional" and len(claim.diagnoses) > MOST_DIAGNOSES:
        yield MANY_DIAGNOSES.at("diagnoses")


def _units(line: ServiceLine, field: str) -> Iterator[Edit]:
    units = line.units or ZERO
    # An institutional line without charge may state no units (a rate code, a total).
    if units < 0 or (units == 0 and not (line.revenue_code and line.charge == 0)):
        yield UNITS.at(field)
    elif line.unit_basis == "UN" and units % 1:
        yield FRACTION.at(field)
