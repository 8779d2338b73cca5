"""What a world is made from: sizes, seeds and the clock."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

NEVER: Final = 2**31 - 1
ALWAYS: Final = -(2**31)
_EPOCH: Final = dt.date(1970, 1, 1)


def day_of(date: dt.date) -> int:
    """Days since 1970-01-01."""
    return (date - _EPOCH).days


def date_of(day: int) -> dt.date:
    """The date of a day number."""
    return _EPOCH + dt.timedelta(days=day)


@dataclass(frozen=True, slots=True)
class RuleChange:
    """The payer demands an authorization for the procedure, for services from ``start`` on."""

    payer_id: str
    procedure: str
    start: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldConfig:
    """A world's parameters; equal parameters give equal bytes.

    ``claims`` counts the claims of visits; copies, secondary claims, replacements and voids come
    on top of it. ``policy_seed`` draws the payers' policies and the staff (``None``: ``seed``), so
    that the same practice can be put before other payers. The clock runs from ``start`` through
    the last day of the ``months``-th month: nothing sent or answered after it is written.
    ``steady``: no rule of a payer and no provider comes or goes while the clock runs. ``changes``
    are planned ones, on top of (or, in a steady world, instead of) what the seed draws.
    """

    claims: int = 20_000
    seed: int = 1
    policy_seed: int | None = None
    start: dt.date = dt.date(2025, 1, 1)
    months: int = 18
    steady: bool = False
    changes: tuple[RuleChange, ...] = ()

    def __post_init__(self) -> None:
        """Raise ``ValueError`` for a world that cannot be made."""
        if self.claims < 1:
            raise ValueError("a world needs at least 1 claim: give --claims 1 or more")
        if not 1 <= self.months <= 120:
            raise ValueError("a world lasts 1 to 120 months: give --months within that range")
        if not 0 <= self.seed < 2**63 or not 0 <= (self.policy_seed or 0) < 2**63:
            raise ValueError("a seed is a whole number from 0 to 2**63 - 1")
        if not dt.date(2016, 1, 1) <= self.start <= dt.date(2060, 1, 1):
            raise ValueError("a world starts between 2016-01-01 (ICD-10) and 2060-01-01")

    @property
    def policies(self) -> int:
        """The seed of everything that a payer or a member of staff is."""
        return self.seed if self.policy_seed is None else self.policy_seed

    @property
    def first_day(self) -> int:
        """First day on which a claim is sent."""
        return day_of(self.start)

    @property
    def last_day(self) -> int:
        """Last day that the files know of."""
        month = self.start.month - 1 + self.months
        after = dt.date(self.start.year + month // 12, month % 12 + 1, 1)
        return day_of(after) - 1 + (self.start.day - 1)
