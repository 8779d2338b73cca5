"""The one feature builder: claims and history in, numbers out.

Training calls it with a million claims, ``/score`` with one, and both get the same bits.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.catalog import FEATURES, FINE, PLACE
from features.compiled import compiled
from features.facts import FACTS, View
from features.frame import Frame
from features.history import History
from features.kinds import CLAIM_KINDS, LINE_KINDS, KindGroup
from features.known import CHUNK, Known, chunks, look_up
from features.rates import Rates
from features.segments import Segments
from features.walks import take_worst

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]


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


def combined(fine: F32) -> tuple[F64, F64]:
    """Bring the rates of the categories (c, n) to one scale: of any of them, and the highest."""
    any_of, highest = np.empty(fine.shape[1]), np.empty(fine.shape[1])
    _combine(fine, any_of, highest)
    return any_of, highest


@compiled
def _combine(fine: F32, any_of: F64, highest: F64) -> None:
    for row in range(fine.shape[1]):
        spared, highest[row] = 1.0, 0.0
        for kind in range(len(fine)):
            rate = np.float64(fine[kind, row])
            # NaN, of a claim without lines, counts for nothing.
            if rate > 0.0:
                spared *= 1.0 - rate
                highest[row] = max(highest[row], rate)
        any_of[row] = 1.0 - spared


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
    kinds, claims = len(found.rate), len(lines.sizes)
    worst = Rates(
        np.empty((kinds, claims)),
        np.empty((kinds, claims)),
        np.empty((kinds, claims), np.int64),
        np.empty((len(found.share), claims)),
    )
    take_worst(
        found.rate, found.recent, found.seen, found.share, lines.starts,
        worst.rate, worst.recent, worst.seen, worst.share,
    )  # fmt: skip
    return worst
