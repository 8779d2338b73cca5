"""What pyx12 finds against the 837 implementation guide, as edits of the claims concerned.

Asked for by name (``?strict=true``, ``preclear check --strict``), because it costs several
milliseconds a claim and pyx12 is not among what a serving process needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from models.edits.known import Known

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from claims.x12.judge import Finding
    from claims.x12.judged import JudgedClaim
    from models.score import Edit, Severity

MOST: Final = 20
_SOURCE: Final = "837 implementation guide, as pyx12 reads it"
_ENTER: Final = "Enter what is missing, then make the file anew."
_SOFTWARE: Final = (
    "The billing software writes the file so: have its vendor mend the form; the claim's facts may "
    "be right."
)
_VALUE: Final = "Correct the value in the billing software, then make the file anew."


def _known(code: str, text: str, mend: str, severity: Severity = "error") -> Known:
    return Known(code=f"guide_{code}", severity=severity, text=text, mend=mend, source=_SOURCE)


# pyx12's codes of elements (X12 999, IK403) and of segments (IK304 and its own).
_ELEMENT: Final = {
    "1": _known("element_missing", "A required element is missing.", _ENTER),
    "2": _known("element_needed", "An element that another one requires is missing.", _ENTER),
    "3": _known("element_parts", "An element has too many parts.", _SOFTWARE),
    "4": _known("element_short", "An element is too short.", _VALUE),
    "5": _known("element_long", "An element is too long.", _VALUE),
    "6": _known("element_character", "An element holds a character not allowed there.", _VALUE),
    "7": _known("element_code", "An element holds a code not allowed there.", _VALUE),
    "8": _known("element_date", "An element holds an invalid date.", _VALUE),
    "9": _known("element_time", "An element holds an invalid time.", _VALUE),
    "10": _known("element_unused", "An element is not used by the guide.", _SOFTWARE),
}
_SEGMENT: Final = {
    "1": _known("segment_unknown", "A segment is not known at its place.", _SOFTWARE),
    "2": _known("segment_unexpected", "A segment is not expected at its place.", _SOFTWARE),
    "3": _known("part_missing", "A required segment or loop is missing.", _ENTER),
    "4": _known("loop_repeats", "A loop occurs too often.", _SOFTWARE),
    "5": _known("segment_repeats", "A segment occurs too often.", _SOFTWARE),
    "6": _known("segment_foreign", "A segment is not of this transaction.", _SOFTWARE),
    "7": _known("segment_order", "A segment is not in its place.", _SOFTWARE),
    "8": _known("segment_elements", "A segment's elements do not agree.", _SOFTWARE),
    "HL1": _known("level_number", "A level's number does not count up by one.", _SOFTWARE),
    "HL2": _known("level_parent", "A level's parent does not exist.", _SOFTWARE),
    "LX": _known("line_number", "A line's number does not count up by one.", _SOFTWARE),
    "SEG1": _known("segment_trailing", "A segment ends with empty elements.", _SOFTWARE, "warning"),
}
_ENVELOPE: Final = _known("envelope", "The file's envelope is wrong.", _SOFTWARE)
_NOT_JUDGED: Final = _known(
    "not_judged",
    "The claim could not be judged by its guide: none is known, or the file breaks off before it.",
    "Send a whole 837 of a guide of version 005010, from ISA to IEA.",
    "warning",
)
# The judge's own words where pyx12's codes do not tell these from objections to segments.
_OF_ENVELOPES: Final = ("the interchange (", "the group (", "the transaction (")
_GIVES_UP: Final = "the file cannot be judged"
_UNREAD: Final = frozenset({"ISA", "GS"})
KNOWN: Final = (*_ELEMENT.values(), *_SEGMENT.values(), _ENVELOPE, _NOT_JUDGED)


def guide_edits(found: Iterable[Finding]) -> tuple[Edit, ...]:
    """Findings as edits, each place and kind once, at most ``MOST``; no value of the claim."""
    edits: dict[tuple[str, str], Edit] = {}
    for one in found:
        known = _known_of(one)
        field = one.element or one.segment_id or "file"
        text = f"Segment {one.segment} ({one.segment_id}): {one.text}." if one.segment else ""
        edits.setdefault((known.code, field), known.at(field, text=text))
        if len(edits) == MOST:
            break
    return tuple(edits.values())


def _known_of(one: Finding) -> Known:
    if one.element:
        return _ELEMENT.get(one.code, _SEGMENT["8"])
    if one.text.startswith(_OF_ENVELOPES):
        return _ENVELOPE
    if one.text.startswith(_GIVES_UP) or one.code in _UNREAD:
        return _NOT_JUDGED
    return _SEGMENT.get(one.code, _SEGMENT["8"])


def by_claim(judged: Sequence[JudgedClaim], ids: Iterable[str]) -> list[tuple[Edit, ...]]:
    """The guide's edits of each claim that was read, in order; ``ids`` are their CLM01.

    A claim that the judge did not come to has one edit saying so.
    """
    found: list[tuple[Edit, ...]] = []
    place = 0
    for claim_id in ids:
        at = next(
            (here for here in range(place, len(judged)) if judged[here].claim_id == claim_id), None
        )
        if at is None:
            found.append((_NOT_JUDGED.at("file"),))
            continue
        found.append(guide_edits(judged[at].findings))
        place = at + 1
    return found
