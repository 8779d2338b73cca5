"""X12 837P, 837I and 835, in and out: ``read``, ``write_837``, ``write_835``.

>>> [problem.text[:20] for problem in read(b"hello", "a.txt")]
['No ISA segment was f']
"""

from __future__ import annotations

from claims.x12.envelope import Delimiters, Envelope
from claims.x12.identities import PLACEHOLDERS, Identities, Identity, Placeholders
from claims.x12.read import Reader, read
from claims.x12.write import WriteError, write_835, write_837

__all__ = [
    "PLACEHOLDERS",
    "Delimiters",
    "Envelope",
    "Identities",
    "Identity",
    "Placeholders",
    "Reader",
    "WriteError",
    "read",
    "write_835",
    "write_837",
]
