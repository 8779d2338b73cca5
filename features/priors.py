"""What came before: the same service billed already, visits of this kind, the member's last answer.

A claim is part of history from the day after it was sent; its outcome, from the day after the
remittance arrived. Days are compared strictly: what happened on the day itself may have happened
after the claim was judged.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from claims.categories import CATEGORIES, CATEGORY_CODE
from features.columns import NO_DAY
from features.frame import Frame
from features.hashing import code_hash, mix
from features.index import EventIndex, clip_days
from features.search import key_services, latest, look_back

I8 = NDArray[np.int8]
I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]
Flags = NDArray[np.bool_]

YEAR: Final = 365
NONE, UNANSWERED, PAID, DENIED = 0, 1, 2, 3
_STATES: Final = np.array([PAID, DENIED, DENIED, UNANSWERED], np.int8)
"""By outcome: paid, partial, denied, and -1 (the last) for one that was not known."""

_ANY: Final = np.uint64(code_hash("event:any payer"))
_VISIT: Final = np.uint64(code_hash("event:visit"))
_MEMBER: Final = np.uint64(code_hash("event:member"))


def _kinds() -> I8:
    """By category, and for none (-1, the last): 3 for one that is of no interest by itself."""
    found = np.full(len(CATEGORIES) + 1, 3, np.int8)
    found[-1] = 0
    # Categories that follow the member from one claim to the next.
    found[CATEGORY_CODE["eligibility"]] = 1
    found[CATEGORY_CODE["coordination_of_benefits"]] = 2
    return found


_KINDS: Final = _kinds()


def service_keys(frame: Frame) -> tuple[U64, Flags]:
    """Key each line four ways, shape (4, m), and say which lines can be compared at all.

    By payer, service and day; by service and day; by payer and service (a visit of this kind); and
    as the first, with the same modifiers, charge and rendering provider (the very same line).
    """
    of = frame.line_claim
    code = np.where(frame.procedure != 0, frame.procedure, frame.revenue)
    keys = np.empty((4, len(of)), np.uint64)
    key_services(
        of, frame.member, frame.payer, code, frame.line_from, frame.modifiers, frame.line_charge,
        frame.line_rendering, _ANY, _VISIT, keys,
    )  # fmt: skip
    return keys, (frame.member[of] != 0) & (code != 0) & (frame.line_from != NO_DAY)


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

    def first(self, claims: int, lines: int) -> Priors:
        """The same of the first claims and lines."""
        return Priors(
            repeats=self.repeats[:lines],
            exact_repeats=self.exact_repeats[:lines],
            repeat_days=self.repeat_days[:lines],
            repeat_state=self.repeat_state[:lines],
            elsewhere=self.elsewhere[:lines],
            visits=self.visits[:lines],
            member_answers=self.member_answers[:claims],
            member_days=self.member_days[:claims],
            member_state=self.member_state[:claims],
            member_category=self.member_category[:claims],
        )

    def of_each_line(self, of: I64) -> Priors:
        """The same of each line as if it were a claim; ``of`` (m) is each line's claim."""
        return replace(
            self,
            member_answers=self.member_answers[of],
            member_days=self.member_days[of],
            member_state=self.member_state[of],
            member_category=self.member_category[of],
        )


def priors(frame: Frame, sent: EventIndex, answered: EventIndex) -> Priors:
    """Look up what came before, for one claim or a million."""
    of, as_of = frame.line_claim, clip_days(frame.as_of)
    keys, comparable = service_keys(frame)
    until = as_of[of]
    first, lately, last = _spans(sent, keys, until, frame.claim_key[of])
    counts = (last - first) * comparable
    days, state = _last(sent, np.where(counts[0] > 0, last[0], 0), until)
    return Priors(
        repeats=counts[0],
        exact_repeats=counts[3],
        repeat_days=days,
        repeat_state=state,
        elsewhere=np.maximum(counts[1] - counts[0], 0),
        visits=(last[2] - lately[2]) * comparable,
        **_member(frame, answered, as_of),
    )


def _spans(events: EventIndex, keys: U64, until: I64, own: U64) -> I64:
    """Places of each key's first event before ``until``, first within a year, and end: (3, k, q).

    ``keys`` (k, q); ``until`` and ``own`` (q) are the day and the claim that asks.
    """
    span = np.empty((3, *keys.shape), np.int64)
    look_back(
        events.keys, events.starts, events.moments, events.claim,
        keys, until, np.maximum(until - YEAR, 0), own, span,
    )  # fmt: skip
    return span


def _last(events: EventIndex, end: I64, until: I64) -> tuple[I64, I8]:
    """Days since the event before each ``end`` and its state; -1 and NONE where ``end`` is 0."""
    days, answer = np.empty(len(end), np.int64), np.empty(len(end), np.int8)
    latest(events.moments, events.known_on, events.outcome, end, until, days, answer)
    return days, np.where(days < 0, NONE, _STATES[answer])


def _member(frame: Frame, answered: EventIndex, as_of: I64) -> dict[str, NDArray[Any]]:
    keys = member_keys(frame)
    first, _, last = _spans(answered, keys[None], as_of, frame.claim_key)[:, 0]
    count = np.where(frame.member != 0, last - first, 0)
    end = np.where(count > 0, last, 0)
    days, state = _last(answered, end, as_of)
    kind = np.zeros(len(end), np.int8)
    if len(answered.category):
        kind = _KINDS[answered.category[np.maximum(end - 1, 0)]]
    return {
        "member_answers": count,
        "member_days": days,
        "member_state": state,
        "member_category": np.where(end > 0, kind, 0).astype(np.int8),
    }
