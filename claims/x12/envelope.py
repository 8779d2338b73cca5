"""What surrounds the claims in a file: who sends it to whom, when, with which delimiters."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Delimiters:
    """The four characters that structure a file, and what follows each segment's terminator."""

    element: str = "*"
    component: str = ":"
    repetition: str = "^"
    terminator: str = "~"
    line_end: str = "\n"

    def reserved(self) -> str:
        """Give the characters that no value may contain."""
        return self.element + self.component + self.repetition + self.terminator


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """ISA, GS and ST of the file to write.

    ``sender`` and ``receiver`` are the interchange ids (at most 15 characters, ISA06 and ISA08).
    ``created`` has no time zone: X12 states none. The control numbers are those of the first
    interchange, group and transaction; the latter two are counted up. ``usage`` is ``P`` for
    production and ``T`` for tests. A transaction (ST) is closed after ``claims_per_transaction``
    claims (the guides recommend 5,000 at most).
    """

    sender: str
    receiver: str
    created: dt.datetime
    sender_name: str = "SUBMITTER"
    receiver_name: str = "RECEIVER"
    interchange_control: int = 1
    group_control: int = 1
    transaction_control: int = 1
    usage: Literal["P", "T"] = "P"
    claims_per_transaction: int = 5000
    delimiters: Delimiters = field(default_factory=Delimiters)
