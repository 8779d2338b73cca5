"""Parts of an X12 file that could not be read, as the answers tell of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from service.problems import Problem

if TYPE_CHECKING:
    from claims.problems import Problem as Unreadable

MOST: Final = 10_000
"""A file with more is no file of claims: a few bytes each would fill the memory with sentences."""


class UnreadablePart(Problem):
    """A part of a file that could not be read, at ``segment``, counted from 1."""

    def __init__(self, item: Unreadable) -> None:
        # Without the claim id: the segment says where, and nothing of a claim goes into an error.
        super().__init__(422, "unreadable", item.text)
        self.segment = item.segment

    def document(self) -> dict[str, object]:
        """The problem, with its ``segment``."""
        return {**super().document(), "segment": self.segment}


class UnreadableParts:
    """Those of one file, in order."""

    def __init__(self) -> None:
        self._parts: list[UnreadablePart] = []

    def add(self, item: Unreadable) -> None:
        """One more. Raises ``Problem`` (413) beyond ``MOST``."""
        if len(self._parts) >= MOST:
            raise too_many()
        self._parts.append(UnreadablePart(item))

    @property
    def first(self) -> UnreadablePart | None:
        """The first, which may say why nothing could be read."""
        return self._parts[0] if self._parts else None

    def documents(self) -> list[dict[str, object]]:
        """What is answered of them."""
        return [part.document() for part in self._parts]


def too_many() -> Problem:
    """413: what came so far could not be read in too many places."""
    text = f"More than {MOST} parts of the file cannot be read; ask its sender for a whole one."
    return Problem(413, "too-many-problems", text)
