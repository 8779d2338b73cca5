"""What a payer asks for, as data: limits, and lists of procedures that need something.

A profile states what is known of a payer; what it does not state is ``None`` or an empty list, and
no rule asks for it.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass, field
from typing import Final, Literal

from claims.profiles.ranges import Codes

CountedFrom = Literal["service", "decision"]
Weight = Literal["error", "warning"]
LISTS: Final = ("authorization", "referral", "modifier", "referring")


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """Procedures that need something on days of service from ``since`` to ``until``, both included.

    ``modifiers`` (companion modifiers alone): one of them must be on the line. ``severity`` says
    what happens without it: ``error`` where the payer then denies or rejects, else ``warning``.
    """

    procedures: Codes
    since: dt.date | None = None
    until: dt.date | None = None
    modifiers: frozenset[str] = frozenset()
    severity: Weight = "error"
    source: str = ""

    def asks(self, procedure: str, served: dt.date | None) -> bool:
        """Whether ``procedure`` is on the list on ``served`` (not known: if it has no dates)."""
        if procedure not in self.procedures:
            return False
        if served is None:
            return self.since is None and self.until is None
        return (self.since is None or served >= self.since) and (
            self.until is None or served <= self.until
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What is known of one payer. Limits are whole days; ``None`` where nobody said.

    ``filing_days`` count from the service (``filing_months`` beside it where the limit is one in
    calendar months: ``last_filing_day`` heeds it), ``corrected_days`` from the service or the
    payer's decision (``corrected_from``), ``appeal_days`` from the decision.
    """

    name: str = ""
    filing_days: int | None = None
    filing_months: int | None = None
    corrected_days: int | None = None
    corrected_from: CountedFrom = "decision"
    appeal_days: int | None = None
    authorization: tuple[Requirement, ...] = ()
    referral: tuple[Requirement, ...] = ()
    modifier: tuple[Requirement, ...] = ()
    referring: tuple[Requirement, ...] = ()

    def last_filing_day(self, served: dt.date) -> dt.date | None:
        """The last day on which a first claim for ``served`` is in time; ``None``: not known.

        >>> Profile(filing_days=365, filing_months=12).last_filing_day(dt.date(2024, 2, 29))
        datetime.date(2025, 2, 28)
        """
        if self.filing_months is not None:
            return months_after(served, self.filing_months)
        return None if self.filing_days is None else days_after(served, self.filing_days)

    def last_corrected_day(self, served: dt.date, decided: dt.date | None) -> dt.date | None:
        """The last day for a corrected claim; ``None``: not known, or counted from no known day."""
        start = served if self.corrected_from == "service" else decided
        if self.corrected_days is None or start is None:
            return None
        return days_after(start, self.corrected_days)

    def last_appeal_day(self, decided: dt.date) -> dt.date | None:
        """The last day for an appeal of what was decided on ``decided``; ``None``: not known."""
        return None if self.appeal_days is None else days_after(decided, self.appeal_days)


@dataclass(frozen=True, slots=True)
class Profiles:
    """All profiles of a file; ``digest`` is that of their content."""

    digest: str
    by_payer: dict[str, Profile]
    by_filing_code: dict[str, Profile]
    default: Profile
    _known: dict[tuple[str, str], Profile] = field(default_factory=dict, repr=False, compare=False)

    def of(self, payer_id: str, filing_code: str = "") -> Profile:
        """What is known of a payer: of its id, else of its kind (SBR09), else of all.

        What the first does not state, the next may; a list that is stated counts as a whole.
        """
        stated = payer_id if payer_id in self.by_payer else ""
        kind = filing_code if filing_code in self.by_filing_code else ""
        found = self._known.get((stated, kind))
        if found is None:
            found = self._known[stated, kind] = _over(
                self.by_payer.get(stated), _over(self.by_filing_code.get(kind), self.default)
            )
        return found


def _over(profile: Profile | None, under: Profile) -> Profile:
    if profile is None:
        return under
    filing = profile if profile.filing_days is not None else under
    corrected = profile if profile.corrected_days is not None else under
    return Profile(
        name=profile.name or under.name,
        filing_days=filing.filing_days,
        filing_months=filing.filing_months,
        corrected_days=corrected.corrected_days,
        corrected_from=corrected.corrected_from,
        appeal_days=under.appeal_days if profile.appeal_days is None else profile.appeal_days,
        authorization=profile.authorization or under.authorization,
        referral=profile.referral or under.referral,
        modifier=profile.modifier or under.modifier,
        referring=profile.referring or under.referring,
    )


def days_after(day: dt.date, days: int) -> dt.date:
    """``day`` and ``days`` more; the last day there is where that is beyond all calendars."""
    return dt.date.fromordinal(min(day.toordinal() + days, dt.date.max.toordinal()))


def months_after(day: dt.date, months: int) -> dt.date:
    """The same day ``months`` later, or the last of its month where there is none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > dt.MAXYEAR:
        return dt.date.max
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
