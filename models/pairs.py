"""Two mends at once, tried where one is not enough.

A pair is put on the claim and scored as any mend is (``models.whatif``): all pairs of all claims of
a request in one frame. What both do to the categories that they are about counts, and nothing else;
where a mend was tried several ways, the least favourable pair of ways counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from claims.categories import CATEGORY_CODE, Action, Category
from features.frame import Frame
from models.frames import join
from models.removal import without
from models.whatif import Mend, mended

if TYPE_CHECKING:
    from models.denial import Prediction

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

    def tested(self, before: Prediction, after: Prediction) -> dict[int, dict[Pair, float]]:
        """What each pair leaves of the probability of its claim, by row of ``before``."""
        found: dict[int, dict[Pair, float]] = {}
        for place, (one, about) in enumerate(zip(self.asked, self.prevents, strict=True)):
            rest = _left(before, one.row, after, place, about)
            pairs = found.setdefault(one.row, {})
            pairs[one.pair] = max(rest, pairs.get(one.pair, 0.0))
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


def _left(
    before: Prediction, row: int, after: Prediction, place: int, about: tuple[int, ...]
) -> float:
    risk, left = float(before.probability[row]), float(after.probability[place])
    gone = 0.0
    for category in about:
        share = float(before.category_probability[row, category])
        own, rest = _odds(risk) * share, _odds(left) * _share(after, place, category)
        gone += share * min(max(1 - rest / own, 0.0), 1.0) if own > 0 else 0.0
    return without(risk, gone)


def _odds(probability: float) -> float:
    return probability / (1 - probability)


def _share(made: Prediction, place: int, category: int) -> float:
    share: NDArray[np.float64] = made.category_probability
    return float(share[place, category])
