"""The reader: X12 in, claims, remittances, payments and problems out, one at a time."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO, Final

from claims.problems import Problem
from claims.types import Claim, Payment, Remittance
from claims.x12.read_835 import Reader835
from claims.x12.read_837 import Reader837
from claims.x12.scan import BLANK, CHUNK, Interchange, Overlong, Piece, Scanner, Tail
from claims.x12.state import Found, Handler, State, Table
from claims.x12.values import DATES, UnreadableError

_PADDING: Final = 30
_DENTAL: Final = ("005010X224", "004010X097")
_TRAILERS: Final = ("SE", "GE", "IEA")


def read(
    source: bytes | BinaryIO, name: str = ""
) -> Iterator[Claim | Remittance | Payment | Problem]:
    """Read every claim and remittance of an X12 file, at constant memory.

    Reads 837P, 837I and 835 of version 5010, and of 4010 as well as can be. What cannot be
    understood becomes a ``Problem`` in its place and is skipped; its neighbours are kept. The
    remittances of an 835 transaction come first, then its ``Payment``. Nothing that the bytes hold
    raises an exception.

    Args:
        source: The file's bytes, or a binary stream; never a path.
        name: What to call the file in problems.

    Raises:
        TypeError: ``source`` is neither, such as a path.
    """
    if isinstance(source, bytes):
        return _all(io.BytesIO(source), name)
    if not hasattr(source, "read"):
        raise TypeError("read() takes bytes or a binary stream, not a path: open the file first")
    return _all(source, name)


def _all(stream: BinaryIO, name: str) -> Iterator[Found]:
    reader = Reader(name)
    while chunk := stream.read(CHUNK):
        yield from reader.feed(chunk)
    yield from reader.finish()


class Reader:
    """What ``read`` does, for bytes that come when they come: ``feed`` them, then ``finish``.

    It reads the envelope (ISA, GS, ST and their ends, with their counts) and has the transactions
    read. What a chunk yields is alive at a time, so memory goes with the size of the chunks.
    """

    def __init__(self, name: str = "") -> None:
        self._state = State(name)
        self._scanner = Scanner()
        self._open: Reader837 | Reader835 | None = None
        self._reader_837: Reader837 | None = None
        self._reader_835: Reader835 | None = None
        self._outside = self._skipping = self._state.table
        self._in_interchange = False
        self._in_group = False
        self._interchange_day = ""
        self._groups = 0
        self._transactions = 0
        self._in_transaction = False
        self._first_segment = 0

    def feed(self, chunk: bytes) -> list[Found]:
        """Take the next bytes of the file; give what they complete."""
        return self._taken(self._scanner.feed(chunk))

    def finish(self) -> list[Found]:
        """Give what is left, and what is missing at the end: nothing follows."""
        found = self._taken(self._scanner.finish())
        self._end()
        if not self._state.number:
            self._state.problem(
                "No ISA segment was found, so this is no X12 file: give a file of 837 or 835 "
                "transactions.",
                segment=0,
            )
        return found + self._state.found

    def _taken(self, pieces: list[Piece]) -> list[Found]:
        for piece in pieces:
            if isinstance(piece, list):
                self._segments(piece)
            elif isinstance(piece, Interchange):
                self._isa(piece)
            elif isinstance(piece, Tail):
                self._tail(piece.text)
            else:
                self._overlong(piece)
        found, self._state.found = self._state.found, []
        return found

    def _segments(self, segments: list[str]) -> None:
        state = self._state
        for text in state.walk(segments):
            following: str | None = text
            while following is not None:
                segment = following
                handler = state.table[segment[:3]]
                if handler is None:
                    break
                try:
                    following = handler(segment)
                except IndexError:
                    following = self._padded(handler, segment)
                except UnreadableError as error:
                    following = self._spoil(error)

    def _padded(self, handler: Handler, text: str) -> str | None:
        """Handle a segment that is shorter than the guide says: what is missing is empty."""
        try:
            return handler(text.rstrip(BLANK) + self._state.element * _PADDING)
        except UnreadableError as error:
            return self._spoil(error)

    def _spoil(self, error: UnreadableError) -> str | None:
        if self._open is not None:
            self._open.spoil(str(error))
        return None

    def _isa(self, isa: Interchange) -> None:
        self._end()
        state = self._state
        next(state.walk(["ISA"]))
        state.element, state.component = isa.element, isa.component
        if not isa.regular:
            state.problem(
                "The ISA segment does not have sixteen elements, so the delimiters were taken from "
                "the segment after it: ask the sender to write it as the standard says."
            )
        control: dict[str, Handler | None] = {
            "ISA": None,
            "GS": self._gs,
            "ST": self._st,
            "SE": self._se,
            "GE": self._ge,
            "IEA": self._iea,
            "TA1": None,
        }
        self._reader_837 = Reader837(state, control)
        self._reader_835 = Reader835(state, control)
        lost: dict[str, Handler | None] = {
            "BHT": self._lost_837,
            "HL": self._lost_837,
            "CLM": self._lost_837,
            "BPR": self._lost_835,
            "CLP": self._lost_835,
        }
        self._outside = Table(control | lost, state)
        self._skipping = Table(control, state)
        state.table = self._outside
        self._in_interchange = True
        self._interchange_day = isa.elements[9].strip()
        state.file_date = DATES[self._interchange_day]
        state.guide = ""
        self._groups = self._transactions = 0

    def _gs(self, text: str) -> None:
        e = text.split(self._state.element)
        day, guide = e[4].strip(), e[8].strip()
        self._close_group()
        self._in_group = True
        self._groups += 1
        self._transactions = 0
        self._state.guide = guide
        self._state.file_date = DATES[day] or DATES[self._interchange_day]
        self._state.table = self._outside

    def _st(self, text: str) -> None:
        e = text.split(self._state.element)
        kind, guide = e[1].strip(), e[3].strip() if len(e) > 3 else ""
        state = self._state
        self._close()
        self._transactions += 1
        self._in_transaction = True
        self._first_segment = state.number
        state.blanks = 0
        if guide:
            state.guide = guide
        if kind == "837" and not state.guide.startswith(_DENTAL):
            self._begin(self._reader_837)
        elif kind == "835":
            self._begin(self._reader_835)
        else:
            self._open = None
            state.table = self._skipping
            named = "837 (dental)" if kind == "837" else kind if kind.isalnum() else "unnamed"
            state.problem(
                f"Transaction set {named[:12]} is not read and was skipped: "
                "only 837P, 837I and 835 are."
            )

    def _begin(self, reader: Reader837 | Reader835 | None) -> None:
        self._open = reader
        if reader is not None:
            reader.begin()

    def _lost_837(self, text: str) -> str | None:
        return self._lost(self._reader_837, text)

    def _lost_835(self, text: str) -> str | None:
        return self._lost(self._reader_835, text)

    def _lost(self, reader: Reader837 | Reader835 | None, text: str) -> str | None:
        self._state.problem(
            "A transaction begins without a readable ST segment; it was read all the same: ask the "
            "sender for a whole file."
        )
        self._in_transaction = True
        self._first_segment = 0
        self._begin(reader)
        return text

    def _close(self) -> None:
        """Close a transaction whose SE has not come."""
        if self._open is not None:
            self._open.finish()
            self._open = None
        if self._in_transaction:
            self._in_transaction = False
            self._state.problem(
                "A transaction ends without its SE segment; what came before was kept: ask the "
                "sender for the whole file."
            )

    def _close_group(self) -> None:
        """Close a group whose GE has not come."""
        if self._in_transaction or self._open is not None:
            self._close()
        elif self._in_group:
            self._state.problem(
                "A group ends without its GE segment; what came before was kept: ask the sender "
                "for the whole file."
            )
        self._in_group = False

    def _se(self, text: str) -> None:
        stated = text.split(self._state.element)[1].strip()
        state = self._state
        inside = self._in_transaction
        if self._open is not None:
            self._open.finish()
            self._open = None
        self._in_transaction = False
        state.table = self._outside
        if inside and self._first_segment:
            counted = state.number - self._first_segment + 1 - state.blanks
            self._check("SE01", "segments in the transaction", stated, counted)

    def _ge(self, text: str) -> None:
        stated = text.split(self._state.element)[1].strip()
        self._close()
        self._in_group = False
        self._state.table = self._outside
        self._check("GE01", "transactions in the group", stated, self._transactions)

    def _iea(self, text: str) -> None:
        stated = text.split(self._state.element)[1].strip()
        self._close_group()
        self._state.table = self._outside
        self._in_interchange = False
        self._check("IEA01", "groups in the interchange", stated, self._groups)

    def _check(self, element: str, what: str, stated: str, counted: int) -> None:
        if stated.lstrip("0") != (str(counted) if counted else ""):
            self._state.problem(
                f"{element} does not state the number of {what}, which is {counted}; what was "
                "there was read: ask the sender whether something is missing."
            )

    def _tail(self, text: str) -> None:
        state = self._state
        if text.startswith(_TRAILERS):
            self._segments([text])
        elif self._open is not None:
            next(state.walk([text]))
            self._open.cut()

    def _overlong(self, piece: Overlong) -> None:
        self._state.problem(
            "More than a million bytes without a segment terminator were left out: check that the "
            "file is X12 throughout."
        )

    def _end(self) -> None:
        """Close what is open when an interchange ends, by its IEA, another ISA, or the file."""
        if self._in_transaction or self._open is not None:
            self._close()
        elif self._in_interchange:
            self._state.problem(
                "The interchange ends without its IEA segment; what came before was kept: ask the "
                "sender for the whole file."
            )
        self._in_interchange = self._in_group = False
