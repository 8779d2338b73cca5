"""Which inputs, and whether the scores, moved: every feature by the words of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.catalog import FEATURES
from models.drift import Shift
from training.shifts import (
    BOUND,
    CHANCES,
    RATE,
    Column,
    Compared,
    beyond_chance,
    compare,
    exact,
    knots,
    single,
    spread,
)

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

SCORE: Final = "score"
SCORE_BOUND: Final = 0.2
"""The score follows the rates among its inputs, which wander: less than this is their wandering."""
_GROWING: Final = {"member_answers", "member_days", "member_state", "member_category"}
TESTED: Final = tuple(
    place
    for place, one in enumerate(FEATURES)
    if one.measure != "seen" and one.name not in _GROWING
)
"""Places of the features that are tested: not those that grow with the history by nature."""

MIXES: Final = {"payer": "payer of the claim", "procedure": "procedure of the first line"}
_USUAL: Final = 20
_RATES: Final = frozenset(one.name for one in FEATURES if one.measure != "fact")


@dataclass(frozen=True, slots=True)
class Columns:
    """n claims: features (float32, n by features), probabilities, weeks.

    ``mixes``: by name, a number for what each claim has, such as its payer.
    """

    values: F32
    probability: F64
    week: I64
    mixes: Mapping[str, F64]


def shifts(
    before: Columns, now: Columns, *, scored: bool
) -> tuple[Shift | None, tuple[Shift, ...]]:
    """The score's shift (``None`` unless ``scored``), and all inputs', the most moved first.

    Features that count what was seen so far are left out (``TESTED``).
    """
    found: list[tuple[tuple[str, str, str], Compared, Column, Column]] = []
    for name, meaning in MIXES.items():
        first, second = before.mixes[name], now.mixes[name]
        one = _mixed(first, second, before, now)
        if one is not None:
            # The median of such numbers says nothing.
            found.append(((name, meaning, name), one, np.zeros(0), np.zeros(0)))
    for place in TESTED:
        of, early, late = FEATURES[place], before.values[:, place], now.values[:, place]
        one = _compared(early, late, before, now, of.measure)
        if one is not None:
            found.append(((of.name, of.meaning, of.factor), one, early, late))
    stand = beyond_chance(np.array([one.p for _, one, _, _ in found]))
    made = [
        _told(words, one, first, second, stands=bool(stands))
        for (words, one, first, second), stands in zip(found, stand, strict=True)
    ]
    made.sort(key=lambda one: (not one.moved, one.chance - one.index, one.name))
    if not scored:
        return None, tuple(made)
    score = _compared(before.probability, now.probability, before, now, SCORE)
    if score is None:
        return None, tuple(made)
    words = (SCORE, "probability of denial", SCORE)
    stands = score.p < RATE and score.index - score.chance >= SCORE_BOUND
    told = _told(words, score, before.probability, now.probability, stands=stands)
    return told, tuple(made)


def _mixed(first: F64, second: F64, before: Columns, now: Columns) -> Compared | None:
    """By the most usual of the first group; all that lies between two of them is one more."""
    usual, counts = np.unique(first, return_counts=True)
    most = np.sort(usual[np.argsort(-counts, kind="stable")[:_USUAL]])
    return compare(single(first, most), before.week, single(second, most), now.week)


def _compared(
    first: Column, second: Column, before: Columns, now: Columns, measure: str
) -> Compared | None:
    few = exact(first) if measure == "fact" else None
    if few is not None:
        parts = single(first, few), single(second, few)
    else:
        middles = knots(first) if measure == "fact" else CHANCES
        parts = spread(first, middles), spread(second, middles)
    return compare(parts[0], before.week, parts[1], now.week)


def _told(
    words: tuple[str, str, str],
    found: Compared,
    first: Column,
    second: Column,
    *,
    stands: bool,
) -> Shift:
    name, meaning, factor = words
    return Shift(
        name=name,
        meaning=meaning,
        factor=factor,
        rate=name in _RATES,
        index=found.index,
        chance=found.chance,
        p=found.p,
        moved=stands and found.index - found.chance >= BOUND,
        median_before=_median(first),
        median_now=_median(second),
        missing_before=_missing(first),
        missing_now=_missing(second),
    )


def _median(values: Column) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else float("nan")


def _missing(values: Column) -> float:
    return float(np.isnan(values).mean()) if len(values) else 0.0
