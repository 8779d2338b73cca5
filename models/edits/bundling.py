"""Pairs of procedures and counts of units, by CMS's own files (NCCI) where a practice loaded them.

The files are those for practitioners, so institutional claims are passed over. For Medicare itself
a broken pair is denied; other payers follow the files each in its way, so there it is a warning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from claims.types import ZERO
from models.edits.known import Known

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator
    from decimal import Decimal

    from claims.lists.mue import UnitLimits
    from claims.lists.ncci import Pairs
    from claims.types import ServiceLine
    from models.edits.seen import Seen
    from models.score import Edit, Severity

PER_LINE: Final = 1
# Modifiers by which NCCI lets a pair through (NCCI Policy Manual, chapter I, section E).
SEPARATE: Final = frozenset(
    (
        "24", "25", "27", "57", "58", "59", "78", "79", "91", "XE", "XP", "XS", "XU", "LT", "RT",
        "LC", "LD", "LM", "RC", "RI", "E1", "E2", "E3", "E4", "FA", "TA",
        *(f"F{finger}" for finger in range(1, 10)), *(f"T{toe}" for toe in range(1, 10)),
    )
)  # fmt: skip

PAIR: Final = Known(
    code="ncci_pair",
    severity="error",
    also="warning",
    text="NCCI pays one of these two lines; no modifier may separate them.",
    mend="Have the coder review both lines against the record: NCCI pays the second only when it "
    "was separate, which the record must show and, where one is allowed, a modifier say.",
    source="NCCI PTP file of CMS that the practice loaded (PRECLEAR_NCCI); CARC 97 and 236",
)
UNITS: Final = Known(
    code="mue_exceeded",
    severity="error",
    also="warning",
    text="More units than CMS takes for one patient on one day.",
    mend="Have the coder check the units against the record.",
    source="MUE file of CMS that the practice loaded (PRECLEAR_MUE); CARC 151 and 222",
)
KNOWN: Final = (PAIR, UNITS)


def find(seen: Seen) -> Iterator[Edit]:
    """Pairs and units that CMS does not pay."""
    if seen.claim.form != "professional":
        return
    if seen.rules.pairs is not None and len(seen.claim.lines) > 1:
        yield from _pairs(seen, seen.rules.pairs)
    if seen.rules.units is not None:
        yield from _units(seen, seen.rules.units)


def _weight(seen: Seen) -> Severity:
    return "error" if seen.claim.payer.filing_code == "MB" else "warning"


def _pairs(seen: Seen, pairs: Pairs) -> Iterator[Edit]:
    lines = seen.claim.lines
    both = [
        (over, under, place)
        for place, under in enumerate(lines)
        for over in lines
        if over is not under and over.procedure and over.service_from == under.service_from
    ]
    if not both:
        return
    listed = pairs.listed([(over.procedure, under.procedure) for over, under, _ in both])
    for where in listed.nonzero()[0].tolist():
        over, under, place = both[where]
        if under.service_from is None or _rendering(seen, over) != _rendering(seen, under):
            continue
        allowed = pairs.separable(over.procedure, under.procedure, under.service_from)
        if allowed is None or (allowed and SEPARATE & {*over.modifiers, *under.modifiers}):
            continue
        yield PAIR.at(
            f"lines[{place}]",
            text=_pair_text(over.number, under.number, allowed=allowed),
            severity=_weight(seen),
        )


def _rendering(seen: Seen, line: ServiceLine) -> str:
    provider = line.rendering or seen.claim.rendering
    return provider.npi if provider else ""


def _pair_text(over: int, under: int, *, allowed: bool) -> str:
    how = "unless a modifier says that it was separate" if allowed else "and no modifier separates"
    return f"NCCI pays line {over} and not line {under} beside it, {how}."


def _units(seen: Seen, limits: UnitLimits) -> Iterator[Edit]:
    billed: dict[tuple[str, dt.date], Decimal] = {}
    for place, line in enumerate(seen.claim.lines):
        day = line.service_from
        if day is None or line.units is None or line.unit_basis != "UN" or line.service_to not in (
            None, day,
        ):  # fmt: skip
            continue
        limit = limits.of(line.procedure, day)
        if limit is None:
            continue
        key = (line.procedure, day)
        before = ZERO if limit.indicator == PER_LINE else billed.get(key, ZERO)
        billed[key] = before + line.units
        if before <= limit.units < billed[key]:
            per = "on one line" if limit.indicator == PER_LINE else "for one patient on one day"
            yield UNITS.at(
                f"lines[{place}].units",
                text=f"More units than CMS takes {per}.",
                severity=_weight(seen),
            )
