"""What each feature adds to each class's raw score, put together into answers.

One set of exact TreeSHAP values tells why a claim may be denied, towards which cause each feature
pushes, and why one cause is more or less likely than being paid.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.causes import Mix, mix, weighted

if TYPE_CHECKING:
    from models.treeshap.explainer import Explainer

Values = NDArray[np.float32]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """Raw ``scores`` (n, classes) of n rows, and TreeSHAP values ``of`` (n, classes, features + 1).

    Paid is the first class, the base value the last column; ``mixed`` is the mix of causes.
    """

    scores: Floats
    of: Floats
    mixed: Mix

    @classmethod
    def read(cls, explainer: Explainer, values: Values, threads: int = 1) -> Parts:
        """Ask ``explainer`` and its booster for the rows ``values``."""
        scores = explainer.booster.raw(values, threads)
        return cls(scores, explainer.contributions(values, threads), mix(scores))

    def denial(self) -> Floats:
        """What the features add to the log-odds of a denial: (n, features + 1)."""
        found = weighted(self.mixed.share, self.of[:, 1:])
        found -= self.of[:, 0]
        found[:, -1] += self.mixed.entropy()
        return found

    def against_paid(self, row: int, cause: int) -> tuple[Floats, float]:
        """What adds up to the log-odds of one cause against paid: (features + 1), and their sum.

        ``cause`` counts the denied classes from 0.
        """
        scores = self.scores[row]
        return self.of[row, 1 + cause] - self.of[row, 0], float(scores[1 + cause] - scores[0])


def of_denial(scores: Floats) -> tuple[Floats, Floats]:
    """How each class counts (n, classes) in the log-odds of a denial, and what the base has more.

    ``Parts.denial`` for many rows, whose parts are then added up as they are found.
    """
    mixed = mix(scores)
    return np.hstack([np.full((len(scores), 1), -1.0), mixed.share]), mixed.entropy()


def of_cause(scores: Floats, asked: int) -> tuple[Floats, Floats]:
    """The same in the log-odds of the class ``asked`` against all other causes."""
    others = [place for place in range(1, scores.shape[1]) if place != asked]
    # As if the class asked for were paid: the log-odds of "another cause", turned round.
    mixed = mix(scores[:, [asked, *others]])
    counts = np.zeros_like(scores)
    counts[:, asked], counts[:, others] = 1.0, -mixed.share
    return counts, -mixed.entropy()
