"""The one feature builder: claims and history in, numbers out.

Training calls it with a million claims, ``/score`` with one, and both get the same bits.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from features.catalog import FEATURES, FINE, PLACE
from features.facts import FACTS, View
from features.frame import Frame
from features.history import History
from features.index import RateIndex
from features.key_columns import claim_columns, line_columns
from features.kinds import CLAIM_KINDS, LINE_KINDS, KindGroup
from features.priors import priors
from features.rates import Rates, rates
from features.segments import Segments

F32 = NDArray[np.float32]

# Small enough to stay in the processor's cache, large enough to hide numpy's cost per call.
CHUNK: Final = 16_384


def build(frame: Frame, history: History) -> F32:
    """Build the features of ``frame`` as of each claim's day: float32 (n, len(FEATURES)), C order.

    Raises nothing for any claim: what is not known is NaN or a rate of the broader key.
    """
    if len(frame) <= CHUNK:
        return _build(frame, history)
    values = np.empty((len(frame), len(FEATURES)), np.float32)
    for first in range(0, len(frame), CHUNK):
        rows = np.arange(first, min(first + CHUNK, len(frame)))
        values[rows[0] : rows[-1] + 1] = _build(frame.take(rows), history)
    return values


def _build(frame: Frame, history: History) -> F32:
    lines = Segments(frame.starts)
    before = priors(frame, history.sent, history.answered)
    values = np.empty((len(FEATURES), len(frame)), np.float32)
    view = View(frame, before, lines)
    for place, fact in enumerate(FACTS):
        values[place] = fact.read(view)
    place = len(FACTS)
    columns = claim_columns(frame, before, lines)
    found = rates(CLAIM_KINDS, history.claim_rates, columns, frame.as_of)
    place = fill(values, place, CLAIM_KINDS, found)
    columns = line_columns(frame, before, columns["missing"])
    fill(values, place, LINE_KINDS, _worst_lines(frame, history.line_rates, columns, lines))
    values[PLACE["combined_rate"]], values[PLACE["highest_rate"]] = combined(values[FINE])
    return np.ascontiguousarray(values.T)


def combined(fine: F32) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Bring the rates of the categories (c, n) to one scale: of any of them, and the highest."""
    known = np.nan_to_num(fine.astype(np.float64))
    spared = np.ones(known.shape[1])
    for rate in known:
        spared *= 1.0 - rate
    return 1.0 - spared, known.max(axis=0)


def fill(values: F32, place: int, group: KindGroup, found: Rates) -> int:
    """Put a group's features into ``values`` (features, rows) from ``place`` on; the next place."""
    shown = (found.rate[group.shown], found.recent[group.recent], found.seen[group.seen])
    for rows in (*shown, found.share):
        values[place : place + len(rows)] = rows
        place += len(rows)
    return place


def _worst_lines(
    frame: Frame, index: RateIndex, columns: dict[str, NDArray[Any]], lines: Segments
) -> Rates:
    """Take, for each kind, the line with the highest rate: its rates and its own count.

    Of the shares take the lowest: that of the least usual line.
    """
    found = rates(LINE_KINDS, index, columns, frame.as_of[frame.line_claim])
    worst = lines.first_highest(found.rate)
    at, missing = np.maximum(worst, 0), worst < 0
    kinds = np.arange(len(worst))[:, None]
    if not len(frame.line_claim):
        nothing = np.full(worst.shape, np.nan)
        unseen = np.zeros(worst.shape, np.int64)
        return Rates(nothing, nothing, unseen, nothing[LINE_KINDS.usual])
    rate = np.where(missing, np.nan, found.rate[kinds, at])
    recent = np.where(missing, np.nan, found.recent[kinds, at])
    seen = np.where(missing, 0, found.seen[kinds, at])
    return Rates(rate, recent, seen, lines.lowest(found.share, np.nan))
