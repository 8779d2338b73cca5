"""The reader: X12 in, claims, remittances, payments and problems out, one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from claims.problems import Problem
from claims.types import Claim, Payment, Remittance


def read(
    source: bytes | BinaryIO, name: str = ""
) -> Iterator[Claim | Remittance | Payment | Problem]:
    """Read every claim and remittance of an X12 file, at constant memory.

    The remittances of an 835 transaction come first, then its ``Payment``.
    """
    raise NotImplementedError
