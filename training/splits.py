"""Training, calibration and test periods by submission date, with a gap between them.

Whoever trains on a day knows only the answers that have arrived. So a period's labels must be known
before the next period starts, and a gap as long as the answer takes lies between the two: without
it, the last days of a period would hold quickly answered claims only, which are not like the rest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.days import iso
from training.problems import TrainingError

I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

SHARES: Final = (0.60, 0.15, 0.25)
# Fewer than these and neither the trees nor an interval would mean anything.
_MINIMUM: Final = {"training": (300, 30), "calibration": (100, 10), "test": (100, 10)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Places among the examples, and the days that part them (days since 1970-01-01).

    ``in_gaps`` examples fell between two periods; ``late_answers`` were submitted in a period but
    answered only after the next had begun.
    """

    train: I64
    calibration: I64
    test: I64
    gap: int
    train_starts: int
    train_ends: int
    calibration_starts: int
    calibration_ends: int
    test_starts: int
    test_ends: int
    in_gaps: int
    late_answers: int

    def used(self) -> I64:
        """Places of all examples in a period, ascending."""
        return np.sort(np.concatenate((self.train, self.calibration, self.test)))

    def within(self, used: I64) -> Split:
        """Return the same split of the examples at ``used`` alone."""
        return replace(
            self,
            train=np.searchsorted(used, self.train),
            calibration=np.searchsorted(used, self.calibration),
            test=np.searchsorted(used, self.test),
        )


def _boundaries(day: I32, gap: int, shares: tuple[float, float, float]) -> tuple[int, int]:
    """First days of calibration and test, such that what the gaps leave has the wanted shares."""
    ordered = np.sort(day)
    total = len(ordered)

    def before(limit: int) -> int:
        return int(np.searchsorted(ordered, limit, side="left"))

    def day_at(place: int) -> int:
        return int(ordered[min(max(place, 0), total - 1)])

    lost, calibration, test = 0, 0, 0
    for _ in range(5):
        kept = total - lost
        test = day_at(total - round(kept * shares[2]))
        calibration = day_at(before(test - gap) - round(kept * shares[1]))
        lost = before(test) - before(test - gap) + before(calibration) - before(calibration - gap)
    return calibration, test


def _check(name: str, denied: Flags, first: int, last: int) -> None:
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


def split(
    day: I32,
    known_on: I32,
    denied: Flags,
    gap: int,
    shares: tuple[float, float, float] = SHARES,
) -> Split:
    """Part examples (all arrays n; days since 1970-01-01) into three periods, ``gap`` days apart.

    Raises ``TrainingError`` when a period has too few claims, too few of a kind, or one kind only.
    """
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
    calibration, test = _boundaries(day, gap, shares)
    first, last = int(day.min()), int(day.max())
    span = last - first + 1
    if calibration - gap <= first or test - gap <= calibration:
        raise TrainingError(
            f"The answered claims span {span} days and an answer takes up to {gap}, which "
            "leaves no room for three periods: give more months of 837 and 835 files."
        )
    in_train = day < calibration - gap
    in_calibration = (day >= calibration) & (day < test - gap)
    in_test = day >= test
    late = (in_train & (known_on >= calibration)) | (in_calibration & (known_on >= test))
    parts = [np.flatnonzero(part & ~late) for part in (in_train, in_calibration, in_test)]
    limits = [(first, calibration - gap - 1), (calibration, test - gap - 1), (test, last)]
    for name, part, (starts, ends) in zip(_MINIMUM, parts, limits, strict=True):
        _check(name, denied[part], starts, ends)
    return Split(
        train=parts[0],
        calibration=parts[1],
        test=parts[2],
        gap=gap,
        train_starts=first,
        train_ends=limits[0][1],
        calibration_starts=calibration,
        calibration_ends=limits[1][1],
        test_starts=test,
        test_ends=last,
        in_gaps=int((~(in_train | in_calibration | in_test)).sum()),
        late_answers=int(late.sum()),
    )
