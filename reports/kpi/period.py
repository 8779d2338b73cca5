"""A period of days, and the months or weeks in it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final, Literal, get_args

By = Literal["month", "week"]
BYS: Final[tuple[By, ...]] = get_args(By)


class PeriodError(ValueError):
    """No such period; one sentence."""


@dataclass(frozen=True, slots=True)
class Period:
    """From ``since`` through ``until``, both included; ``by``: the pieces of its trends."""

    since: dt.date
    until: dt.date
    by: By = "month"

    def __post_init__(self) -> None:
        """Raise ``PeriodError`` for a period that ends before it begins."""
        if self.until < self.since:
            raise PeriodError(
                f"the period ends on {self.until} before it begins on {self.since}: give a first "
                "day that is not after the last"
            )
        if self.by not in BYS:
            raise PeriodError(f"a trend goes by {' or '.join(BYS)}")

    def start(self, day: dt.date) -> dt.date:
        """The first day of the month, or the Monday of the week, that ``day`` is in."""
        if self.by == "month":
            return day.replace(day=1)
        return day - dt.timedelta(days=day.weekday())

    def pieces(self) -> list[tuple[dt.date, dt.date]]:
        """First and last day of each month or week, cut to the period.

        >>> [str(last) for _, last in Period(dt.date(2025, 1, 9), dt.date(2025, 2, 3)).pieces()]
        ['2025-01-31', '2025-02-03']
        """
        found = []
        first = self.since
        while first <= self.until:
            last = min(self._next(first) - dt.timedelta(days=1), self.until)
            found.append((first, last))
            first = last + dt.timedelta(days=1)
        return found

    def _next(self, day: dt.date) -> dt.date:
        start = self.start(day)
        if self.by == "week":
            return start + dt.timedelta(days=7)
        return (start + dt.timedelta(days=32)).replace(day=1)
