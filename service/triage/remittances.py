"""Remittances out of an 835, and what could not be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from claims.denials.standing import Ledger
from claims.problems import Problem as Unreadable
from claims.types import Remittance
from claims.x12 import read
from service.problems import Problem
from service.unreadable import UnreadableParts

if TYPE_CHECKING:
    from claims.carc import Catalogue


@dataclass(frozen=True, slots=True)
class Found:
    """The answers of an 835, and where something could not be read."""

    ledger: Ledger
    problems: list[dict[str, object]]


def ledger_of(body: bytes, catalogue: Catalogue, most: int) -> Found:
    """Read ``body``. Raises ``Problem``: 422 of no remittance, 413 of too many.

    A claim in it is passed over: it is a question, not an answer.
    """
    ledger, parts = Ledger(catalogue), UnreadableParts()
    for item in read(body):
        if isinstance(item, Unreadable):
            parts.add(item)
        elif isinstance(item, Remittance):
            if ledger.remittances >= most:
                text = f"The file holds more than {most} remittances, the most that is taken."
                raise Problem(413, "too-many-remittances", text)
            ledger.add(item)
    if not ledger.remittances:
        why = f" {parts.first.detail}" if parts.first else ""
        text = f"No remittance could be read; send a whole 835 interchange, from ISA to IEA.{why}"
        raise Problem(422, "no-remittance", text)
    return Found(ledger, parts.documents())
