"""What ``preclear score`` writes of any number of claims, as columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class FrameScores:
    """What ``preclear score`` writes for n claims.

    ``category`` is a place in ``CATEGORIES``; ``carc`` is "" where no denial of the category was
    ever seen; ``low`` and ``high`` are the ends of the interval; ``action`` is the first action;
    ``known`` is the level of support (``models.support.levels``). ``worst_line`` is the number of
    the line likeliest to be denied, 0 for claims that need no look or have no line.
    """

    probability: F64
    low: F64
    high: F64
    category: NDArray[np.int64]
    carc: NDArray[np.str_]
    action: NDArray[np.str_]
    decision: NDArray[np.str_]
    known: NDArray[np.int8]
    worst_line: NDArray[np.int32]
    saving: F64
    minutes: F64


def joined(parts: Sequence[FrameScores]) -> FrameScores:
    """The scores of all ``parts`` (at least one), one after the other."""
    return FrameScores(
        *(
            np.concatenate([getattr(part, field.name) for part in parts])
            for field in fields(FrameScores)
        )
    )
