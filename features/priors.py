"""What came before: the same service billed already, visits of this kind, the member's last answer.

A claim is part of history from the day after it was sent; its outcome, from the day after the
remittance arrived. Days are compared strictly: what happened on the day itself may have happened
after the claim was judged.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from claims.categories import CATEGORY_CODE
from features.columns import NO_DAY
from features.frame import Frame
from features.hashing import code_hash, mix
from features.index import EventIndex, clip_days

I8 = NDArray[np.int8]
I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]
Flags = NDArray[np.bool_]

YEAR: Final = 365
_AT_ONCE: Final = 1 << 17  # claims: what is looked up of their lines stays at some hundred MB
NONE, UNANSWERED, PAID, DENIED = 0, 1, 2, 3

_ANY: Final = np.uint64(code_hash("event:any payer"))
_VISIT: Final = np.uint64(code_hash("event:visit"))
_MEMBER: Final = np.uint64(code_hash("event:member"))
# Categories that follow the member from one claim to the next.
_MEMBER_CATEGORIES: Final = (
    CATEGORY_CODE["eligibility"],
    CATEGORY_CODE["coordination_of_benefits"],
)


def service_keys(frame: Frame) -> tuple[U64, Flags]:
    """Key each line four ways, shape (4, m), and say which lines can be compared at all.

    By payer, service and day; by service and day; by payer and service (a visit of this kind); and
    as the first, with the same modifiers, charge and rendering provider (the very same line).
    """
    of = frame.line_claim
    code = np.where(frame.procedure != 0, frame.procedure, frame.revenue)
    member, payer = frame.member[of], frame.payer[of]
    day = frame.line_from.astype(np.uint64)
    # A salt goes first: folding one code into another would not tell (a, b) from (b, a).
    visit = mix(mix(mix(np.broadcast_to(_VISIT, code.shape), member), code), payer)
    dated = mix(mix(mix(np.broadcast_to(_ANY, code.shape), member), code), day)
    same = mix(dated, payer)
    alike = mix(mix(same, frame.modifiers), frame.line_charge.astype(np.uint64))
    keys = np.stack([same, dated, visit, mix(alike, frame.line_rendering)])
    return keys, (member != 0) & (code != 0) & (frame.line_from != NO_DAY)


def member_keys(frame: Frame) -> U64:
    """Key each claim by member and payer."""
    salt = np.broadcast_to(_MEMBER, frame.member.shape)
    return mix(mix(salt, frame.member), frame.payer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Priors:
    """What came before each line (m) and each claim (n), as of the claim's day."""

    repeats: I64  # m: times this service was sent to this payer before
    exact_repeats: I64  # m: of them, with the same modifiers, charge and rendering provider
    repeat_days: I64  # m: days since the last of them, -1 if none
    repeat_state: I8  # m: NONE, UNANSWERED, PAID, DENIED: what was known of the last of them
    elsewhere: I64  # m: times it was sent to other payers before
    visits: I64  # m: times this procedure was sent for this member and payer within a year
    member_answers: I64  # n: claims of this member that this payer has answered
    member_days: I64  # n: days since the last answer, -1 if none
    member_state: I8  # n: NONE, PAID, DENIED: the last answer
    member_category: I8  # n: 0 none, 1 eligibility, 2 coordination of benefits, 3 another


def priors(frame: Frame, sent: EventIndex, answered: EventIndex) -> Priors:
    """Look up what came before, for one claim or a million (some thousands at a time)."""
    if len(frame) <= _AT_ONCE:
        return _priors(frame, sent, answered)
    parts = [
        _priors(frame.take(np.arange(first, min(first + _AT_ONCE, len(frame)))), sent, answered)
        for first in range(0, len(frame), _AT_ONCE)
    ]
    whole = {
        field.name: np.concatenate([getattr(part, field.name) for part in parts])
        for field in fields(Priors)
    }
    return Priors(**whole)


def _priors(frame: Frame, sent: EventIndex, answered: EventIndex) -> Priors:
    of = frame.line_claim
    as_of = clip_days(frame.as_of)
    keys, comparable = service_keys(frame)
    until, own = as_of[of], frame.claim_key[of]
    lines = len(of)
    shape = keys.shape
    first, last = sent.span(keys.ravel(), np.broadcast_to(until, shape).ravel())
    last = sent.without(first, last, np.broadcast_to(own, shape).ravel())
    rank, there = sent.find(keys[2])
    year_ago = np.where(there, sent.before(rank, np.maximum(until - YEAR, 0)), 0)
    counts = (last - first).reshape(shape) * comparable
    visited = np.maximum(first.reshape(shape)[2], year_ago)
    place = np.maximum(last[:lines] - 1, 0)
    repeated = counts[0] > 0
    return Priors(
        repeats=counts[0],
        exact_repeats=counts[3],
        repeat_days=np.where(repeated, until - _at(sent.moments, place) % (1 << 20), -1),
        repeat_state=np.where(repeated, _state(sent, place, until), NONE).astype(np.int8),
        elsewhere=np.maximum(counts[1] - counts[0], 0),
        visits=np.maximum(last.reshape(shape)[2] - visited, 0) * comparable,
        **_member(frame, answered, as_of),
    )


def _member(frame: Frame, answered: EventIndex, as_of: I64) -> dict[str, NDArray[Any]]:
    first, last = answered.span(member_keys(frame), as_of)
    last = answered.without(first, last, frame.claim_key)
    count = np.where(frame.member != 0, last - first, 0)
    place, known = np.maximum(last - 1, 0), count > 0
    category = _at(answered.category, place)
    kind = np.where(category < 0, 0, 3)
    for number, code in enumerate(_MEMBER_CATEGORIES, start=1):
        kind = np.where(category == code, number, kind)
    return {
        "member_answers": count,
        "member_days": np.where(known, as_of - _at(answered.moments, place) % (1 << 20), -1),
        "member_state": np.where(known, _state(answered, place, as_of), NONE).astype(np.int8),
        "member_category": np.where(known, kind, 0).astype(np.int8),
    }


def _state(events: EventIndex, place: I64, until: I64) -> I64:
    outcome = _at(events.outcome, place)
    answered = (outcome >= 0) & (_at(events.known_on, place) < until)
    return np.where(answered, np.where(outcome > 0, DENIED, PAID), UNANSWERED)


def _at(column: NDArray[np.generic], place: I64) -> I64:
    if not len(column):
        return np.full(len(place), -1)
    return column[place].astype(np.int64)
