"""What became of denials that were sent again: the counts behind the chance of recovery.

A denial is an example's (``claims.labels``), old enough that an answer to a resubmission would be
known: at least ``DAYS`` before the end of the data. It was sent again when, after it became known
and within those days, the practice sent

* the same claim id again (a replacement, or the claim anew; never a void),
* a replacement that names the payer's claim number of the denial (REF*F8), or
* a new claim of the same member to the same payer with a denied line's procedure and day.

It was recovered when one of these was answered within ``DAYS`` of the denial and denied nothing.
What was won without sending anything again (an appeal on paper) leaves no such trace and is not
counted either way. Nothing that became known after the end of the data has a say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from claims.arrays import NO_DAY, numbers
from claims.labels import NEVER, PAID
from features.hashing import code_hash, mix
from models.recovery import Recovery

if TYPE_CHECKING:
    from claims.dataset import Dataset
    from claims.labels import Labels
    from features.frame import Frame

    I64 = NDArray[np.int64]
    U64 = NDArray[np.uint64]
    Flags = NDArray[np.bool_]

DAYS: Final = 120
"""Long enough for work and answer; shorter than most limits for appeals and corrections."""


def learn_recovery(
    dataset: Dataset, frame: Frame, labels: Labels, until: int, window: int = DAYS
) -> Recovery:
    """Count the resubmissions in ``dataset`` and their answers up to the day ``until``.

    ``frame`` and ``labels`` are those of its claims (``training.prepare``).
    """
    denied = np.flatnonzero(
        labels.example
        & (labels.outcome > PAID)
        & (labels.category >= 0)
        & (labels.known_on <= until - window)
    )
    again = np.flatnonzero(
        ~_void(dataset) & (frame.submitted != NO_DAY) & (frame.submitted <= until)
    )
    resent = np.zeros(len(denied), np.bool_)
    paid = np.zeros(len(denied), np.bool_)
    known = labels.known_on[denied].astype(np.int64)
    last = np.minimum(known + window, until)
    for mine, theirs in _links(dataset, frame, labels, denied, again):
        sent = frame.submitted[theirs].astype(np.int64)
        answered = labels.known_on[theirs].astype(np.int64)
        later = (theirs != denied[mine]) & (sent >= known[mine]) & (sent <= last[mine])
        resent[mine[later]] = True
        won = later & (labels.outcome[theirs] == PAID) & (answered <= last[mine])
        paid[mine[won & (labels.known_on[theirs] != NEVER)]] = True
    names = _payers(dataset, frame, labels, denied)
    categories = labels.category[denied].tolist()
    rows = zip(categories, names, resent.tolist(), paid.tolist(), strict=True)
    return Recovery.fit(window, rows)


def _void(dataset: Dataset) -> Flags:
    return numbers(pc.equal(dataset.claims["frequency"], "8"), np.bool_)


def _links(
    dataset: Dataset, frame: Frame, labels: Labels, denied: I64, again: I64
) -> list[tuple[I64, I64]]:
    """Pairs of a denial (its place in ``denied``) and a claim row that may be its resubmission."""
    claims, remittances = dataset.claims, dataset.remittances
    by_id = _matches(frame.claim_key[denied], frame.claim_key[again])
    number = numbers(remittances["payer_claim_key"], np.uint64)[labels.remittance[denied]]
    named = np.where(
        frame.replacement[again],
        numbers(claims["original_reference_key"], np.uint64)[again],
        np.uint64(0),
    )
    by_number = _matches(number, named)
    lines = np.flatnonzero(labels.line_denied == 1)
    place = np.full(len(frame), -1, np.int64)
    place[denied] = np.arange(len(denied))
    lines = lines[place[frame.line_claim[lines]] >= 0]
    every = np.flatnonzero(np.isin(frame.line_claim, again))
    keys = _service(frame)
    of_denied, of_again = _matches(keys[lines], keys[every])
    return [
        (by_id[0], again[by_id[1]]),
        (by_number[0], again[by_number[1]]),
        (place[frame.line_claim[lines[of_denied]]], frame.line_claim[every[of_again]]),
    ]


def _service(frame: Frame) -> U64:
    """Member, payer, procedure and day of each line as one number; 0 where one is not stated."""
    of = frame.line_claim
    key = np.zeros(len(of), np.uint64)
    for part in (frame.member[of], frame.payer[of], frame.procedure):
        key = mix(key, part)
    key = mix(key, frame.line_from.astype(np.int64).astype(np.uint64))
    stated = (frame.member[of] != 0) & (frame.procedure != 0) & (frame.line_from != NO_DAY)
    return np.where(stated, key, np.uint64(0))


_MOST: Final = 50


def _matches(left: U64, right: U64) -> tuple[I64, I64]:
    """Places of all pairs of equal keys; 0 and keys that more than ``_MOST`` share pair with none.

    A key on so many claims is a placeholder, or a service repeated by plan; it says nothing.
    """
    order = np.argsort(right, kind="stable")
    ordered = right[order]
    first = np.searchsorted(ordered, left, side="left")
    count = np.searchsorted(ordered, left, side="right") - first
    count[(left == 0) | (count > _MOST)] = 0
    mine = np.repeat(np.arange(len(left)), count)
    within = np.arange(len(mine)) - np.repeat(np.cumsum(count) - count, count)
    return mine, order[np.repeat(first, count) + within]


def _payers(dataset: Dataset, frame: Frame, labels: Labels, denied: I64) -> list[frozenset[int]]:
    """The hashes by which each denial's payer is known: its id on the claim and in the answer."""
    said = dataset.remittances["payer_id"].take(labels.remittance[denied]).to_pylist()
    own = frame.payer[denied].tolist()
    return [
        frozenset({mine, code_hash(theirs)} - {0}) for mine, theirs in zip(own, said, strict=True)
    ]
