"""Which claims to work first, and which of them fit into a day: money saved per minute of work.

An action that saves nothing is never chosen, nor a claim that is sent as it is: to send it is no
work of the day. Equals keep the order in which they came.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What a day allows: ``actions`` (a count) and ``minutes`` of work; ``None``: no limit."""

    actions: int | None = None
    minutes: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """``order`` (n): places of the claims, best first. ``chosen`` (n), by place: within the budget.

    ``rate`` (n), by place: dollars a minute, 0 for what takes no time or is sent.
    """

    order: I64
    chosen: Flags
    rate: F64


def rank(saving: F64, minutes: F64, flagged: Flags, budget: Budget) -> Ranking:
    """Rank n claims by what their first actions save net of cost (dollars), and take (minutes).

    ``flagged`` (n): held or to be reviewed.

    >>> saving, minutes, flagged = np.array([9.0, 8.0, -1.0]), np.array([9.0, 2.0, 5.0]), np.ones(3)
    >>> ranking = rank(saving, minutes, flagged > 0, Budget(actions=1))
    >>> ranking.order.tolist(), ranking.chosen.tolist()
    ([1, 0, 2], [False, True, False])
    """
    takes = flagged & (minutes > 0)
    rate = np.divide(saving, minutes, out=np.zeros(len(saving)), where=takes)
    order = np.lexsort((-np.where(flagged, saving, 0.0), -rate))
    chosen = np.zeros(len(saving), np.bool_)
    actions, left = budget.actions, budget.minutes
    for place in order[(saving[order] > 0) & takes[order]].tolist():
        if actions is not None and actions <= 0:
            break
        if left is not None and minutes[place] > left:
            continue  # a shorter action further down may still fit
        chosen[place] = True
        actions = None if actions is None else actions - 1
        left = None if left is None else left - float(minutes[place])
    return Ranking(order, chosen, rate)
