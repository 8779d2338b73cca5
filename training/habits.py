"""Learn what payers habitually pay, and after how many days they deny for late filing.

Only answers that became known before a day are looked at, so that the judged model has the habits
of its own time. Paid are the claims of which nothing was denied: what a claim brings if it is not
denied is what its worth rests on.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from claims.categories import CATEGORY_CODE
from claims.labels import DENIED, PAID
from features.columns import NO_DAY
from models.habits import LONGEST, Habits
from training.prepare import Prepared

Flags = NDArray[np.bool_]
I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]

LEAN: Final = 20.0
"""Average claims of all payers that a payer's own share is mixed with."""
FEWEST: Final = 10
"""Answers below which a payer's habit is not told: it would be that of single claims."""
_LATE: Final = CATEGORY_CODE["timely_filing"]
_FEWEST_LATE: Final = 5
_MISSED: Final = 0.1
_DENIED: Final = 0.7


def habits(prepared: Prepared, before: int) -> Habits:
    """What the answers known before the day ``before`` show."""
    frame, labels = prepared.frame, prepared.labels
    answered = labels.example & (labels.known_on < before)
    sound = answered & (labels.outcome == PAID) & (frame.charge > 0) & (prepared.paid >= 0)
    overall, paid = _shares(
        frame.payer[sound], frame.position[sound] >= 2, frame.charge[sound], prepared.paid[sound]
    )
    stated = (frame.service_to != NO_DAY) & (frame.submitted != NO_DAY) & ~frame.delay_reason
    lag = frame.submitted.astype(np.int64) - frame.service_to
    told = answered & stated & (lag >= 0)
    late = (labels.outcome == DENIED) & (labels.category == _LATE)
    return Habits(overall, paid, _limits(frame.payer[told], lag[told], late[told]))


def _shares(
    payer: U64, later: Flags, charge: I64, paid: I64
) -> tuple[dict[bool, float], dict[tuple[int, bool], float]]:
    """Paid over charge in dollars: of all payers, and of each with ``FEWEST`` answers."""
    overall: dict[bool, float] = {}
    own: dict[tuple[int, bool], float] = {}
    for place in (False, True):
        rows = np.flatnonzero(later == place)
        if len(rows) < FEWEST:
            continue
        billed, brought = charge[rows].astype(np.float64), paid[rows].astype(np.float64)
        share = float(brought.sum() / billed.sum())
        overall[place] = _rounded(share)
        lean = LEAN * float(billed.mean())
        who, of, count = np.unique(payer[rows], return_inverse=True, return_counts=True)
        mixed = (np.bincount(of, brought) + lean * share) / (np.bincount(of, billed) + lean)
        for key, one, answers in zip(who.tolist(), mixed.tolist(), count.tolist(), strict=True):
            if answers >= FEWEST:
                own[(key, place)] = _rounded(one)
    return overall, own


def _rounded(share: float) -> float:
    return round(min(max(share, 0.0), 1.0), 4)


def _limits(payer: U64, lag: I64, late: Flags) -> dict[int, int]:
    found = {}
    for who in np.unique(payer[late]).tolist():
        rows = np.flatnonzero(payer == who)
        limit = limit_of(lag[rows], late[rows])
        if limit is not None:
            found[int(who)] = limit
    return found


def limit_of(lag: I64, late: Flags) -> int | None:
    """The lag after which claims are denied as late, where answers show one clearly.

    ``lag`` (n) is days from service to sending, ``late`` (n) says which were denied as late. Of all
    limits the one with the fewest exceptions, the shortest of equals; ``None`` when ``_MISSED`` of
    the late ones lie within it or too few beyond it were denied.
    """
    order = np.argsort(lag, kind="stable")
    lag, late = lag[order], late[order]
    within = np.cumsum(late)
    total, taken_beyond = int(late.sum()), np.cumsum(~late[::-1])[::-1]
    if total < _FEWEST_LATE:
        return None
    last = np.flatnonzero(np.append(lag[1:] != lag[:-1], True))
    beyond = np.append(taken_beyond[1:], 0)
    errors = within[last] + beyond[last]
    best = last[int(np.argmin(errors))]
    denied = total - int(within[best])
    clear = within[best] <= _MISSED * total and denied >= _DENIED * (denied + int(beyond[best]))
    limit = int(lag[best])
    return limit if clear and 0 < limit <= LONGEST else None
