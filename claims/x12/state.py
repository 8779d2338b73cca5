"""What the parts of the reader share: where they are, what they found, what comes next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from claims.problems import Problem
from claims.types import Claim, Payment, Remittance
from claims.x12.scan import BLANK

Found = Claim | Remittance | Payment | Problem
Handler = Callable[[str], None]
Table = dict[str, Handler | None]


class State:
    """Shared by the envelope reader and the two transaction readers.

    ``table`` maps the first three characters of a segment (its id, with the separator after an id
    of two letters) to what is done with it here; ``None`` marks segments that carry nothing for
    us. ``number`` is the current segment's place in the file, from 1. ``found`` is what is ready.
    """

    __slots__ = (
        "blanks",
        "component",
        "element",
        "file_date",
        "found",
        "guide",
        "number",
        "source",
        "table",
    )

    def __init__(self, source: str) -> None:
        self.source = source
        self.table: Table = {}
        self.number = 0
        self.blanks = 0
        self.found: list[Found] = []
        self.element = "*"
        self.component = ":"
        self.file_date: dt.date | None = None
        self.guide = ""

    def problem(self, text: str, claim_id: str = "", segment: int | None = None) -> None:
        """Report a problem at the current segment, or at another."""
        number = self.number if segment is None else segment
        self.found.append(Problem(self.source, number, claim_id, text))

    def odd(self, text: str) -> None:
        """Handle a segment that the table does not know: padded, blank, or truly unknown."""
        bare = text.strip(BLANK)
        if not bare:
            self.blanks += 1
            return
        handler = self.table.get((bare + self.element)[:3])
        if handler is not None and (bare != text or len(bare) < 3):
            handler(bare)


def keyed(handlers: dict[str, Handler | None], element: str) -> Table:
    """Key handlers by the first three characters of their segments."""
    return {(name + element)[:3]: handler for name, handler in handlers.items()}
