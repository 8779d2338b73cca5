"""Remittances out of an 835, and what could not be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from claims.denials.standing import Ledger
from claims.problems import Problem as Unreadable
from claims.types import Remittance
from claims.x12 import read
from service.problems import Problem

if TYPE_CHECKING:
    from claims.carc import Catalogue


@dataclass(frozen=True, slots=True)
class Found:
    """The answers of an 835, and where something could not be read."""

    ledger: Ledger
    problems: list[dict[str, object]]


def ledger_of(body: bytes, catalogue: Catalogue, most: int) -> Found:
    """Read ``body``. Raises ``Problem``: 422 when it holds no remittance, 413 when too many.

    A claim in it is passed over: it is a question, not an answer.
    """
    found = Found(Ledger(catalogue), [])
    for item in read(body):
        if isinstance(item, Unreadable):
            # Without the claim id: the segment says where, and nothing of a claim is in an error.
            document = Problem(422, "unreadable", item.text).document()
            found.problems.append({**document, "segment": item.segment})
        elif isinstance(item, Remittance):
            if found.ledger.remittances >= most:
                text = f"The file holds more than {most} remittances, the most that is taken."
                raise Problem(413, "too-many-remittances", text)
            found.ledger.add(item)
    if not found.ledger.remittances:
        why = f" {found.problems[0]['detail']}" if found.problems else ""
        text = f"No remittance could be read; send a whole 835 interchange, from ISA to IEA.{why}"
        raise Problem(422, "no-remittance", text)
    return found
