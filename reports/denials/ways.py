"""The way of every denial: found from later 837s and 835s, and from what people enter.

A denial is the first adjudication of an original claim (``claims.labels``) that denied something of
it. Later claims belong to it by ``claims.denials.again``; later answers are those to such claims,
and further adjudications of the same claim id by the same payer. What a person enters belongs to
the claim's id. Nothing after the day ``until`` has a say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow.compute as pc

from claims.arrays import NO_DAY, cents, codes, days, numbers
from claims.denials.again import plain, sent_again
from claims.labels import PAID
from reports.denials.steps import CODE, NAMES, WORK, states

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from claims.dataset import Dataset
    from claims.labels import Labels
    from reports.denials.entered import Entered

    I8 = NDArray[np.int8]
    I64 = NDArray[np.int64]
    Flags = NDArray[np.bool_]

_EPOCH: Final = 719_163  # the ordinal of 1970-01-01
_NEVER: Final = 2**31 - 1


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """The ways of d denials in s steps. Days are days since 1970-01-01, money is cents.

    ``claim`` (d): rows of ``claims``, ascending. ``state`` (d): place in ``steps.NAMES``.
    ``root_cause`` (d): what a person found, ``""`` where nobody did. ``of``, ``day``, ``kind``,
    ``amount`` (s): place of the denial, day, place in ``NAMES``, and what a paying answer brought
    beyond the first; the steps of a denial stand together, in the order of time.
    """

    claim: I64
    state: I8
    root_cause: tuple[str, ...]
    of: I64
    day: I64
    kind: I8
    amount: I64

    def first(self, *kinds: str) -> I64:
        """The first day (d) on which one of the steps was taken; 2**31 - 1 where none was."""
        found = np.full(len(self.claim), _NEVER, np.int64)
        taken = np.isin(self.kind, [CODE[kind] for kind in kinds])
        np.minimum.at(found, self.of[taken], self.day[taken])
        return found

    def worked(self) -> I64:
        """The first day (d) on which somebody worked the denial; 2**31 - 1 where nobody did."""
        return self.first(*WORK)

    def recovered(self) -> I64:
        """Cents (d) that the first paying answer brought."""
        found = np.zeros(len(self.claim), np.int64)
        paid = np.flatnonzero(self.kind == CODE["paid"])[::-1]
        found[self.of[paid]] = self.amount[paid]  # the first of several is written last
        return found

    def steps(self, place: int) -> list[tuple[str, int, int]]:
        """The way of one denial: step, day, cents; oldest first."""
        low, high = np.searchsorted(self.of, [place, place + 1])
        return [
            (NAMES[self.kind[row]], int(self.day[row]), int(self.amount[row]))
            for row in range(low, high)
        ]


def ways(
    dataset: Dataset,
    labels: Labels,
    *,
    until: int = _NEVER,
    entered: Sequence[Entered] = (),
) -> Ways:
    """The ways of the denials known by the day ``until``."""
    claim = np.flatnonzero(labels.example & (labels.outcome > PAID) & (labels.known_on <= until))
    known = labels.known_on[claim].astype(np.int64)
    identified = (np.arange(len(claim)), known, np.full(len(claim), CODE["identified"]))
    again = sent_again(dataset, labels, claim)
    parts = [
        (*identified, np.zeros(len(claim), np.int64)),
        _sent(dataset, *again),
        _voided(dataset, claim, known),
        _answered(dataset, labels, claim, again),
    ]
    said, causes = _said(dataset, claim, known, [one for one in entered if _day(one.day) <= until])
    of, day, kind, amount = (
        np.concatenate([part[column] for part in [*parts, said]]).astype(np.int64)
        for column in range(4)
    )
    order = np.lexsort((kind, day, of))
    order = order[day[order] <= until]
    of, kind_8 = of[order], kind[order].astype(np.int8)
    state = states(of, kind_8, len(claim))
    return Ways(claim, state, causes, of, day[order], kind_8, amount[order])


def _day(day: dt.date) -> int:
    return day.toordinal() - _EPOCH


def _sent(dataset: Dataset, mine: I64, theirs: I64) -> tuple[I64, ...]:
    replaced = numbers(pc.equal(dataset.claims["frequency"], "7"), np.bool_)[theirs]
    day = days(dataset.claims["submitted_on"]).astype(np.int64)[theirs]
    kind = np.where(replaced, CODE["corrected"], CODE["resubmitted"])
    return mine, day, kind, np.zeros(len(mine), np.int64)


def _voided(dataset: Dataset, claim: I64, known: I64) -> tuple[I64, ...]:
    key = numbers(dataset.claims["claim_key"], np.uint64)
    day = days(dataset.claims["submitted_on"]).astype(np.int64)
    voids = np.flatnonzero(numbers(pc.equal(dataset.claims["frequency"], "8"), np.bool_))
    mine, place = _pairs(key[claim], key[voids])
    sent = day[voids[place]]
    later = (sent != NO_DAY) & (sent >= known[mine]) & (key[claim[mine]] != 0)
    count = int(later.sum())
    kind = np.full(count, CODE["voided"])
    return mine[later], sent[later], kind, np.zeros(count, np.int64)


def _answered(
    dataset: Dataset, labels: Labels, claim: I64, again: tuple[I64, I64]
) -> tuple[I64, ...]:
    """Later answers: of what was sent again, and further ones to the same claim."""
    table = dataset.remittances
    known = days(table["known_on"]).astype(np.int64)
    own = labels.remittance[claim]
    mine, theirs = again
    rows = labels.remittance[theirs]
    mine, rows = mine[rows >= 0], rows[rows >= 0]
    key = numbers(table["claim_key"], np.uint64)
    decides = np.flatnonzero(numbers(table["first_outcome"], np.bool_) & (known != NO_DAY))
    same, place = _pairs(key[own], key[decides])
    later = decides[place]
    (payer,) = codes(plain(table["payer_id"]))
    one_payer = (payer[later] == payer[own[same]]) | (payer[later] == 0) | (payer[own[same]] == 0)
    fits = one_payer & (known[later] > known[own[same]]) & (key[later] != 0)
    both = np.unique(
        np.stack([np.r_[mine, same[fits]], np.r_[rows, later[fits]]]).astype(np.int64), axis=1
    )
    mine, rows = both[0], both[1]
    paid = cents(table["paid"])
    clean = np.asarray(pc.equal(table["outcome"], "paid"))[rows]
    kind = np.where(
        clean, np.where(paid[rows] > 0, CODE["paid"], CODE["adjusted"]), CODE["denied_again"]
    )
    more = np.maximum(paid[rows] - paid[own[mine]], 0)
    return mine, known[rows], kind, np.where(kind == CODE["paid"], more, 0)


def _said(
    dataset: Dataset, claim: I64, known: I64, entered: Sequence[Entered]
) -> tuple[tuple[I64, ...], tuple[str, ...]]:
    """Steps that people entered, and the root cause of each denial: the one entered last."""
    key = numbers(dataset.claims["claim_key"], np.uint64)[claim]
    causes = [""] * len(claim)
    rows: list[tuple[int, int, int, int]] = []
    of_key: dict[int, list[int]] = {}
    if entered:
        for place, one in enumerate(key.tolist()):
            of_key.setdefault(one, []).append(place)
    for event in sorted(entered, key=lambda one: one.day):
        for place in of_key.get(event.claim_key, []):
            if event.kind == "root_cause":
                causes[place] = event.root_cause
            elif _day(event.day) >= known[place]:
                rows.append((place, _day(event.day), CODE[event.kind], 0))
    columns = np.array(rows, np.int64).reshape(-1, 4).T
    return tuple(columns), tuple(causes)


def _pairs(left: NDArray[np.uint64], right: NDArray[np.uint64]) -> tuple[I64, I64]:
    """Places of all pairs of equal keys."""
    order = np.argsort(right, kind="stable")
    first = np.searchsorted(right[order], left, side="left")
    count = np.searchsorted(right[order], left, side="right") - first
    mine = np.repeat(np.arange(len(left)), count)
    within = np.arange(len(mine)) - np.repeat(np.cumsum(count) - count, count)
    return mine, order[np.repeat(first, count) + within]
