"""What a payer habitually does with money and with late claims, learned from its answers.

Two things that a score's worth and its deadline rest on, and that are never inputs of the model:
the share of the charge that it pays where it denies nothing, and after how many days it denies for
late filing. A share leans on that of all payers; a payer of few answers has that of all.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from models.score import PaymentBasis

FILE: Final = "habits.json"
LONGEST: Final = 3650

Key = tuple[int, bool]


class HabitsError(ValueError):
    """The stored habits are not what ``Habits.to_json`` writes; one sentence."""


@dataclass(frozen=True, slots=True, eq=False)
class Habits:
    """Shares paid of the charge, and filing limits.

    ``overall``: of all payers, by whether they come after another payer. ``paid``: by payer
    (``Frame.payer``) and the same. ``filing``: days from the service, by payer.
    """

    overall: Mapping[bool, float]
    paid: Mapping[Key, float]
    filing: Mapping[int, int]

    def share(self, payer: int, later: bool) -> tuple[float, PaymentBasis]:
        """The share of its charge that a claim brings, and where that is known from."""
        own = self.paid.get((payer, later))
        if own is not None:
            return own, "payer"
        for place in (later, not later):
            if place in self.overall:
                return self.overall[place], "all_payers"
        return 1.0, "charge"

    def filing_days(self, payer: int) -> int | None:
        """Days after the service from which this payer denied claims as late, if it showed so."""
        return self.filing.get(payer)

    def to_json(self) -> dict[str, object]:
        """JSON values; payers by the hex form of their hash."""
        paid: dict[str, dict[str, float]] = {}
        for (payer, later), share in sorted(self.paid.items()):
            paid.setdefault(f"{payer:016x}", {})[_name(later)] = share
        return {
            "overall": {_name(later): share for later, share in sorted(self.overall.items())},
            "paid": paid,
            "filing_days": {f"{payer:016x}": days for payer, days in sorted(self.filing.items())},
        }

    @classmethod
    def from_json(cls, values: object) -> Habits:
        """Undo ``to_json``; ``HabitsError`` for anything else."""
        try:
            if not isinstance(values, dict) or set(values) != {"overall", "paid", "filing_days"}:
                raise ValueError("keys")
            paid = {
                (int(payer, 16), later): share
                for payer, table in values["paid"].items()
                for later, share in _shares(table).items()
            }
            filing = {int(payer, 16): _days(days) for payer, days in values["filing_days"].items()}
            return cls(_shares(values["overall"]), paid, filing)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise HabitsError("the habits of its payers are not of this version") from error


def payment(
    habits: Habits | None, charge: float, payer: int, *, later: bool
) -> tuple[float, PaymentBasis]:
    """Dollars that a claim of ``charge`` dollars brings, and how that is known.

    A charge is not what a payer pays; where no answer was ever seen it is all there is to go by.
    """
    if habits is None:
        return charge, "charge"
    share, basis = habits.share(payer, later)
    return charge * share, basis


def _name(later: bool) -> str:
    return "later" if later else "first"


def _shares(table: Mapping[str, float]) -> dict[bool, float]:
    places = {"first": False, "later": True}
    for share in table.values():
        if type(share) is not float or not math.isfinite(share) or not 0 <= share <= 1:
            raise ValueError("shares")
    return {places[name]: share for name, share in table.items()}


def _days(value: object) -> int:
    if type(value) is not int or not 0 < value <= LONGEST:
        raise ValueError("days")
    return value
