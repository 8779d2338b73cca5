"""Features of single service lines: what ``build`` takes the worst of, line by line.

A line's row holds the features of ``features.catalog`` under the same names: what is counted over
claims is its claim's, what is counted over lines is its own. ``LINE_FACTS`` stand behind them.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.build import combined, fill
from features.catalog import FEATURES, FINE, NAMES, PLACE, Feature
from features.facts import FACTS, OF_CLAIM, View
from features.frame import Frame
from features.history import History
from features.kinds import CLAIM_KINDS, LINE_KINDS
from features.known import CHUNK, Known, chunks, look_up
from features.segments import Segments

F32 = NDArray[np.float32]

LINE_FACTS: Final = (
    Feature("line_position", "claim_size", "the line's place on the claim, from 1"),
    Feature("line_charge_share", "charge", "the line's charge over the claim's; NaN without one"),
)
LINE_FEATURES: Final = (*FEATURES, *LINE_FACTS)
LINE_NAMES: Final = (*NAMES, *(fact.name for fact in LINE_FACTS))


def build_lines(frame: Frame, history: History) -> F32:
    """Build the features of all m lines of ``frame``: float32 (m, len(LINE_FEATURES)), C order.

    Each is as of its claim's day; a line's row is the same bits whatever else is in the batch.
    """
    if len(frame) <= CHUNK:
        return line_values(look_up(frame, history))
    values = np.empty((len(frame.line_claim), len(LINE_FEATURES)), np.float32)
    starts = frame.starts
    for first, part in chunks(frame):
        values[starts[first] : starts[first + len(part)]] = line_values(look_up(part, history))
    return values


def line_values(known: Known) -> F32:
    """The features of the lines (m) of ``known``, as ``build_lines`` gives them."""
    frame, of = known.frame, known.frame.line_claim
    values = np.empty((len(LINE_FEATURES), len(of)), np.float32)
    _facts(values, known)
    place = fill(values, len(FACTS), CLAIM_KINDS, known.of_claims.take(of))
    fill(values, place, LINE_KINDS, known.of_lines)
    values[PLACE["combined_rate"]], values[PLACE["highest_rate"]] = combined(values[FINE])
    charge = frame.charge[of]
    values[-2] = np.arange(len(of)) - known.lines.starts[of] + 1
    values[-1] = np.where(charge > 0, frame.line_charge / np.where(charge > 0, charge, 1), np.nan)
    return np.ascontiguousarray(values.T)


def _facts(values: F32, known: Known) -> None:
    """Fill in the facts: each line seen as a claim of one line, but for those of ``OF_CLAIM``."""
    of = known.frame.line_claim
    lines = known.frame.take_lines(np.arange(len(of)))
    alone = View(lines, known.before.of_each_line(of), Segments(np.arange(len(of) + 1)))
    whole = View(known.frame, known.before, known.lines)
    for place, fact in enumerate(FACTS):
        values[place] = fact.read(whole)[of] if fact.name in OF_CLAIM else fact.read(alone)
