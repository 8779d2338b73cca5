"""Modifiers that a payer wants beside a procedure, and lines that repeat one another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from models.edits.known import Known

if TYPE_CHECKING:
    from collections.abc import Iterator

    from models.edits.seen import Seen
    from models.score import Edit

_SAME_DAY_AGAIN: Final = frozenset(
    {"59", "76", "77", "91", "XE", "XP", "XS", "XU", "LT", "RT", "50"}
)

COMPANION: Final = Known(
    code="modifier_missing",
    severity="warning",
    also="error",
    text="By the payer's profile this procedure needs one of certain modifiers; the line has none.",
    mend="Have the coder review, from the record, whether one of the payer's modifiers applies.",
    source="the payer's profile (for Medicare: its Claims Processing Manual); CARC 4",
)
REPEATED: Final = Known(
    code="line_repeated",
    severity="warning",
    text="An earlier line has the same procedure, modifiers, date and provider.",
    mend="Bill the units together, or say by a modifier why it was done again, if the record "
    "shows it.",
    source="duplicate lines are denied; CARC 18",
)
KNOWN: Final = (COMPANION, REPEATED)


def find(seen: Seen) -> Iterator[Edit]:
    """Modifiers that are missing, and lines that repeat one another."""
    if seen.profile.modifier and seen.claim.form == "professional":
        yield from _companions(seen)
    met: set[tuple[object, ...]] = set()
    for place, line in enumerate(seen.claim.lines):
        if not line.procedure or _SAME_DAY_AGAIN & set(line.modifiers):
            continue
        rendering = line.rendering.npi if line.rendering else ""
        code = (line.procedure, frozenset(line.modifiers), line.ndc)
        key = (*code, line.service_from, rendering)
        if key in met:
            yield REPEATED.at(f"lines[{place}]")
        met.add(key)


def _companions(seen: Seen) -> Iterator[Edit]:
    for place, line in enumerate(seen.claim.lines):
        for asked in seen.profile.modifier:
            if asked.asks(line.procedure, line.service_from or seen.first) and not (
                asked.modifiers & set(line.modifiers)
            ):
                yield COMPANION.at(f"lines[{place}].modifiers", severity=asked.severity)
