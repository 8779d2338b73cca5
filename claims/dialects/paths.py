"""From our field paths to the caller's: ``lines[0].charge`` is told as the caller wrote it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_INDEX: Final = re.compile(r"\[\d+\]")
_LAST: Final = re.compile(r"(\.[^.\[\]]+|\[\d+\])$")


@dataclass(frozen=True, slots=True)
class Paths:
    """Where each field of one claim stands (``found``), or would stand (``usual``).

    ``usual`` has ``[]`` for any place in a list. ``root`` is where the claim itself stands in what
    was sent, ``""`` or ending with a dot.

    >>> usual = {"lines[]": "serviceLines[]", "lines[].units": "serviceLines[].serviceUnitCount"}
    >>> paths = Paths({"lines[0]": "serviceLines[2]"}, usual)
    >>> paths.theirs("lines[0].units"), paths.theirs("lines[0].modifiers[1]")
    ('serviceLines[2].serviceUnitCount', 'serviceLines[2].modifiers[1]')
    """

    found: Mapping[str, str]
    usual: Mapping[str, str]
    root: str = ""

    def theirs(self, ours: str) -> str:
        """The caller's path for our path; our own where the caller's words have none."""
        if ours in self.found:
            return self.found[ours]
        generic = _INDEX.sub("[]", ours)
        if generic in self.usual:
            return self._usual(ours, self.usual[generic])
        last = _LAST.search(ours)
        if last is None:
            return ours
        parent = ours[: last.start()]
        told = self.theirs(parent)
        return ours if told == parent else told + last[1]

    def _usual(self, ours: str, usual: str) -> str:
        """Within the item that it belongs to, where that stands; else as it usually stands."""
        for end in [match.end() for match in _INDEX.finditer(ours)][::-1]:
            item = ours[:end]
            within = self.usual.get(_INDEX.sub("[]", item))
            if item in self.found and within is not None and usual.startswith(within):
                return self.found[item] + usual[len(within) :]
        places = iter(_INDEX.findall(ours))
        return self.root + re.sub(r"\[\]", lambda _: next(places, "[0]"), usual)
