"""The writer: claims to 837, payments to 835. What it writes passes ``claims.x12.judge``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import BinaryIO

from claims.types import Claim, Payment, Remittance
from claims.x12.emit import Emitter, WriteError
from claims.x12.envelope import Envelope
from claims.x12.identities import PLACEHOLDERS, Identities
from claims.x12.write_835 import Writer835
from claims.x12.write_837 import Writer837

__all__ = ["WriteError", "write_835", "write_837"]


def write_837(
    claims: Iterable[Claim],
    out: BinaryIO,
    envelope: Envelope,
    identities: Identities = PLACEHOLDERS,
) -> None:
    """Write claims, in order, as one interchange of 837P and 837I transactions.

    Memory is constant. ``Claim.submitted_on`` becomes BHT04; claims of another day or form start a
    new transaction. Put claims of one billing provider and subscriber next to each other: they then
    share their levels.

    Raises:
        WriteError: a claim lacks what the guide requires, or holds a delimiter.
    """
    emitter = Emitter(out, envelope)
    emitter.open_interchange()
    writer = Writer837(emitter, identities)
    for claim in claims:
        writer.write(claim)
    writer.finish()
    emitter.close_interchange()


def write_835(
    payments: Iterable[tuple[Payment, Sequence[Remittance]]],
    out: BinaryIO,
    envelope: Envelope,
    identities: Identities = PLACEHOLDERS,
) -> None:
    """Write payments with their remittances as one interchange, an 835 transaction for each.

    Payer, payee, dates and trace are those of the ``Payment``; ``produced_on`` (DTM*405) is that of
    its first remittance. Amounts are written as given: that BPR02 equals the remittances' payments
    less the provider adjustments is the caller's to see to.

    Raises:
        WriteError: something lacks what the guide requires, or holds a delimiter.
    """
    emitter = Emitter(out, envelope)
    emitter.open_interchange()
    writer = Writer835(emitter, identities)
    for payment, remittances in payments:
        writer.write(payment, remittances)
    emitter.close_interchange()
