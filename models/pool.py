"""Why a claim would be denied, said by two: the booster, and the claim's own rates.

The booster's shares of the categories are too even (it stops early, so that they are drawn towards
what is usual), and the finest rate of each category says again what history holds against this very
claim. Both are pooled in log-odds (a logarithmic opinion pool: Genest and Zidek 1986): the share of
a category is proportional to ``share ** shares * rate ** rates``. The two weights are learned from
claims foretold out of time (``training.pooling``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.causes import exponential, logarithm

Floats = NDArray[np.float64]

_LEAST: Final = 1e-12  # a share below it is as good as none


class PoolError(ValueError):
    """The stored weights are not what ``Pool.to_json`` writes; one sentence."""


@dataclass(frozen=True, slots=True)
class Pool:
    """What each of the two counts for; as it stands, the booster alone."""

    shares: float = 1.0
    rates: float = 0.0

    def __post_init__(self) -> None:
        """Refuse weights that would turn an order round."""
        if not (0.0 < self.shares < np.inf and 0.0 <= self.rates < np.inf):
            raise PoolError("The weights of shares and rates must be numbers from 0.")

    def apply(self, share: Floats, evidence: Floats) -> Floats:
        """Pool shares (n, 14) with ``evidence`` (n, 14), above 0; rows sum to 1."""
        if self == Pool():
            return share
        found = self.shares * logarithm(np.maximum(share, _LEAST))
        found += self.rates * logarithm(np.maximum(evidence, _LEAST))
        odds = exponential(found - found.max(axis=1, keepdims=True))
        # In order, so that a batch of one and a batch of a million give equal bits.
        total = np.add.accumulate(odds, axis=1)[:, -1:]
        return np.asarray(odds / total, np.float64)

    def to_json(self) -> list[float]:
        """The weights as JSON values; floats survive JSON exactly."""
        return [self.shares, self.rates]

    @classmethod
    def from_json(cls, values: object) -> Pool:
        """Undo ``to_json``; ``PoolError`` for anything else."""
        if (
            not isinstance(values, list)
            or len(values) != 2
            or not all(isinstance(value, float) for value in values)
        ):
            raise PoolError("The weights of shares and rates are two numbers.")
        return cls(*values)
