"""The one feature builder: claims and history in, numbers out.

Training calls it with a million claims, ``/score`` with one, and both get the same bits.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.catalog import FEATURES, FINE, PLACE
from features.facts import FACTS, View
from features.frame import Frame
from features.history import History
from features.kinds import CLAIM_KINDS, LINE_KINDS, KindGroup
from features.known import CHUNK, Known, chunks, look_up
from features.rates import Rates
from features.segments import Segments

F32 = NDArray[np.float32]


def build(frame: Frame, history: History) -> F32:
    """Build the features of ``frame`` as of each claim's day: float32 (n, len(FEATURES)), C order.

    Raises nothing for any claim: what is not known is NaN or a rate of the broader key.
    """
    if len(frame) <= CHUNK:
        return claim_values(look_up(frame, history))
    values = np.empty((len(frame), len(FEATURES)), np.float32)
    for first, part in chunks(frame):
        values[first : first + len(part)] = claim_values(look_up(part, history))
    return values


def claim_values(known: Known) -> F32:
    """The features of the claims (n) of ``known``, as ``build`` gives them."""
    values = np.empty((len(FEATURES), len(known.frame)), np.float32)
    view = View(known.frame, known.before, known.lines)
    for place, fact in enumerate(FACTS):
        values[place] = fact.read(view)
    place = fill(values, len(FACTS), CLAIM_KINDS, known.of_claims)
    fill(values, place, LINE_KINDS, _worst_lines(known.of_lines, known.lines))
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


def _worst_lines(found: Rates, lines: Segments) -> Rates:
    """Take, for each kind, the line with the highest rate: its rates and its own count.

    Of the shares take the lowest: that of the least usual line.
    """
    worst = lines.first_highest(found.rate)
    at, missing = np.maximum(worst, 0), worst < 0
    kinds = np.arange(len(worst))[:, None]
    if not found.rate.shape[1]:
        nothing = np.full(worst.shape, np.nan)
        unseen = np.zeros(worst.shape, np.int64)
        return Rates(nothing, nothing, unseen, nothing[LINE_KINDS.usual])
    rate = np.where(missing, np.nan, found.rate[kinds, at])
    recent = np.where(missing, np.nan, found.recent[kinds, at])
    seen = np.where(missing, 0, found.seen[kinds, at])
    return Rates(rate, recent, seen, lines.lowest(found.share, np.nan))
