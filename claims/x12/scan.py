"""Bytes to segments: finds each ISA, takes the delimiters from it, and splits what follows.

Delimiters are found by counting the sixteen element separators of an ISA, not by fixed positions:
in the wild its elements are trimmed, padded and wrapped. What precedes an ISA (byte order marks,
mail headers, blank lines) is left out, and a new ISA may come anywhere, with other delimiters.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Final

# Small, because what one chunk yields is alive at a time: 64 KiB reads a fifth slower than 16.
CHUNK: Final = 1 << 14
LOOKAHEAD: Final = 600
LONGEST_SEGMENT: Final = 1 << 20
BLANK: Final = " \t\r\n\x00\x0b\x0c\x1a\ufeff"
_BLANK_BYTES: Final = b" \t\r\n\x00\x0b\x0c\x1a"
_WIDEST_ELEMENT: Final = 20
_ISA: Final = re.compile(rb"ISA(?=[^0-9A-Za-z \t\x00])")
"""With what may be a separator behind it."""


@dataclass(frozen=True, slots=True)
class Interchange:
    """An ISA: its elements (ISA01 is ``elements[1]``) and the delimiters that hold until the next.

    ``regular`` is false when it did not have sixteen elements and the delimiters were taken from
    the segment that follows.
    """

    elements: tuple[str, ...]
    element: str
    component: str
    terminator: str
    regular: bool = True


@dataclass(frozen=True, slots=True)
class Tail:
    """What stood after the last terminator of an interchange: a segment without its end."""

    text: str


@dataclass(frozen=True, slots=True)
class Overlong:
    """A stretch of more than a million bytes without a terminator; it was left out."""


Piece = Interchange | Tail | Overlong | list[str]


class Decoder:
    """Passes bytes on; those of UTF-16 (known by its mark) become UTF-8."""

    def __init__(self) -> None:
        self._start = b""
        self._begun = False
        self._decoder: codecs.IncrementalDecoder | None = None

    def feed(self, chunk: bytes) -> bytes:
        """Take the next bytes of the stream."""
        if not self._begun:
            self._start += chunk
            if len(self._start) < len(codecs.BOM_UTF16):
                return b""
            chunk, self._start, self._begun = self._start, b"", True
            if chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                self._decoder = codecs.getincrementaldecoder("utf-16")("replace")
        return chunk if self._decoder is None else self._decoder.decode(chunk).encode()

    def finish(self) -> bytes:
        """Give what was held back."""
        if self._decoder is None:
            return self._start
        return self._decoder.decode(b"", final=True).encode()


def _is_delimiter(byte: bytes) -> bool:
    return len(byte) == 1 and not byte.isalnum() and byte not in b" \t\x00"


def _looks_like_isa(elements: list[bytes], before: bytes) -> bool:
    """Tell an ISA from a name such as LISA: fifteen elements, each no wider than ISA's are."""
    if len(elements) < 16 or any(len(item) > _WIDEST_ELEMENT for item in elements):
        return False
    if any(len(elements[place]) > 3 for place in (1, 3, 5, 7, 11, 14, 15)):
        return False
    return not before.isalnum() or (len(elements[12]) == 5 and elements[12].isdigit())


def _terminator(component: bytes, rest: bytes, separator: bytes) -> tuple[bytes, bytes]:
    """Give component separator and terminator from what follows ISA16."""
    starts = [at for at in (rest.find(tag + separator) for tag in (b"GS", b"TA1")) if at >= 0]
    if not starts or min(starts) > 12:
        return component, b"\n" if rest[:2] == b"\r\n" else rest[:1]
    start = min(starts)
    gap = rest[:start]
    if found := gap.strip(_BLANK_BYTES)[:1]:
        return component, found
    if not gap:  # ISA16 was left out: what stood in its place ends the segment
        return b":", component
    line_end = b"\n" if b"\n" in gap else b"\r" if b"\r" in gap else gap[:1]
    line = rest[start:].split(line_end, 1)[0].strip(_BLANK_BYTES)
    return (b":", component) if line.endswith(component) else (component, line_end)


def _delimiters(window: bytes) -> tuple[int, bytes, bytes, bool] | None:
    """Give the ISA's length up to the component separator, component, terminator, regular or not.

    ``None`` when no terminator can be found.
    """
    separator = window[3:4]
    place = 3
    for _ in range(15):
        place = window.find(separator, place + 1)
        if place < 0:
            break
    gs = window.find(b"GS" + separator)
    if place >= 0 and (gs < 0 or place < gs):
        rest = window[place + 1 :].lstrip(b"\r\n")
        component, terminator = _terminator(rest[:1], rest[1:], separator)
        if _is_delimiter(component) and _is_delimiter(terminator) and terminator != separator:
            return place, component, terminator, True
    head = window[: max(gs, 0)].rstrip(_BLANK_BYTES)
    if len(head) > 5 and _is_delimiter(head[-1:]) and head[-1:] != separator:
        component = head[-2:-1]
        return len(head) - 2, component if _is_delimiter(component) else b":", head[-1:], False
    return None


class Scanner:
    """Splits bytes, as they come, into interchanges and lists of segments, at constant memory.

    A list holds the segments of one chunk, without their terminators. Line ends are taken out
    unless they are delimiters, so wrapped lines and a line per segment read the same.
    """

    def __init__(self) -> None:
        self._decoder = Decoder()
        self._buffer = b""
        self._before = b""
        self._now: Interchange | None = None
        self._terminator = b""
        self._ascii = True
        self._line_ends = b"\r\n"
        self._searched = 0  # before this place of what remains of the buffer there is no ISA

    def feed(self, chunk: bytes) -> list[Piece]:
        """Take the next bytes; give what is whole."""
        self._buffer += self._decoder.feed(chunk)
        self._buffer, self._before, pieces = self._take(self._buffer, self._before, last=False)
        return pieces

    def finish(self) -> list[Piece]:
        """Give the rest: nothing follows."""
        whole = self._buffer + self._decoder.finish()
        self._buffer, self._before, pieces = self._take(whole, self._before, last=True)
        return pieces

    def _take(
        self, buffer: bytes, before: bytes, *, last: bool
    ) -> tuple[bytes, bytes, list[Piece]]:
        """Give what remains of the buffer, the byte before it, and what it held."""
        pieces: list[Piece] = []
        start = 0
        while True:
            at, header = self._next_isa(buffer, start, before, last=last)
            if header is None:
                break
            self._searched = 0
            self._flush(buffer[start:at], pieces)
            pieces.append(self._open(buffer[at : at + LOOKAHEAD], header))
            start = at + header[0] + 1
            start = buffer.find(self._terminator, start) + 1 or len(buffer)
        if last:
            self._flush(buffer[start:], pieces)
            return b"", b"", pieces
        cut = self._cut(buffer, start, at, pieces)
        self._searched = at - cut
        return buffer[cut:], buffer[cut - 1 : cut] if cut else before, pieces

    def _cut(self, buffer: bytes, start: int, limit: int, pieces: list[Piece]) -> int:
        """Take the whole segments before ``limit``; give the place where the rest begins."""
        if self._now is None:
            return min(limit, len(buffer))
        end = buffer.rfind(self._terminator, start, limit)
        if end >= 0:
            pieces.append(self._split(buffer[start:end]))
            return end + 1
        if limit - start > LONGEST_SEGMENT:
            pieces.append(Overlong())
            return limit
        return start

    def _next_isa(
        self, buffer: bytes, start: int, before: bytes, *, last: bool
    ) -> tuple[int, tuple[int, bytes, bytes, bool] | None]:
        """Find the next ISA; without one, give the place up to which there certainly is none."""
        # A segment may fill many chunks: what was searched is not searched again.
        for found in _ISA.finditer(buffer, max(start, self._searched)):
            at = found.start()
            if not last and len(buffer) - at < LOOKAHEAD:
                return at, None
            window = buffer[at : at + LOOKAHEAD]
            flat = window.replace(b"\r", b"").replace(b"\n", b"")
            previous = buffer[at - 1 : at] if at else before
            known = _looks_like_isa(flat.split(window[3:4], 16)[:16], previous)
            if known or (self._now is None and not previous.isalnum()):
                header = _delimiters(window)
                if header is not None:
                    return at, header
        return len(buffer) if last else max(start, len(buffer) - 3), None

    def _open(self, window: bytes, header: tuple[int, bytes, bytes, bool]) -> Interchange:
        length, component, terminator, regular = header
        separator = window[3:4]
        flat = window[:length].translate(None, b"\r\n").decode("latin-1")
        elements = tuple(flat.split(separator.decode("latin-1")))
        self._terminator = terminator
        self._ascii = (separator + component + terminator).isascii()
        used = separator + component + terminator
        self._line_ends = bytes(byte for byte in b"\r\n" if byte not in used)
        self._now = Interchange(
            elements=elements + ("",) * (17 - len(elements)),
            element=separator.decode("latin-1"),
            component=component.decode("latin-1"),
            terminator=terminator.decode("latin-1"),
            regular=regular,
        )
        return self._now

    def _flush(self, data: bytes, pieces: list[Piece]) -> None:
        if self._now is None or not data:
            return
        segments = self._split(data)
        tail = segments.pop().strip(BLANK)
        if segments:
            pieces.append(segments)
        if tail and tail != "\xef\xbb\xbf":
            pieces.append(Tail(tail))

    def _split(self, data: bytes) -> list[str]:
        if b"\n" in data or b"\r" in data:
            data = data.translate(None, self._line_ends)
        terminator = self._terminator.decode("latin-1")
        if not self._ascii:
            return data.decode("latin-1").split(terminator)
        try:
            return data.decode("utf-8").split(terminator)
        except UnicodeDecodeError:
            return [_decode(segment) for segment in data.split(self._terminator)]


def _decode(segment: bytes) -> str:
    """Decode one segment of a chunk that is not UTF-8 throughout."""
    try:
        return segment.decode("utf-8")
    except UnicodeDecodeError:
        return segment.decode("latin-1")
