"""The last day on which an action still helps: the last day on which the claim may be sent.

The payer's filing limit comes from its profile where there is one, else from what its answers have
shown (``models.habits``); where neither says, there is no deadline to tell. Medicare counts a
professional service from its own date and an institutional one from the last day of its statement
(Medicare Claims Processing Manual, chapter 1, section 70.4); so do we. A correction (frequency 7)
has the limit that the profile states for it; where that, or another payer's answer, is what is
counted from, there is none to tell.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from claims.profiles import Profiles
from claims.profiles.types import days_after
from claims.types import Claim
from models.habits import Habits
from models.score import ActionAdvice


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Filing limits: ``stated`` by the payers' profiles, and the ``habits`` that history shows."""

    habits: Habits | None = None
    stated: Profiles | None = None

    def told(
        self, actions: Sequence[ActionAdvice], claim: Claim, payer: int
    ) -> tuple[ActionAdvice, ...]:
        """The actions with the last day to send ``claim``, whose ``Frame.payer`` is ``payer``."""
        last = self.last_day(claim, payer)
        shown = None if last is None else last.isoformat()
        return tuple(replace(one, deadline=shown) for one in actions)

    def last_day(self, claim: Claim, payer: int) -> dt.date | None:
        """The last day to send ``claim``; ``None`` where nobody said and history shows none."""
        served = counted_from(claim)
        if served is None or claim.frequency == "8" or claim.payer.position not in ("", "P"):
            return None
        said = self._said(claim, served)
        if said is not None or claim.frequency == "7" or self.habits is None:
            return said
        days = self.habits.filing_days(payer)
        return None if days is None else days_after(served, days)

    def _said(self, claim: Claim, served: dt.date) -> dt.date | None:
        if self.stated is None:
            return None
        profile = self.stated.of(claim.payer.payer_id, claim.payer.filing_code)
        if claim.frequency == "7":
            return profile.last_corrected_day(served, None)
        return profile.last_filing_day(served)


def counted_from(claim: Claim) -> dt.date | None:
    """The day of service that a filing limit counts from, as Medicare has it."""
    first = [line.service_from for line in claim.lines if line.service_from]
    last = [day for line in claim.lines if (day := line.service_to or line.service_from)]
    if claim.form == "institutional":
        return claim.statement_to or max(last, default=claim.statement_from)
    return min(first, default=claim.statement_from)
