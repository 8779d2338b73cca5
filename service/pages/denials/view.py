"""Denials with their ways, as rows for a page, from the running tables."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from claims.arrays import cents, numbers
from claims.categories import CATEGORIES
from claims.labels import label
from reports.denials.steps import CLOSED, NAMES, STEPS
from reports.denials.ways import ways

if TYPE_CHECKING:
    from collections.abc import Sequence

    from claims.dataset import Dataset
    from reports.denials.entered import Entered

SHOWN: Final = 100
_EPOCH: Final = dt.date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Taken:
    """One step of a way: its name, day, and what a paying answer brought, in dollars."""

    step: str
    day: dt.date
    brought: float


@dataclass(frozen=True, slots=True)
class Denial:
    """One denial: of the claim with that keyed hash, since that day; ``denied`` in dollars."""

    key: str
    known_on: dt.date
    payer: str
    category: str
    carc: str
    denied: float
    state: str
    root_cause: str
    steps: tuple[Taken, ...]

    @property
    def open(self) -> bool:
        """Whether more is expected of it."""
        return self.state not in CLOSED


def denials(dataset: Dataset, entered: Sequence[Entered]) -> list[Denial]:
    """Every denial with its way, the newest first."""
    labels = label(dataset)
    found = ways(dataset, labels, entered=entered)
    key = numbers(dataset.claims["claim_key"], np.uint64)
    payer = dataset.claims["payer_id"].to_pylist()
    denied = cents(dataset.remittances["denied_amount"])
    rows = []
    for place, claim in enumerate(found.claim.tolist()):
        category = int(labels.category[claim])
        rows.append(
            Denial(
                key=f"{int(key[claim]):016x}",
                known_on=_day(int(labels.known_on[claim])),
                payer=str(payer[claim] or ""),
                category=CATEGORIES[category] if category >= 0 else "",
                carc=str(labels.carc[claim]),
                denied=int(denied[labels.remittance[claim]]) / 100,
                state=NAMES[found.state[place]],
                root_cause=found.root_cause[place],
                steps=tuple(
                    Taken(step, _day(day), brought / 100)
                    for step, day, brought in found.steps(place)
                ),
            )
        )
    return sorted(rows, key=lambda one: (one.known_on, one.denied), reverse=True)


def states(found: Sequence[Denial]) -> list[tuple[str, int, str]]:
    """Each state that there is: its name, how many, and what it means."""
    counts = Counter(one.state for one in found)
    return [(name, counts[name], STEPS[name]) for name in NAMES if counts[name]]


def _day(number: int) -> dt.date:
    return _EPOCH + dt.timedelta(days=number)
