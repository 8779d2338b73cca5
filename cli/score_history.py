"""The past that ``preclear score`` judges by: the running history, or one made of given files.

The claims being scored belong to it as well, each from the day it was sent, and their remittances,
where the same files hold them, from the day they arrived: the builder looks only at earlier days.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from claims.arrays import numbers
from claims.dataset import Dataset
from claims.labels import label
from claims.tables import Gathered, concatenate
from features.frame import Frame
from features.history import History

if TYPE_CHECKING:
    from numpy.typing import NDArray


_SAME = ("claim_key", "member_key", "submitted_on", "frequency", "charge", "line_count")


def from_running(running: History, scored: Dataset) -> History:
    """``running`` with the claims of ``scored`` that it does not hold yet."""
    keys = numbers(scored.claims["claim_key"], np.uint64)
    known = np.isin(keys, running.sent.claim) | np.isin(keys, running.answered.claim)
    rows = np.flatnonzero(~known)
    if not len(rows):
        return running
    frame = Frame.from_tables(scored.claims, scored.lines)
    lines = np.flatnonzero(~known[frame.line_claim])
    news = History.build(frame.take(rows), label(scored).take(rows, lines))
    return running.folded(news)


def from_files(past: Dataset, scored: Dataset) -> History:
    """A history of ``past`` and ``scored``; a claim that stands in both counts once."""
    whole = joined(past, scored)
    return History.build(Frame.from_tables(whole.claims, whole.lines), label(whole))


def joined(past: Dataset, scored: Dataset) -> Dataset:
    """The tables of both; claims of ``scored`` that ``past`` holds already are left out."""
    new = ~_already(past.claims, scored.claims)
    of_line = np.repeat(new, numbers(scored.claims["line_count"]))
    fresh = replace(
        scored,
        claims=scored.claims.filter(pa.array(new)),
        lines=scored.lines.filter(pa.array(of_line)),
    )
    return Dataset(**concatenate([Gathered(past.tables()), Gathered(fresh.tables())]))


def _already(past: pa.Table, scored: pa.Table) -> NDArray[np.bool_]:
    """Which claims of ``scored`` stand in ``past``: same keys, day, frequency, charge, lines."""
    held = set(zip(*(past[name].to_pylist() for name in _SAME), strict=True))
    asked = zip(*(scored[name].to_pylist() for name in _SAME), strict=True)
    return np.fromiter((facts in held for facts in asked), np.bool_, scored.num_rows)
