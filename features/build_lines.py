"""Features of single service lines: what ``build`` takes the worst of, line by line.

A line's row holds the features of ``features.catalog`` under the same names: what is counted over
claims is its claim's, what is counted over lines is its own. ``LINE_FACTS`` stand behind them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.build import CHUNK, combined, fill
from features.catalog import FEATURES, FINE, NAMES, PLACE, Feature
from features.facts import FACTS, OF_CLAIM, View
from features.frame import Frame
from features.history import History
from features.key_columns import claim_columns, line_columns
from features.kinds import CLAIM_KINDS, LINE_KINDS
from features.priors import Priors, priors
from features.rates import Rates, rates
from features.segments import Segments

F32 = NDArray[np.float32]
I64 = NDArray[np.int64]

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
        return _build(frame, history)
    values = np.empty((len(frame.line_claim), len(LINE_FEATURES)), np.float32)
    starts = frame.starts
    for first in range(0, len(frame), CHUNK):
        last = min(first + CHUNK, len(frame))
        values[starts[first] : starts[last]] = _build(frame.take(np.arange(first, last)), history)
    return values


def _build(frame: Frame, history: History) -> F32:
    of = frame.line_claim
    lines = Segments(frame.starts)
    before = priors(frame, history.sent, history.answered)
    values = np.empty((len(LINE_FEATURES), len(of)), np.float32)
    _facts(values, frame, before, lines)
    place = len(FACTS)
    columns = claim_columns(frame, before, lines)
    found = rates(CLAIM_KINDS, history.claim_rates, columns, frame.as_of)
    place = fill(values, place, CLAIM_KINDS, _of_claims(found, of))
    columns = line_columns(frame, before, columns["missing"])
    fill(values, place, LINE_KINDS, rates(LINE_KINDS, history.line_rates, columns, frame.as_of[of]))
    values[PLACE["combined_rate"]], values[PLACE["highest_rate"]] = combined(values[FINE])
    charge = frame.charge[of]
    values[-2] = np.arange(len(of)) - frame.starts[of] + 1
    values[-1] = np.where(charge > 0, frame.line_charge / np.where(charge > 0, charge, 1), np.nan)
    return np.ascontiguousarray(values.T)


def _facts(values: F32, frame: Frame, before: Priors, lines: Segments) -> None:
    """Fill in the facts: each line seen as a claim of one line, but for those of ``OF_CLAIM``."""
    of = frame.line_claim
    every = np.arange(len(of))
    alone = View(frame.take_lines(every), _of_lines(before, of), Segments(np.arange(len(of) + 1)))
    whole = View(frame, before, lines)
    for place, fact in enumerate(FACTS):
        values[place] = fact.read(whole)[of] if fact.name in OF_CLAIM else fact.read(alone)


def _of_lines(before: Priors, of: I64) -> Priors:
    return replace(
        before,
        member_answers=before.member_answers[of],
        member_days=before.member_days[of],
        member_state=before.member_state[of],
        member_category=before.member_category[of],
    )


def _of_claims(found: Rates, of: I64) -> Rates:
    return Rates(found.rate[:, of], found.recent[:, of], found.seen[:, of], found.share[:, of])
