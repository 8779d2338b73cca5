"""Claims out of an 837, each a slot of its own, and what could not be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from claims.problems import Problem as Unreadable
from claims.types import Claim
from claims.x12 import read
from service.problems import Problem
from service.scoring.requests import Ask, ask

if TYPE_CHECKING:
    import datetime as dt


@dataclass(frozen=True, slots=True)
class Found:
    """What an 837 holds: a slot for each claim, and where something could not be read."""

    slots: list[Ask | Problem]
    problems: list[dict[str, object]]


def claims_of(body: bytes, max_lines: int, max_claims: int, default: dt.date | None) -> Found:
    """Read ``body``. Raises ``Problem``: 422 when it holds no claim, 413 when it holds too many.

    A remittance in it is passed over: it is an answer, not a question.
    """
    found = Found([], [])
    for item in read(body):
        if isinstance(item, Unreadable):
            found.problems.append(_unreadable(item))
        elif isinstance(item, Claim):
            if len(found.slots) >= max_claims:
                text = f"The file holds more than {max_claims} claims, the most that is taken."
                raise Problem(413, "too-many-claims", text)
            found.slots.append(_slot(item, max_lines, default))
    if not found.slots:
        why = f" {found.problems[0]['detail']}" if found.problems else ""
        text = f"No claim could be read; send a whole 837 interchange, from ISA to IEA.{why}"
        raise Problem(422, "no-claim", text)
    return found


def _slot(claim: Claim, max_lines: int, default: dt.date | None) -> Ask | Problem:
    try:
        return ask(claim, None, default, max_lines)
    except Problem as problem:
        return problem


def _unreadable(item: Unreadable) -> dict[str, object]:
    # Without the claim id: the segment says where, and nothing of a claim goes into an error.
    document = Problem(422, "unreadable", item.text).document()
    return {**document, "segment": item.segment}
