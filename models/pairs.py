"""Two mends at once, tried where one is not enough.

A pair is put on the claim and scored as any mend is (``models.whatif``): all pairs of all claims of
a request in one frame. Where a mend was tried several ways, the least favourable pair of ways
counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from claims.categories import CATEGORIES, CATEGORY_CODE, Action, Category
from features.frame import Frame
from models.frames import join
from models.mends import Mend
from models.removal import taken
from models.whatif import mended

if TYPE_CHECKING:
    from models.denial import Prediction

Floats = NDArray[np.float64]
Pair = tuple[Action, Action]
Part = tuple[Action, str]
"""An action, and the path that it changes."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Two mends of different actions to be tried together on the claim at ``row``."""

    row: int
    first: Part
    second: Part

    @property
    def pair(self) -> Pair:
        """The two actions."""
        return self.first[0], self.second[0]


@dataclass(frozen=True, slots=True, eq=False)
class Paired:
    """Claims with two mends: variant ``i`` is of ``asked[i]`` and about ``prevents[i]``."""

    frame: Frame
    asked: Sequence[Wanted]
    prevents: Sequence[tuple[int, ...]]

    def __len__(self) -> int:
        """Count the variants."""
        return len(self.asked)

    def tested(
        self, before: Prediction, after: Prediction, usual: Floats
    ) -> dict[int, dict[Pair, float]]:
        """What each pair leaves of the probability of its claim, by row of ``before``.

        ``usual`` is ``models.removal.beside`` of the claims of ``before``.
        """
        row = np.array([one.row for one in self.asked], np.int64)
        place = np.arange(len(row))
        left = np.ones(len(row))
        for about in range(len(CATEGORIES)):
            gone = taken(
                before.probability[row],
                before.category_probability[row, about],
                after.probability[place],
                after.category_probability[place, about],
            )
            mended = np.array([about in prevented for prevented in self.prevents])
            left -= np.where(mended, gone * (1 - usual[row, about]), 0.0)
        left = np.minimum(left * before.probability[row], after.probability)
        found: dict[int, dict[Pair, float]] = {}
        for one, rest in zip(self.asked, left.tolist(), strict=True):
            of = found.setdefault(one.row, {})
            of[one.pair] = max(rest, of.get(one.pair, 0.0))
        return found


def pairs(frame: Frame, wanted: Sequence[Wanted], mends: Sequence[Mend]) -> Paired | None:
    """Every way to try each of ``wanted`` on its claim of ``frame``; ``None`` without any."""
    frames: list[Frame] = []
    asked: list[Wanted] = []
    about: list[tuple[int, ...]] = []
    for one in wanted:
        claim = frame.take(np.array([one.row]))
        for first in _ways(claim, one.first, mends):
            half = mended(claim, first)
            for second in _ways(claim, one.second, mends):
                frames.append(mended(half, second))
                asked.append(one)
                about.append(_places(first.prevents, second.prevents))
    return Paired(join(frames), asked, about) if frames else None


def _ways(claim: Frame, part: Part, mends: Sequence[Mend]) -> list[Mend]:
    return [
        mend for mend in mends if (mend.action, mend.path) == part and bool(mend.applies(claim)[0])
    ]


def _places(*categories: Category | None) -> tuple[int, ...]:
    return tuple(dict.fromkeys(CATEGORY_CODE[one] for one in categories if one is not None))
