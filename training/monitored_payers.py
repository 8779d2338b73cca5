"""Which payer it is: the inputs that moved, and what was denied beside what was foretold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from models.drift import PayerDrift, Shift
from training.days import month
from training.monitored_inputs import shifts

if TYPE_CHECKING:
    from training.monitoring import Ground

LEAST: Final = 100
MOST: Final = 20
_TOLD: Final = 5


def payers(ground: Ground, names: tuple[str, ...]) -> tuple[PayerDrift, ...]:
    """The large payers of the latest month that has enough claims, the largest first."""
    since = ground.since
    if not len(since.day):
        return ()
    months = np.array([month(day) for day in since.day], dtype="U7")
    found, counts = np.unique(months, return_counts=True)
    enough = found[counts >= LEAST]
    latest = since.take(months == enough[-1]) if len(enough) else since.take(months == "")
    sizes = np.bincount(since.payer, minlength=len(names))
    made = []
    for place in np.argsort(-sizes, kind="stable")[:MOST].tolist():
        now, before = latest.take(latest.payer == place), ground.before
        before = before.take(before.payer == place)
        own = since.take(since.payer == place)
        if len(own.day) < LEAST:
            break
        moved: tuple[Shift, ...] = ()
        if len(now.day) >= LEAST and len(before.day) >= LEAST:
            _, every = shifts(before.columns(), now.columns(), scored=False)
            moved = tuple(one for one in every if one.moved)[:_TOLD]
        made.append(
            PayerDrift(
                payer=names[place],
                claims=len(now.day),
                inputs=moved,
                answered=own.answered(ground.threshold, (0.0, 0)),
            )
        )
    return tuple(made)
