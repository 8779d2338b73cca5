"""Claims that are near the last day on which something can still be done about them.

* ``filing_limit``: sent and not answered; should it have been lost, it must be sent again by then.
* ``correction_limit``: denied for something that a correction can mend, and nobody works it.
* ``appeal_limit``: denied otherwise, and nobody works it.

Limits are those of the payers' profiles (``claims.profiles``), and for filing also what history has
shown (``models.habits``); where neither says, there is no alert. A claim to a payer that comes
second counts from another payer's answer, which is not known here.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from claims.arrays import NO_DAY, cents, days, numbers
from claims.categories import CATEGORIES, FACTS
from claims.labels import PLACEHOLDER_ABOVE
from claims.profiles.types import days_after
from features.hashing import code_hash
from reports.denials.steps import CODE, NAMES

if TYPE_CHECKING:
    from claims.dataset import Dataset
    from claims.labels import Labels
    from claims.profiles import Profiles
    from models.habits import Habits
    from reports.denials.ways import Ways

Kind = Literal["filing_limit", "correction_limit", "appeal_limit"]
WITHIN: Final = 14
_EPOCH: Final = dt.date(1970, 1, 1)
_OPEN: Final = ("identified", "denied_again", "appeal_lost")
_TEXTS: Final[dict[Kind, str]] = {
    "filing_limit": "sent and never answered: ask for its status; it can be sent until {day}",
    "correction_limit": "denied and not worked: a corrected claim can be sent until {day}",
    "appeal_limit": "denied and not worked: an appeal can be made until {day}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A claim (keyed hash, 16 hex digits) with the last day, and the dollars that hang on it."""

    kind: Kind
    claim: str
    payer: str
    payer_name: str
    category: str
    last_day: dt.date
    amount: float

    @property
    def text(self) -> str:
        """The alert as a sentence."""
        said = _TEXTS[self.kind].format(day=self.last_day)
        return f"Claim {self.claim} to {self.payer_name or self.payer}: {said}."

    def document(self) -> dict[str, object]:
        """As JSON."""
        return {
            "kind": self.kind,
            "claim": self.claim,
            "payer": self.payer,
            "payer_name": self.payer_name,
            "category": self.category,
            "last_day": self.last_day.isoformat(),
            "amount": self.amount,
            "text": self.text,
        }


def near_limits(
    dataset: Dataset,
    labels: Labels,
    found: Ways,
    as_of: dt.date,
    profiles: Profiles,
    *,
    habits: Habits | None = None,
    within: int = WITHIN,
) -> list[Limit]:
    """The claims whose last day is ``as_of`` or at most ``within`` days later, the nearest first.

    ``found`` are the denials' ways as of that day (``reports.denials.ways`` with ``until``).
    """
    claims = _Claims(dataset, profiles, habits)
    last = as_of + dt.timedelta(days=within)
    limits = [*_unanswered(dataset, labels, claims, as_of), *_denied(labels, found, claims)]
    near = [one for one in limits if as_of <= one.last_day <= last]
    return sorted(near, key=lambda one: (one.last_day, -one.amount, one.claim))


class _Claims:
    """What the limits need to know of single claims."""

    def __init__(self, dataset: Dataset, profiles: Profiles, habits: Habits | None) -> None:
        self._table = dataset.claims
        self._profiles = profiles
        self._habits = habits
        self.key = numbers(dataset.claims["claim_key"], np.uint64)
        self._first = days(dataset.claims["service_from"])
        self._last = days(dataset.claims["service_to"])
        self._charge = cents(dataset.claims["charge"])

    def filing(self, row: int) -> dt.date | None:
        """The last day to send the claim; ``None``: not known."""
        served = self._served(row)
        if served is None or self._said("position", row) not in ("", "P"):
            return None
        payer = self._said("payer_id", row)
        stated = self._profiles.of(payer, self._said("filing_code", row)).last_filing_day(served)
        if stated is not None or self._habits is None:
            return stated
        shown = self._habits.filing_days(code_hash(payer))
        return None if shown is None else days_after(served, shown)

    def after_denial(
        self, row: int, decided: dt.date, *, soft: bool
    ) -> tuple[Kind, dt.date] | None:
        """Which limit runs after a denial, and until when."""
        profile = self._profiles.of(self._said("payer_id", row), self._said("filing_code", row))
        served = self._served(row)
        corrected = None if served is None else profile.last_corrected_day(served, decided)
        if soft and corrected is not None:
            return "correction_limit", corrected
        appeal = profile.last_appeal_day(decided)
        return None if appeal is None else ("appeal_limit", appeal)

    def limit(self, kind: Kind, row: int, last_day: dt.date, category: str = "") -> Limit:
        """The alert."""
        return Limit(
            kind=kind,
            claim=f"{int(self.key[row]):016x}",
            payer=self._said("payer_id", row),
            payer_name=self._said("payer_name", row),
            category=category,
            last_day=last_day,
            amount=float(self._charge[row]) / 100,
        )

    def _served(self, row: int) -> dt.date | None:
        """The day that limits count from: Medicare's way (``models.deadline``)."""
        institutional = self._said("form", row) == "institutional"
        first, last = int(self._first[row]), int(self._last[row])
        order = (last, first) if institutional else (first, last)
        stated = [day for day in order if day != NO_DAY]
        return _EPOCH + dt.timedelta(days=stated[0]) if stated else None

    def _said(self, column: str, row: int) -> str:
        return str(self._table[column][row])


def _unanswered(dataset: Dataset, labels: Labels, claims: _Claims, as_of: dt.date) -> list[Limit]:
    """Original claims sent by ``as_of`` of which no answer was known then."""
    day = (as_of - _EPOCH).days
    submitted = days(dataset.claims["submitted_on"])
    frequency = dataset.claims["frequency"].to_pylist()
    _, place, count = np.unique(claims.key, return_inverse=True, return_counts=True)
    answered = np.zeros(len(count), np.bool_)
    answered[place[labels.known_on <= day]] = True
    # A claim that was sent again under the same id waits once, as the last one sent.
    order = np.lexsort((submitted, claims.key))
    latest = np.ones(len(order), np.bool_)
    latest[:-1] = claims.key[order][1:] != claims.key[order][:-1]
    waits = np.zeros(len(order), np.bool_)
    waits[order[latest]] = True
    waits &= (submitted != NO_DAY) & (submitted <= day) & ~answered[place]
    waits &= (count[place] <= PLACEHOLDER_ABOVE) & (claims.key != 0)
    found = []
    for row in np.flatnonzero(waits).tolist():
        last_day = claims.filing(row) if frequency[row] in ("1", "") else None
        if last_day is not None:
            found.append(claims.limit("filing_limit", row, last_day))
    return found


def _denied(labels: Labels, found: Ways, claims: _Claims) -> list[Limit]:
    """Denials that nobody works, with the limit that runs since the last answer."""
    decided = labels.known_on[found.claim].astype(np.int64)
    again = found.kind == CODE["denied_again"]
    np.maximum.at(decided, found.of[again], found.day[again])
    limits = []
    for place, row in enumerate(found.claim.tolist()):
        if NAMES[found.state[place]] not in _OPEN:
            continue
        category = CATEGORIES[labels.category[row]]
        day = _EPOCH + dt.timedelta(days=int(decided[place]))
        runs = claims.after_denial(row, day, soft=FACTS[category].mendable == "soft")
        if runs is not None:
            limits.append(claims.limit(runs[0], row, runs[1], category))
    return limits
