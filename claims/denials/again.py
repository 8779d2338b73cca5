"""Which claims were sent again after a denial (the one definition: training counts by it too).

A claim was sent again when, after its denial became known (on that day or later), the practice sent

* the same claim id again (a replacement, or the claim anew; never a void),
* a replacement that names the payer's claim number of the denial (REF*F8), or
* a new claim of the same member to the same payer with a denied line's procedure and day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from claims.arrays import NO_DAY, codes, days, mix, numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from claims.dataset import Dataset
    from claims.labels import Labels

    I64 = NDArray[np.int64]
    U64 = NDArray[np.uint64]

MOST: Final = 50
"""A key on more claims is a placeholder, or a service repeated by plan: it says nothing."""


def sent_again(dataset: Dataset, labels: Labels, denied: I64) -> tuple[I64, I64]:
    """Pairs (p,) of a denial, by its place in ``denied``, and a claim row that sent it again.

    ``denied`` (d) are rows of claims whose outcome is known. Each pair comes once, in the order of
    the denials, then of the rows.
    """
    claims = dataset.claims
    submitted = days(claims["submitted_on"]).astype(np.int64)
    void = numbers(pc.equal(claims["frequency"], "8"), np.bool_)
    again = np.flatnonzero(~void & (submitted != NO_DAY))
    found = _links(dataset, labels, denied, again)
    mine = np.concatenate([one for one, _ in found])
    theirs = np.concatenate([other for _, other in found])
    known = labels.known_on[denied].astype(np.int64)
    later = (theirs != denied[mine]) & (submitted[theirs] >= known[mine])
    both = np.unique(np.stack([mine[later], theirs[later]]), axis=1)
    return both[0], both[1]


def _links(dataset: Dataset, labels: Labels, denied: I64, again: I64) -> list[tuple[I64, I64]]:
    """Pairs of a denial (its place) and a claim row that has its id, names it, or serves as it."""
    claims = dataset.claims
    key = numbers(claims["claim_key"], np.uint64)
    by_id = _matches(key[denied], key[again])
    number = numbers(dataset.remittances["payer_claim_key"], np.uint64)
    replacement = numbers(pc.is_in(claims["frequency"], pa.array(["7", "8"])), np.bool_)
    reference = numbers(claims["original_reference_key"], np.uint64)
    named = np.where(replacement, reference, np.uint64(0))
    by_number = _matches(number[labels.remittance[denied]], named[again])
    owner = np.repeat(np.arange(claims.num_rows), numbers(claims["line_count"]))
    place = np.full(claims.num_rows, -1, np.int64)
    place[denied] = np.arange(len(denied))
    lines = np.flatnonzero((labels.line_denied == 1) & (place[owner] >= 0))
    every = np.flatnonzero(np.isin(owner, again))
    service = _service(claims, dataset.lines, owner)
    of_denied, of_again = _matches(service[lines], service[every])
    return [
        (by_id[0], again[by_id[1]]),
        (by_number[0], again[by_number[1]]),
        (place[owner[lines[of_denied]]], owner[every[of_again]]),
    ]


def plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Codes as they are compared: upper case, without outer blanks."""
    return pc.utf8_upper(pc.utf8_trim_whitespace(column))


def _service(claims: pa.Table, lines: pa.Table, owner: I64) -> U64:
    """Member, payer, procedure and day of each line as one number; 0 where one is not stated."""
    member = numbers(claims["member_key"], np.uint64)[owner]
    (payer,) = codes(plain(claims["payer_id"]))
    (procedure,) = codes(plain(lines["procedure"]))
    day = days(lines["service_from"])
    key = mix(member, payer[owner], procedure, day.astype(np.int64))
    stated = (member != 0) & (procedure != 0) & (day != NO_DAY)
    return np.where(stated, key, np.uint64(0))


def _matches(left: U64, right: U64) -> tuple[I64, I64]:
    """Places of all pairs of equal keys; 0 and keys of more than ``MOST`` rows pair with none."""
    order = np.argsort(right, kind="stable")
    ordered = right[order]
    first = np.searchsorted(ordered, left, side="left")
    count = np.searchsorted(ordered, left, side="right") - first
    count[(left == 0) | (count > MOST)] = 0
    mine = np.repeat(np.arange(len(left)), count)
    within = np.arange(len(mine)) - np.repeat(np.cumsum(count) - count, count)
    return mine, order[np.repeat(first, count) + within]
