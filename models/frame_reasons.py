"""Reasons for thousands of claims: for each those that ``/score`` gives, in the same words.

Whether a claim is likely to be denied, which orders its reasons, is told by the model alone here:
rules on claims (``models.edits``) need the claim itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from features.build_lines import line_values
from features.elsewhere import elsewhere
from models.explain import Explanation, Towards, explain
from models.subject import Lines, Subjects

if TYPE_CHECKING:
    from features.known import Known
    from models.denial import DenialModel

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]

_TOGETHER: Final = 256
"""Claims explained at once: TreeSHAP values of all their classes fit into a processor's cache."""


@dataclass(frozen=True, slots=True, eq=False)
class FrameReasons:
    """Why of n claims: ``raw_score`` (n) is what reasons, base value and the rest add up to."""

    raw_score: F64
    explained: Sequence[Explanation]


def explanations(
    model: DenialModel, known: Known, values: F32, risky: NDArray[np.bool_]
) -> Iterator[Explanation]:
    """Explain the raw scores of the n claims of ``known``, whose feature rows are ``values``.

    ``risky`` (n): what raises the risk of the claim stands first.
    """
    around = elsewhere(known)
    # A model that knows nothing of lines says nothing of them either (``models.lines``).
    by_line = None if model.lines is None else line_values(known)
    for first in range(0, len(values), _TOGETHER):
        claims = slice(first, min(first + _TOGETHER, len(values)))
        parts = model.parts(values[claims])
        lines = None if by_line is None else _lines(known, by_line, around[claims], claims)
        subjects = Subjects.read(values[claims], around[claims], lines)
        towards = Towards(parts.of, parts.mixed.share, model.causes.learned)
        explained = explain(subjects, parts.denial(), towards)
        for row, flagged in enumerate(risky[claims].tolist()):
            yield explained.row(row, risky=flagged)


def _lines(known: Known, values: F32, around: F64, claims: slice) -> Lines | None:
    """The lines of some claims, but of those that have one: it is told as its claim."""
    starts = known.frame.starts[claims.start : claims.stop + 1]
    sizes = np.diff(starts)
    sizes = np.where(sizes > 1, sizes, 0)
    of = known.frame.line_claim[starts[0] : starts[-1]] - claims.start
    place = starts[0] + np.flatnonzero(sizes[of] > 0)
    if not len(place):
        return None
    ends = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
    return Lines(values[place], around, known.frame.line_number[place], ends)
