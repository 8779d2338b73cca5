"""The last day on which an action still helps: the last day on which the claim may be sent.

The payer's filing limit comes from its profile where there is one, else from what its answers have
shown (``models.habits``); where neither says, there is no deadline to tell. Medicare counts a
professional service from its own date and an institutional one from the last day of its statement
(Medicare Claims Processing Manual, chapter 1, section 70.4); so do we.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from claims.types import Claim
from models.habits import Habits
from models.score import ActionAdvice

FilingDays = Callable[[Claim], int | None]


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Filing limits: ``stated`` by the payers' profiles, and the ``habits`` that history shows."""

    habits: Habits | None = None
    stated: FilingDays | None = None

    def told(
        self, actions: Sequence[ActionAdvice], claim: Claim, payer: int
    ) -> tuple[ActionAdvice, ...]:
        """The actions with the last day to send ``claim``, whose ``Frame.payer`` is ``payer``."""
        days = None if self.stated is None else self.stated(claim)
        if days is None and self.habits is not None:
            days = self.habits.filing_days(payer)
        last = deadline(claim, days)
        shown = None if last is None else last.isoformat()
        return tuple(replace(one, deadline=shown) for one in actions)


def deadline(claim: Claim, filing_days: int | None) -> dt.date | None:
    """The last day to send ``claim`` within ``filing_days`` of its service; ``None``: not known."""
    served = _counted_from(claim)
    if served is None or filing_days is None:
        return None
    try:
        return served + dt.timedelta(days=filing_days)
    except OverflowError:
        return None


def _counted_from(claim: Claim) -> dt.date | None:
    first = [line.service_from for line in claim.lines if line.service_from]
    last = [day for line in claim.lines if (day := line.service_to or line.service_from)]
    if claim.form == "institutional":
        return claim.statement_to or max(last, default=claim.statement_from)
    return min(first, default=claim.statement_from)
