"""Which period somebody asks for, out of an address."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from reports.kpi.period import BYS, By

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Asked:
    """First and last day (ISO, ``""``: of the data); what cannot be read is named in ``wrong``."""

    since: str
    until: str
    by: By
    wrong: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Self:
        """From the query of an address; nothing of what cannot be read is kept."""
        days = {name: query.get(name, "") for name in ("since", "until")}
        bad = [name for name, text in days.items() if text and not _is_day(text)]
        by: By = next((one for one in BYS if one == query.get("by")), "month")
        wrong = "A day must be a date such as 2026-03-31." if bad else ""
        days |= dict.fromkeys(bad, "")
        return cls(days["since"], days["until"], by, wrong)

    @property
    def first(self) -> dt.date | None:
        """The first day."""
        return dt.date.fromisoformat(self.since) if self.since else None

    @property
    def last(self) -> dt.date | None:
        """The last day."""
        return dt.date.fromisoformat(self.until) if self.until else None

    def without_days(self, wrong: str) -> Self:
        """The period of the data, and why."""
        return replace(self, since="", until="", wrong=wrong)


def _is_day(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == 10
