"""From what others write to what the flat form takes: dates, flags, whole numbers, lists."""

from __future__ import annotations

import re
from typing import Final

from claims.dialects.draft import Node

_COMPACT: Final = re.compile(r"[0-9]{8}", re.ASCII)
_ISO: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_WHOLE: Final = re.compile(r"[0-9]{1,9}", re.ASCII)
_MOST: Final = 999


def compact_day(node: Node) -> str | None:
    """CCYYMMDD (or with hyphens) as an ISO date; whether there is such a day the form says."""
    text = node.text()
    if _COMPACT.fullmatch(text):
        return f"{text[:4]}-{text[4:6]}-{text[6:]}"
    if _ISO.fullmatch(text):
        return text
    node.draft.fault(node.path, "must be a date, written CCYYMMDD")
    return None


def moment_day(node: Node) -> str | None:
    """The day of a FHIR date or dateTime, as it stands there (its own time zone)."""
    text = node.text()
    if _ISO.fullmatch(text[:10]) and text[10:11] in ("", "T"):
        return text[:10]
    node.draft.fault(node.path, "must be a date, written YYYY-MM-DD")
    return None


def yes(node: Node) -> bool | None:
    """``"Y"`` or ``"N"``, or a truth value."""
    if isinstance(node.value, bool):
        return node.value
    if node.value in ("Y", "N"):
        return node.value == "Y"
    node.draft.fault(node.path, 'must be "Y" or "N"')
    return None


def whole(node: Node) -> object:
    """Digits as a whole number; anything else as it is, for the form to judge."""
    text = node.text()
    return int(text) if _WHOLE.fullmatch(text) else node.value


def texts(node: Node) -> list[object] | None:
    """A list without its blanks; ``None`` when it is empty or no list."""
    return [item.value for item in node.each(most=_MOST)] or None


def wholes(node: Node) -> list[object] | None:
    """A list of whole numbers, as numbers or digits."""
    return [whole(item) for item in node.each(most=_MOST)] or None
