"""Claims out of an 837, each a slot of its own, and what could not be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from claims.problems import Problem as Unreadable
from claims.types import Claim
from claims.x12 import read
from service.problems import Problem
from service.scoring.requests import Ask, ask
from service.unreadable import UnreadablePart, UnreadableParts

if TYPE_CHECKING:
    import datetime as dt


@dataclass(frozen=True, slots=True)
class Found:
    """What an 837 holds: a slot for each claim, and where something could not be read."""

    slots: list[Ask | Problem]
    problems: list[dict[str, object]]


def claims_of(body: bytes, max_lines: int, max_claims: int, default: dt.date | None) -> Found:
    """Read ``body``. Raises ``Problem``: 422 when it holds no claim, 413 when it holds too much.

    A remittance in it is passed over: it is an answer, not a question.
    """
    slots: list[Ask | Problem] = []
    parts = UnreadableParts()
    for item in read(body):
        if isinstance(item, Unreadable):
            parts.add(item)
        elif isinstance(item, Claim):
            if len(slots) >= max_claims:
                text = f"The file holds more than {max_claims} claims, the most that is taken."
                raise Problem(413, "too-many-claims", text)
            slots.append(slot_of_claim(item, max_lines, default))
    if not slots:
        raise no_claim(parts.first)
    return Found(slots, parts.documents())


def no_claim(first: UnreadablePart | None) -> Problem:
    """422: there is no claim, and what could not be read ``first`` may say why."""
    why = f" {first.detail}" if first is not None else ""
    text = f"No claim could be read; send a whole 837 interchange, from ISA to IEA.{why}"
    return Problem(422, "no-claim", text)


def slot_of_claim(claim: Claim, max_lines: int, default: dt.date | None) -> Ask | Problem:
    """The claim to be scored, or what is wrong with it."""
    try:
        return ask(claim, None, default, max_lines)
    except Problem as problem:
        return problem
