"""What may be learned when: the test period, and the forward folds before it.

Whoever trains on a day knows only the answers that have arrived (``examples.learnable``). The last
quarter of the examples by day of submission is the test period. Before it lie a few cut-off days:
at each, trees learn what could be learned that day and foretell the slice of claims up to the next.
These out-of-time answers choose the number of trees, calibrate and set thresholds, so that no claim
before the test period is spent on calibration alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.days import iso
from training.examples import Examples, Known, learnable
from training.problems import TrainingError

I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

TEST: Final = 0.25
"""Share of the examples, the latest by day of submission, that the model is judged on."""
PLANS: Final = ((3, 1 / 8), (2, 1 / 8), (1, 1 / 8), (1, 1 / 4))
"""How many folds, and which share of what may be learned before the test period each foretells.

The first that leaves enough of either kind of claims to learn from, and to calibrate by, is taken.
"""
LIKE: Final = 0.4
"""A fold's trees must learn from so large a share of what the judged model learns from.

Trees that saw much less foretell with another spread: calibrating by them misleads
(docs/decisions/0015).
"""
# Fewer than these and neither the trees nor an interval would mean anything.
_MINIMUM: Final = {"training": (300, 30), "calibration": (100, 10), "test": (100, 10)}


@dataclass(frozen=True, slots=True)
class Fold:
    """Claims submitted from the day ``starts`` until before the day ``ends``, foretold.

    ``train`` is what is learned from, all submitted before ``starts`` and answered
    before that day. ``later`` are those of the slice, as far as they could be learned from when the
    test period began.
    """

    starts: int
    ends: int
    train: Known
    later: Known


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Places among the examples, and the days that part them (days since 1970-01-01).

    ``train`` is what may be learned from on the day ``test_starts``; the slices of ``folds`` lie
    within it. ``waiting`` examples were submitted before that day, but were not answered then, or
    too young to tell; ``young`` ones were submitted since, but are too young to judge by.
    """

    train: Known
    test: I64
    folds: tuple[Fold, ...]
    train_starts: int
    train_ends: int
    test_starts: int
    test_ends: int
    waiting: int
    young: int

    @property
    def foretold(self) -> I64:
        """Places of all examples that a fold foretells, by fold."""
        return np.concatenate([fold.later.places for fold in self.folds])


def check(name: str, denied: Flags, first: int, last: int) -> None:
    """Raise ``TrainingError`` when a period holds too few claims, or too few of a kind."""
    examples, hits = len(denied), int(denied.sum())
    least, least_each = _MINIMUM[name]
    where = f"The {name} period ({iso(first)} to {iso(last)})"
    if examples < least:
        raise TrainingError(
            f"{where} holds {examples:,} answered claims and needs {least}: give more months of "
            "837 and 835 files."
        )
    if hits in {0, examples}:
        which = "denied" if hits else "paid"
        raise TrainingError(
            f"{where} holds {which} claims only, so there is nothing to tell apart: give the 835 "
            "files of all payers."
        )
    if min(hits, examples - hits) < least_each:
        which, count = ("denied", hits) if hits < examples - hits else ("paid", examples - hits)
        raise TrainingError(
            f"{where} holds {count} {which} claims and needs {least_each}: give more months of "
            "837 and 835 files."
        )


def first_test_day(day: I32) -> int:
    """The first day of the test period: about a quarter of the examples was submitted since."""
    ordered = np.sort(day)
    return int(ordered[len(ordered) - round(len(ordered) * TEST)])


def folds(
    examples: Examples, train: Known, until: int, plans: Sequence[tuple[int, float]] = PLANS
) -> tuple[Fold, ...]:
    """Forward folds over ``train``, what may be learned from on the day ``until``.

    As many as ``plans`` and the data allow; where even the last plan's fold learns from less than
    ``LIKE`` of ``train``, that has to do. Raises ``TrainingError`` when not even one fold can be
    made so.
    """
    failed: TrainingError | None = None
    for like in (LIKE, 0.0):
        for count, share in plans:
            try:
                return _folds(examples, train, until, (count, share), like)
            except TrainingError as error:
                failed = error
    assert failed is not None  # noqa: S101 - there is a plan
    raise failed


def _folds(
    examples: Examples, train: Known, until: int, plan: tuple[int, float], like: float
) -> tuple[Fold, ...]:
    count, share = plan
    day = examples.day[train.places]
    ordered = np.sort(day)
    first = int(ordered[0])
    places = [int(len(ordered) * (1 - share * ahead)) for ahead in range(count, 0, -1)]
    limits = [*(int(ordered[place]) for place in places), until]
    made = []
    for starts, ends in pairwise(limits):
        part = learnable(examples, starts)
        check("training", examples.denied[part.places], first, max(first, starts - 1))
        if len(part.places) < like * len(train.places):
            raise TrainingError("Too little could be learned at the first cut-off day.")
        made.append(Fold(starts, ends, part, train.at((day >= starts) & (day < ends))))
    later = np.concatenate([fold.later.places for fold in made])
    check("calibration", examples.denied[later], limits[0], int(ordered[-1]))
    return tuple(made)


def split(examples: Examples) -> Split:
    """Part examples into what is learned from and the test period, with folds in the former.

    Raises ``TrainingError`` when a part has too few claims, too few of a kind, or one kind only.
    """
    day, denied = examples.day, examples.denied
    if len(day) == 0:
        raise TrainingError(
            "No claim of the data was both answered and old enough to learn from: give 837 files "
            "with the 835 files that answer them."
        )
    if denied.all() or not denied.any():
        which = "denied" if denied.any() else "paid"
        raise TrainingError(
            f"All {len(day):,} answered claims are {which}, so there is nothing to tell apart: "
            "give the 835 files of all payers."
        )
    if not examples.mature.any():
        raise TrainingError(
            f"The answered claims span {int(day.max()) - int(day.min()) + 1} days and an answer "
            f"takes up to {examples.maturity.overall}, which leaves nothing to judge by: give more "
            "months of 837 and 835 files."
        )
    starts, first = first_test_day(day[examples.mature]), int(day.min())
    late = day >= starts
    test, train = np.flatnonzero(late & examples.mature), learnable(examples, starts)
    check("test", denied[test], starts, int(day[test].max()))
    if not len(train.places):
        raise TrainingError(
            f"The answered claims before the test period span {starts - first} days and an answer "
            f"takes up to {examples.maturity.overall}, which leaves nothing to learn from: give "
            "more months of 837 and 835 files."
        )
    check("training", denied[train.places], first, starts - 1)
    return Split(
        train=train,
        test=test,
        folds=folds(examples, train, starts),
        train_starts=first,
        train_ends=int(day[train.places].max()),
        test_starts=starts,
        test_ends=int(day[test].max()),
        waiting=int((~late).sum()) - len(train.places),
        young=int(late.sum()) - len(test),
    )
