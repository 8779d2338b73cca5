"""What arrived since the last training, as what it changes in the history.

A history is made of counts and events of single claims. What a claim counts for depends on the
claims of its member (what came before) and on the claims and remittances of its id (which answers
which), and on nothing else. So what arrived changes the claims that share an id with it, the claims
of their members, and no other: those few are taken out of the base's history as they were, and told
anew with what arrived. The result is the history of all together, to the last bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from claims.arrays import numbers
from claims.dataset import Dataset
from claims.labels import label
from claims.rows import claim_tables, identities, remittance_digests, remittance_tables
from claims.schema import TABLES
from features.frame import Frame
from features.history import History

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from service.outcomes.base_tables import BaseTables

    U64 = NDArray[np.uint64]
    Flags = NDArray[np.bool_]

# Not empty_table(): it makes arrays of lists, and for these pyarrow imports pandas if it is there.
_EMPTY = {
    name: pa.Table.from_batches([], TABLES[name])
    for name in ("adjustments", "provider_adjustments")
}
Pair = tuple[pa.Table, pa.Table]


@dataclass(frozen=True, slots=True)
class Delta:
    """What of the base's history no longer holds, and what holds instead.

    ``claims`` and ``remittances`` are the names of the rows that the base holds already.
    """

    gone: History
    news: History
    claims: frozenset[str]
    remittances: frozenset[str]


def delta(base: BaseTables, claims: Sequence[str], remittances: Sequence[str]) -> Delta:
    """What ``claims`` and ``remittances`` (rows as of ``claims.rows``, in order) change.

    Claims that the base holds already count once. Remittances of claims that nobody knows change
    nothing.
    """
    sent, known = _new(base, claim_tables(claims))
    answers = remittance_tables(remittances)
    sent_keys, sent_members = _keys(sent[0], "claim_key"), _keys(sent[0], "member_key")
    touched = _stated(np.concatenate([sent_keys, _keys(answers[0], "claim_key")]))
    of_ids = np.isin(base.keys, touched)
    members = _stated(np.concatenate([base.members[of_ids], sent_members]))
    told = of_ids | np.isin(base.members, members)
    # Which answer is whose is seen among all claims of an id, whosever they are.
    ids = _stated(np.concatenate([base.keys[told], sent_keys]))
    seen = told | np.isin(base.keys, ids)
    old_claims, old_answers = base.claims(seen), base.remittances(np.isin(base.answers, ids))
    before = told[seen]
    after = np.concatenate([before, np.ones(sent[0].num_rows, np.bool_)])
    return Delta(
        gone=_history(old_claims, old_answers, before),
        news=_history(_both(old_claims, sent), _both(old_answers, answers), after),
        claims=known,
        remittances=_known(base, answers),
    )


def without_known(base: BaseTables, claims: Sequence[str]) -> Pair:
    """``claims`` and ``lines`` of those that the base does not hold."""
    return _new(base, claim_tables(claims))[0]


def _new(base: BaseTables, given: Pair) -> tuple[Pair, frozenset[str]]:
    """Those of the claims ``given`` that the base does not hold, and the names of the others."""
    claims, lines = given
    shared = np.isin(base.keys, _stated(_keys(claims, "claim_key")))
    held = set(identities(base.claims(shared)[0])) - {None}
    names = identities(claims)
    new = np.array([name not in held for name in names], np.bool_)
    of_lines = np.repeat(new, numbers(claims["line_count"]))
    left = claims.filter(pa.array(new)), lines.filter(pa.array(of_lines))
    return left, frozenset(name for name in names if name is not None and name in held)


def _known(base: BaseTables, answers: Pair) -> frozenset[str]:
    """The names of the remittances that the base holds as well; they change nothing twice."""
    shared = np.isin(base.answers, _stated(_keys(answers[0], "claim_key")))
    held = remittance_digests(*base.remittances(shared))
    return frozenset(held) & frozenset(remittance_digests(*answers))


def _history(claims: Pair, answers: Pair, chosen: Flags) -> History:
    dataset = Dataset(*claims, *answers, **_EMPTY)
    frame, labels = Frame.from_tables(*claims), label(dataset)
    lines = np.flatnonzero(chosen[frame.line_claim])
    rows = np.flatnonzero(chosen)
    return History.build(frame.take(rows), labels.take(rows, lines))


def _both(old: Pair, new: Pair) -> Pair:
    joined = [pa.concat_tables(pair).combine_chunks() for pair in zip(old, new, strict=True)]
    return joined[0], joined[1]


def _keys(table: pa.Table, name: str) -> U64:
    return np.asarray(table[name]).astype(np.uint64, copy=False)


def _stated(keys: U64) -> U64:
    return np.unique(keys[keys != 0])
