"""What became of denials that were sent again: the counts behind the chance of recovery.

A denial is an example's (``claims.labels``), old enough that an answer to a resubmission would be
known: at least ``DAYS`` before the end of the data. It was sent again when it was within those days
in one of the ways of ``claims.denials.again``.

It was recovered when one of these was answered within ``DAYS`` of the denial and denied nothing.
What was won without sending anything again (an appeal on paper) leaves no such trace and is not
counted either way. Nothing that became known after the end of the data has a say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from claims.denials.again import sent_again
from claims.labels import PAID
from features.hashing import code_hash
from models.recovery import Recovery

if TYPE_CHECKING:
    from claims.dataset import Dataset
    from claims.labels import Labels
    from features.frame import Frame

    I64 = NDArray[np.int64]

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
    mine, theirs = sent_again(dataset, labels, denied)
    known = labels.known_on[denied].astype(np.int64)
    last = np.minimum(known + window, until)
    in_time = frame.submitted[theirs].astype(np.int64) <= last[mine]
    mine, theirs = mine[in_time], theirs[in_time]
    resent = np.zeros(len(denied), np.bool_)
    paid = np.zeros(len(denied), np.bool_)
    resent[mine] = True
    won = (labels.outcome[theirs] == PAID) & (labels.known_on[theirs] <= last[mine])
    paid[mine[won]] = True
    names = _payers(dataset, frame, labels, denied)
    categories = labels.category[denied].tolist()
    rows = zip(categories, names, resent.tolist(), paid.tolist(), strict=True)
    return Recovery.fit(window, rows)


def _payers(dataset: Dataset, frame: Frame, labels: Labels, denied: I64) -> list[frozenset[int]]:
    """The hashes by which each denial's payer is known: its id on the claim and in the answer."""
    said = dataset.remittances["payer_id"].take(labels.remittance[denied]).to_pylist()
    own = frame.payer[denied].tolist()
    return [
        frozenset({mine, code_hash(theirs)} - {0}) for mine, theirs in zip(own, said, strict=True)
    ]
