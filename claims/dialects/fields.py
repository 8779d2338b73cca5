"""One row of a dialect's mapping: our field, theirs, and how the one is read from the other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from claims.dialects.draft import Node, Part, Read


@dataclass(frozen=True, slots=True)
class Field:
    """``ours`` and ``theirs`` are dotted paths within the same object of either form."""

    ours: str
    theirs: str
    read: Read | None = None

    def take(self, node: Node, part: Part) -> None:
        """Set our field of ``part`` to what stands in theirs of ``node``, if anything does."""
        found = node.find(*self.theirs.split("."))
        if found is None:
            return
        *above, name = self.ours.split(".")
        for step in above:
            part = part.part(step)
        part.take(name, found, self.read)


def usual(rows: Iterable[Field], ours: str = "", theirs: str = "") -> dict[str, str]:
    """Our paths to theirs, below ``ours`` and ``theirs``."""
    return {ours + row.ours: theirs + row.theirs for row in rows}
