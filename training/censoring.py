"""Claims that are answered quickly are known first: what each known claim must weigh for the slow.

On a cut-off day only those claims are known whose answer took no longer than they are old. Left as
they are, the young ones would teach quick answers (many payers deny sooner than they pay), and
leaving the young out throws the latest claims away. So each known claim stands for all claims of
its age and kind: it weighs one over the share of such claims that are answered at that age
(inverse probability of censoring weights; Robins and Rotnitzky 1992).

The share is measured from the known claims alone. Each was seen only because its lag was at most
its age (right truncation), for which the product-limit estimator backwards in time is unbiased
(Lynden-Bell 1971; Woodroofe 1985). It is measured for denied and paid claims apart, payer by payer,
each leaning on all payers by ``LEAN`` claims.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
F64 = NDArray[np.float64]
Flags = NDArray[np.bool_]

LEAN: Final = 200.0
"""Known claims of all payers that a payer's own shares are mixed with."""
LEAST: Final = 0.2
"""Share answered at an age, of paid or of denied claims, below which that age is too young.

No claim weighs more than five for its lag, so that a handful of quick answers never speaks for a
whole month.
"""
_LONGEST: Final = 730


def answered_by(lag: I64, age: I64, longest: int) -> F64:
    """Share of answers that take at most 0, 1, ... ``longest`` days (longest + 1).

    ``lag`` (n) is how long each known answer took, ``age`` (n) how long it could have taken and
    still be known; all days, ``lag <= age``. Lags that no claim was old enough to show are not
    reckoned with: the share at the greatest age is 1.

    >>> answered_by(np.array([1, 1, 3, 3]), np.array([9, 9, 9, 9]), 4).tolist()
    [0.0, 0.5, 0.5, 1.0, 1.0]
    """
    lag, age = np.minimum(lag, longest), np.minimum(age, longest)
    took = np.bincount(lag, minlength=longest + 1).astype(np.float64)
    # At risk of having taken t days: those that took no more, and were old enough to show it.
    shown = np.cumsum(took) - (np.cumsum(np.bincount(age, minlength=longest + 1)) - 0.0)
    at_risk = shown + np.bincount(age, minlength=longest + 1)
    stay = np.where(at_risk > 0, 1.0 - took / np.maximum(at_risk, 1.0), 1.0)
    # P(lag <= t) is the chance of staying at or below t on the way down from the longest lag.
    share = np.ones(longest + 1)
    share[:-1] = np.cumprod(stay[:0:-1])[::-1]
    return share


def weights(day: I32, known_on: I32, denied: Flags, payer: I32, cutoff: int) -> tuple[I64, F64]:
    """Which of n claims can be learned from before the day ``cutoff``, and what each weighs.

    ``day`` and ``known_on`` are those of submission and answer (day numbers), ``payer`` places from
    0. Gives places among the n claims, ascending, and what each weighs (at least 1, at most
    ``1 / LEAST``). Nothing that was not known before ``cutoff`` has a say.
    """
    known = np.flatnonzero((known_on < cutoff) & (day <= known_on) & (day < cutoff))
    lag = known_on[known].astype(np.int64) - day[known]
    age = cutoff - 1 - day[known].astype(np.int64)
    age = np.minimum(age, _LONGEST)
    share = np.ones((2, len(known)))
    for outcome in (False, True):
        of = denied[known] == outcome
        if of.any():
            share[int(outcome)] = _leaning(
                np.minimum(lag[of], age[of]), age[of], payer[known][of], age, payer[known]
            )
    own = np.where(denied[known], share[1], share[0])
    old = share.min(axis=0) >= LEAST
    return known[old], 1.0 / own[old]


def _leaning(lag: I64, age: I64, of: I32, asked: I64, payer: I32) -> F64:
    """Shares answered at the ages ``asked`` of claims to ``payer``, from known claims ``of``."""
    every = answered_by(lag, age, _LONGEST)
    found = every[asked]
    for place in np.unique(of).tolist():
        mine, theirs = of == place, payer == place
        count = int(mine.sum())
        own = answered_by(lag[mine], age[mine], _LONGEST)[asked[theirs]]
        found[theirs] = (count * own + LEAN * every[asked[theirs]]) / (count + LEAN)
    return found
