"""What the parts of the reader share: where they are, what they found, what comes next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from operator import length_hint

from claims.problems import Problem
from claims.types import Claim, Payment, Remittance
from claims.x12.scan import BLANK

Found = Claim | Remittance | Payment | Problem
Handler = Callable[[str], str | None]
"""Takes a segment. One that ran ahead over the next gives back the segment where it stopped."""


class Table(dict[str, Handler | None]):
    """The first three characters of a segment to what is done with it in the present loop.

    ``None`` marks segments that carry nothing for us; what is not in the table is ``odd``.
    """

    def __init__(self, handlers: dict[str, Handler | None], state: State) -> None:
        # An id of two letters is followed by the separator, so three characters tell them all.
        super().__init__(
            {(name + state.element)[:3]: handler for name, handler in handlers.items()}
        )
        self._odd = state.odd

    def __missing__(self, key: str) -> Handler:
        return self._odd


class State:
    """Shared by the envelope reader and the two transaction readers.

    ``table`` says what is done with the next segment; ``found`` is what is ready to be given out.
    ``left`` gives the segments that follow in this chunk: a reader may run ahead over those that it
    knows and give back the first that it does not.
    """

    __slots__ = (
        "_through",
        "blanks",
        "component",
        "element",
        "file_date",
        "found",
        "guide",
        "left",
        "source",
        "table",
    )

    def __init__(self, source: str) -> None:
        self.source = source
        self.found: list[Found] = []
        self.element = "*"
        self.component = ":"
        self.file_date: dt.date | None = None
        self.guide = ""
        self.blanks = 0
        self._through = 0
        self.left: Iterator[str] = iter(())
        self.table = Table({}, self)

    def walk(self, segments: list[str]) -> Iterator[str]:
        """Give an iterator over segments, from which ``number`` is told without counting."""
        self._through = self.number + len(segments)
        self.left = iter(segments)
        return self.left

    @property
    def number(self) -> int:
        """The current segment's place in the file, from 1."""
        return self._through - length_hint(self.left)

    def problem(self, text: str, claim_id: str = "", segment: int | None = None) -> None:
        """Report a problem at the current segment, or at another."""
        number = self.number if segment is None else segment
        self.found.append(Problem(self.source, number, claim_id, text))

    def odd(self, text: str) -> str | None:
        """Handle a segment that the table does not know: padded, blank, or truly unknown."""
        bare = text.strip(BLANK)
        if not bare:
            self.blanks += 1
            return None
        handler = self.table.get((bare + self.element)[:3])
        if handler is not None:
            return handler(bare)
        return None
