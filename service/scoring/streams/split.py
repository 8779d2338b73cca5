"""Bytes of a stream to claims, as they come: JSON lines, or an 837."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from claims.problems import Problem as UnreadableX12
from claims.types import Claim
from claims.x12 import Reader
from service.problems import Problem
from service.scoring.x12 import no_claim, slot_of_claim
from service.unreadable import UnreadablePart

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from claims.types import Payment, Remittance
    from service.scoring.requests import Ask

    Slot = Ask | Problem

_NEWLINE: Final = b"\n"


class Splitter(Protocol):
    """Takes bytes, gives a slot for each claim in them, and a problem for what cannot be read."""

    def feed(self, piece: bytes) -> list[Slot]:
        """Take the next bytes; give what they complete."""

    def finish(self) -> list[Slot]:
        """Give what is left. Raises ``Problem`` (422) when it was no body of its kind."""


class JsonLines:
    """One claim a line; blank lines are passed over."""

    def __init__(self, slot: Callable[[bytes], Slot], most_bytes: int) -> None:
        """``slot`` makes one of a line; a longer line than ``most_bytes`` is not kept."""
        self._slot = slot
        self._most = most_bytes
        self._begun: list[bytes] = []
        self._size = 0

    def feed(self, piece: bytes) -> list[Slot]:
        """Take the next bytes; give the slots of the lines that they complete."""
        found: list[Slot] = []
        *whole, rest = piece.split(_NEWLINE)
        for part in whole:
            self._add(part)
            found += self._line()
        self._add(rest)
        return found

    def finish(self) -> list[Slot]:
        """Give the last line, where it has no end."""
        return self._line()

    def _add(self, part: bytes) -> None:
        self._size += len(part)
        if self._size > self._most:
            self._begun.clear()  # of a line that is too long only its length is needed
        elif part:
            self._begun.append(part)

    def _line(self) -> list[Slot]:
        line, size = b"".join(self._begun), self._size
        self._begun.clear()
        self._size = 0
        if size > self._most:
            text = f"The line has more than {self._most} bytes, the most that one claim may have."
            return [Problem(413, "line-too-long", text)]
        return [self._slot(line)] if line.strip() else []


class X12:
    """An 837; a remittance in it is passed over: it is an answer, not a question."""

    def __init__(self, max_lines: int, default: dt.date | None) -> None:
        """``default`` is the day to judge claims as of, for the whole request."""
        self._reader = Reader()
        self._max_lines = max_lines
        self._default = default
        self._claims = 0
        self._first: UnreadablePart | None = None

    def feed(self, piece: bytes) -> list[Slot]:
        """Take the next bytes; give the claims that they complete."""
        return self._slots(self._reader.feed(piece))

    def finish(self) -> list[Slot]:
        """Give the rest. Raises ``Problem`` (422) when there was no claim at all."""
        found = self._slots(self._reader.finish())
        if not self._claims:
            raise no_claim(self._first)
        return found

    def _slots(self, found: Sequence[Claim | Remittance | Payment | UnreadableX12]) -> list[Slot]:
        slots: list[Slot] = []
        for item in found:
            if isinstance(item, UnreadableX12):
                part = UnreadablePart(item)
                self._first = self._first or part
                slots.append(part)
            elif isinstance(item, Claim):
                self._claims += 1
                slots.append(slot_of_claim(item, self._max_lines, self._default))
        return slots
