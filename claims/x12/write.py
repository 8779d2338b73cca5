"""The writer: claims to 837, payments to 835."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import BinaryIO

from claims.types import Claim, Payment, Remittance
from claims.x12.envelope import Envelope
from claims.x12.identities import PLACEHOLDERS, Identities


class WriteError(ValueError):
    """Something that the guide requires is missing; the text names it and the claim's place."""


def write_837(
    claims: Iterable[Claim],
    out: BinaryIO,
    envelope: Envelope,
    identities: Identities = PLACEHOLDERS,
) -> None:
    """Write claims, in order, as one interchange of 837P and 837I transactions."""
    raise NotImplementedError


def write_835(
    payments: Iterable[tuple[Payment, Sequence[Remittance]]],
    out: BinaryIO,
    envelope: Envelope,
    identities: Identities = PLACEHOLDERS,
) -> None:
    """Write payments with their remittances as one interchange, an 835 transaction for each."""
    raise NotImplementedError
