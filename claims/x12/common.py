"""Pieces that both an 837 and an 835 hold: adjustments, procedures, optional amounts."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Final, TypeVar

from claims.types import Adjustment, Attachment, Provider
from claims.x12.drafts import adjustment
from claims.x12.state import State
from claims.x12.values import AMOUNTS, DATES, PROVIDERS, QUANTITIES, Memo, UnreadableError

MANY: Final = 2000
MOST_LINES: Final = 10_000

Item = TypeVar("Item")
Procedure = tuple[str, str, tuple[str, ...]]


def adjustments(text: str, element: str) -> tuple[Adjustment, ...]:
    """Read a CAS: up to six triples of CARC, amount, quantity under one group code.

    Raises:
        UnreadableError: an amount is none.
    """
    e = text.split(element)
    if len(e) == 4:
        amount = AMOUNTS[e[3]]
        if amount is not None and e[2]:
            return (adjustment(e[1], e[2], amount, None),)
    group = e[1]
    triples = []
    for at in range(2, len(e) - 1, 3):
        carc, stated = e[at], e[at + 1]
        if not carc or not stated:
            continue
        amount = AMOUNTS[stated]
        if amount is None:
            raise UnreadableError(
                "The amount of an adjustment (CAS) is no amount: state it in dollars, as 123.45."
            )
        quantity = QUANTITIES[e[at + 2]] if len(e) > at + 2 else None
        triples.append(adjustment(group, carc, amount, quantity))
    return tuple(triples)


def more(have: tuple[Item, ...], items: tuple[Item, ...]) -> tuple[Item, ...]:
    """Add items to what a claim or line has; far beyond what the guides allow, keep what it has.

    Without the bound, a file that repeats one segment a million times would take hours to add up.
    """
    return have + items if len(have) <= MANY else have


def optional_amount(state: State, text: str, what: str) -> Decimal | None:
    """Read an amount that may be left out; one that cannot be read is reported and left out."""
    amount = AMOUNTS[text]
    if amount is None and text:
        state.problem(f"The {what} is no amount and was left out: state it in dollars, as 123.45.")
    return amount


def day_or_problem(state: State, text: str, what: str, claim_id: str = "") -> dt.date | None:
    """Read a date that may be left out; one that cannot be read is reported and left out."""
    day = DATES[text]
    if day is None and text:
        state.problem(f"The {what} is no date and was left out: state it as CCYYMMDD.", claim_id)
    return day


def _pointers(text: str) -> tuple[int, ...]:
    pieces = "".join(char if char.isdigit() and char.isascii() else " " for char in text).split()
    return tuple(number for number in map(int, pieces) if 0 < number <= 12)


POINTERS: Final[Memo[str, tuple[int, ...]]] = Memo(lambda text: _pointers(text[:24]))
"""SV107, whatever its component separator, to places of diagnoses from 1 to 12."""


def procedure_memo(component: str) -> Memo[str, Procedure]:
    """Give a memo of SV101, SV202, SVC01 or SVD03: qualifier, code, at most four modifiers."""

    def work_out(text: str) -> Procedure:
        parts = text.split(component)
        code = parts[1] if len(parts) > 1 else ""
        return parts[0], code, tuple(part for part in parts[2:6] if part)

    return Memo(work_out)


CasMemo = Memo[str, tuple[Adjustment, ...]]


def adjustment_memo(element: str) -> CasMemo:
    """Give a memo of whole CAS segments; see ``adjustments``."""
    return Memo(lambda text: adjustments(text, element))


def provider_memo(element: str, roles: dict[str, str]) -> Memo[str, tuple[str, Provider | None]]:
    """Give a memo of whole NM1 segments: field of the role (``""`` = none of ours), provider."""

    def work_out(text: str) -> tuple[str, Provider | None]:
        role = roles.get(text[4:6])
        if role is None:
            return "", None
        e = text.split(element)
        return role, PROVIDERS[e[9] if len(e) > 9 and e[8] == "XX" else "", ""]

    return Memo(work_out)


def attachment(text: str, element: str) -> Attachment:
    """Read a PWK."""
    e = (text + element * 6).split(element)
    return Attachment(report_type=e[1], transmission=e[2], control_number=e[6])
