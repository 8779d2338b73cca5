"""Segments to bytes: delimiters, counts and trailers of ISA, GS and ST.

Segments are built with three control characters as delimiters. Claim by claim, the values are
checked for anything that X12 cannot carry, delimiters included; only then do the real delimiters
take their place. So no value, whatever it holds, can break the structure of a file.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from decimal import Decimal
from typing import BinaryIO, Final

from claims.x12.envelope import Envelope
from claims.x12.values import Memo

_ELEMENT: Final = "\x1d"
_COMPONENT: Final = "\x1f"
_TERMINATOR: Final = "\x1c"
_FLUSH_AT: Final = 1 << 16


class WriteError(ValueError):
    """Something cannot be written; the text says what, on which claim in order, and the mend."""


def money(amount: Decimal) -> str:
    """An amount or quantity as X12 writes it, with the places that it states.

    Nothing is remembered: 150 and 150.00 are equal keys, and would be written as the first of them.
    """
    return format(amount, "f")


def _day(day: dt.date) -> str:
    return f"{day.year:04}{day.month:02}{day.day:02}"


DAY: Final[Memo[dt.date, str]] = Memo(_day)
"""A date as CCYYMMDD."""


class Emitter:
    """Writes one interchange, counting segments, transactions and groups."""

    def __init__(self, out: BinaryIO, envelope: Envelope) -> None:
        self._out = out
        self.envelope = envelope
        delimiters = envelope.delimiters
        end = delimiters.terminator + delimiters.line_end
        self._real = str.maketrans(
            {_ELEMENT: delimiters.element, _COMPONENT: delimiters.component, _TERMINATOR: end}
        )
        printable = re.escape("".join(c for c in delimiters.reserved() if " " <= c <= "~"))
        # The extended character set of the guides' appendix B, without the delimiters in force.
        self._forbidden = re.compile(
            rf"[^{_COMPONENT} -~]" + (f"|[{printable}]" if printable else "")
        )
        self._values: list[str] = []
        self._components = 0
        self._lines: list[str] = []
        self._ready: list[str] = []
        self._size = 0
        self._segments = 0
        self._transactions = 0
        self._groups = 0
        self._control = envelope.transaction_control
        self._guide = ""
        self._names: Memo[str, str] = Memo(self._clean)
        self.place = 0
        self._check()

    def _check(self) -> None:
        delimiters = self.envelope.delimiters
        reserved = delimiters.reserved()
        if len(set(reserved)) != 4 or any(char.isalnum() or char in " .-" for char in reserved):
            raise WriteError("The four delimiters must be different single marks, such as * : ^ ~.")

    def _clean(self, text: str) -> str:
        """Give a name that X12 can carry: accents folded, forbidden characters made spaces."""
        folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
        return " ".join(self._forbidden.sub(" ", folded).replace(_COMPONENT, " ").split())

    def name(self, text: str) -> str:
        """Give a name, address or other text without meaning, fit to be written."""
        return self._names[text][:60]

    def need(self, value: str, what: str) -> str:
        """Give a value that the guide requires.

        Raises:
            WriteError: it is not stated.
        """
        if not value:
            raise WriteError(f"Claim {self.place} in order has no {what}: add it and write again.")
        return value

    def composite(self, *parts: str) -> str:
        """Join components; empty ones at the end are left out."""
        count = len(parts)
        while count > 1 and not parts[count - 1]:
            count -= 1
        self._components += count - 1
        return _COMPONENT.join(parts[:count])

    def seg(self, *elements: str) -> None:
        """Add a segment; empty elements at its end are left out."""
        self._values += elements
        self._lines.append(_ELEMENT.join(elements).rstrip(_ELEMENT))

    def commit(self) -> None:
        """Check what was added since the last time and pass it on."""
        lines = self._lines
        values = "".join(self._values)
        if self._forbidden.search(values) or values.count(_COMPONENT) != self._components:
            raise WriteError(
                f"Claim {self.place} in order holds a character that X12 cannot carry (a "
                "delimiter, a line end or an accent): choose other delimiters or take it out."
            )
        text = _TERMINATOR.join(lines) + _TERMINATOR
        self._segments += len(lines)
        self._values.clear()
        self._components = 0
        lines.clear()
        self._ready.append(text.translate(self._real))
        self._size += len(text)
        if self._size > _FLUSH_AT:
            self._flush()

    def _flush(self) -> None:
        self._out.write("".join(self._ready).encode("ascii"))
        self._ready.clear()
        self._size = 0

    def open_interchange(self) -> None:
        """Write the ISA, whose elements have fixed widths."""
        envelope = self.envelope
        delimiters = envelope.delimiters
        created = envelope.created
        elements = (
            "ISA", "00", " " * 10, "00", " " * 10,
            "ZZ", f"{self.name(envelope.sender)[:15]:<15}",
            "ZZ", f"{self.name(envelope.receiver)[:15]:<15}",
            f"{created:%y%m%d}", f"{created:%H%M}", delimiters.repetition, "00501",
            f"{envelope.interchange_control:09}", "0", envelope.usage, delimiters.component,
        )  # fmt: skip
        end = delimiters.terminator + delimiters.line_end
        self._ready.append(delimiters.element.join(elements) + end)

    def close_interchange(self) -> None:
        """Close the group and write the IEA."""
        self.close_group()
        self.seg("IEA", str(self._groups), f"{self.envelope.interchange_control:09}")
        self.commit()
        self._flush()

    def open_group(self, kind: str, guide: str) -> None:
        """Open a functional group (GS), unless one of the same guide is open."""
        if guide == self._guide:
            return
        self.close_group()
        envelope = self.envelope
        self._groups += 1
        self._transactions = 0
        self._guide = guide
        self.seg(
            "GS", kind, self.name(envelope.sender)[:15], self.name(envelope.receiver)[:15],
            f"{envelope.created:%Y%m%d}", f"{envelope.created:%H%M}",
            str(envelope.group_control + self._groups - 1), "X", guide,
        )  # fmt: skip
        self.commit()

    def close_group(self) -> None:
        """Close the open group, if any (GE)."""
        if self._guide:
            number = self.envelope.group_control + self._groups - 1
            self._guide = ""
            self.seg("GE", str(self._transactions), str(number))
            self.commit()

    def open_transaction(self, kind: str, guide: str) -> str:
        """Write the ST and give its control number; ``guide`` is ``""`` where ST03 is not used."""
        self._transactions += 1
        self._segments = 0
        control = f"{self._control:04}"
        self.seg("ST", kind, control, guide)
        return control

    def close_transaction(self) -> None:
        """Write the SE with the count of segments since the ST."""
        self.seg("SE", str(self._segments + len(self._lines) + 1), f"{self._control:04}")
        self._control += 1
        self.commit()
