"""Between which rates a probability stands: narrow where much is known, wide where little is.

Promised is a *rate*: among claims of the same payer and the same procedure, as well known, the
share that is denied lies between the two ends, for nine of ten such groups (decision 0017). A
single claim's own chance may lie outside: it holds facts that no history shows.

The ends are the probability with its odds divided and multiplied by one number, which depends on
how thick the history of such claims is (``models.support.thickness``): mostly, how many answered
lines had the claim's payer and procedure. Claims that nothing resembles have a row of their own
(decision 0026). Nothing but additions, multiplications and divisions happens at scoring, so a batch
of one and a batch of a million give equal bits on any processor.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from claims.errors import UserError

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

LEVEL: Final = 0.9
"""Share of groups whose rate lies between the ends."""
EDGES: Final = (-1, 0, 1, 10, 50, 200)
"""The thickness from which each row of the table counts; -1 is of claims that nothing resembles."""
UNMEASURED: Final = 5.0
"""Odds ratio where nothing was measured: what is believed before any group is seen."""
_WIDEST: Final = 1e4
_BROKEN: Final = "The model's table of intervals is damaged; train it again."


class IntervalError(UserError):
    """The table is none of ours; one sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """From a thickness of ``edges[i]`` on, the odds may be ``odds[i]`` times higher or lower.

    ``edges`` rise from -1, or from 0 in bundles that say nothing of claims unlike any;
    ``odds`` are above 1 and never rise: more history is never less sure.
    """

    level: float
    edges: tuple[int, ...]
    odds: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse a table that would not hold a probability inside its ends. ``IntervalError``."""
        rising = all(low < high for low, high in pairwise(self.edges))
        falling = all(wide >= narrow for wide, narrow in pairwise(self.odds))
        fits = len(self.edges) == len(self.odds) > 0 and self.edges[0] in (-1, 0)
        sane = all(1 < one <= _WIDEST for one in self.odds) and 0 < self.level < 1
        if not (fits and rising and falling and sane):
            raise IntervalError(_BROKEN)

    @classmethod
    def unmeasured(cls) -> Self:
        """The wide interval of a model for which none was measured."""
        return cls(level=LEVEL, edges=(0,), odds=(UNMEASURED,))

    def ends(self, probability: F64, thickness: I64) -> tuple[F64, F64]:
        """Lower and upper end for n claims, from probabilities (n) and thicknesses (n).

        The probability lies strictly between them, and they strictly between 0 and 1.
        """
        odds = np.asarray(self.odds)[places(thickness, self.edges)]
        denied, paid = probability * odds, 1.0 - probability
        return probability / (probability + paid * odds), denied / (denied + paid)

    def to_json(self) -> dict[str, object]:
        """The table as JSON values; floats survive JSON exactly."""
        return {"level": self.level, "edges": list(self.edges), "odds": list(self.odds)}

    @classmethod
    def from_json(cls, value: object) -> Self:
        """Undo ``to_json``; ``IntervalError`` for anything else."""
        if not isinstance(value, dict) or set(value) != {"level", "edges", "odds"}:
            raise IntervalError(_BROKEN)
        level, edges, odds = value["level"], value["edges"], value["odds"]
        if (
            not isinstance(level, float)
            or not isinstance(edges, list)
            or not isinstance(odds, list)
        ):
            raise IntervalError(_BROKEN)
        if any(type(edge) is not int for edge in edges):
            raise IntervalError(_BROKEN)
        if any(type(ratio) is not float for ratio in odds):
            raise IntervalError(_BROKEN)
        return cls(level=level, edges=tuple(edges), odds=tuple(odds))


def places(thickness: I64, edges: tuple[int, ...] = EDGES) -> I64:
    """The row of the table for each thickness (n)."""
    return np.maximum(np.searchsorted(np.asarray(edges), thickness, side="right") - 1, 0)
