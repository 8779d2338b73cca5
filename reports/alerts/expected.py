"""The denial rate to be expected of each stream on a day, from what was known well before it.

The rate is that of the year that ended ``LAG`` days ago, so that a change that is just showing does
not hide itself. It leans on the payer's rate for the category and on all payers' for the procedure
by ``LEAN`` imagined observations; the rate to beat lies one standard deviation above it, because
the rate is itself an estimate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from reports.alerts.observed import KINDS, WHOLE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reports.alerts.observed import Observed

    F64 = NDArray[np.float64]
    I64 = NDArray[np.int64]

LAG: Final = 28
WINDOW: Final = 365
LEAN: Final = 30.0
DEVIATIONS: Final = 1.0
LOWEST: Final = 0.003
HIGHEST: Final = 0.97


@dataclass(slots=True)
class Window:
    """Sums over the days that count for what is expected; moved on one day at a time."""

    observed: Observed
    seen: F64
    denied: F64
    repeated: F64
    _upper: int
    _lower: int

    @classmethod
    def before(cls, observed: Observed) -> Window:
        """The empty window before the first day."""
        first = observed.days[0]
        pairs, streams = len(observed.pair_payer), len(observed.stream_pair)
        return cls(observed, np.zeros(pairs), np.zeros(streams), np.zeros(streams), first, first)

    def move(self, day: int) -> None:
        """Hold the days from ``day - LAG - WINDOW`` to ``day - LAG``, both included."""
        upper, lower = day - LAG + 1, day - LAG - WINDOW
        self._add(self._upper, upper, 1.0)
        self._add(self._lower, lower, -1.0)
        self._upper, self._lower = max(self._upper, upper), max(self._lower, lower)

    def _add(self, begin: int, end: int, sign: float) -> None:
        """Count the days from ``begin`` up to, not including, ``end``."""
        if end <= begin:
            return
        one = self.observed
        np.add.at(self.seen, one.seen.of[one.seen.between(begin, end)], sign)
        np.add.at(self.denied, one.denied.of[one.denied.between(begin, end)], sign)
        np.add.at(self.repeated, one.repeated.of[one.repeated.between(begin, end)], sign)

    def rates(self) -> tuple[F64, F64]:
        """Of each stream (s): the rate expected, and the rate that must be beaten."""
        one = self.observed
        whole = one.pair_procedure == WHOLE
        payers, procedures = len(one.payers), len(one.procedures)
        total = max(float(self.seen[whole].sum()), 1.0)
        of_whole = whole[one.stream_pair]
        category, pair = one.stream_category, one.stream_pair
        payer, procedure = one.pair_payer[pair], one.pair_procedure[pair]
        by_category = np.bincount(category[of_whole], self.denied[of_whole], KINDS)
        usual = (by_category + 1) / (total + 2 * KINDS)
        by_payer = np.bincount(
            (payer * KINDS + category)[of_whole], self.denied[of_whole], payers * KINDS
        )
        seen_payer = np.bincount(one.pair_payer[whole], self.seen[whole], payers)
        of_payer = (by_payer[payer * KINDS + category] + LEAN * usual[category]) / (
            seen_payer[payer] + LEAN
        )
        by_procedure = np.bincount(procedure * KINDS + category, self.denied, procedures * KINDS)
        seen_procedure = np.bincount(one.pair_procedure, self.seen, procedures)
        of_procedure = (by_procedure[procedure * KINDS + category] + LEAN * usual[category]) / (
            seen_procedure[procedure] + LEAN
        )
        parent = np.where(of_whole, usual[category], (of_payer + of_procedure) / 2)
        seen = np.maximum(self.seen[pair] - self.repeated, self.denied)
        rate = (self.denied + LEAN * parent) / (seen + LEAN)
        spread = np.sqrt(rate * (1 - rate) / (seen + LEAN + 1))
        return rate, np.clip(rate + DEVIATIONS * spread, LOWEST, HIGHEST)

    def seen_of_payer(self) -> F64:
        """Claims of each payer in the window."""
        one = self.observed
        whole = one.pair_procedure == WHOLE
        found = np.bincount(one.pair_payer[whole], self.seen[whole], len(one.payers))
        return found.astype(np.float64)
