"""All alerts of a day: the one entry point for the command and for pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from claims.labels import label
from claims.moment import known_by
from reports.alerts.changes import BUDGET
from reports.alerts.limits import WITHIN, Limit, near_limits
from reports.alerts.new_rules import NewRule, new_rules
from reports.alerts.precision import Broken, broken_promises
from reports.denials.ways import ways

if TYPE_CHECKING:
    from claims.dataset import Dataset
    from claims.labels import Labels
    from claims.profiles import Profiles
    from models.habits import Habits
    from reports.denials.entered import Entered

RECENT: Final = 90
"""Days for which an alert of a new rule is shown after it was raised."""
_EPOCH: Final = dt.date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Alerts:
    """What stands out as of a day: new rules the newest first, limits the nearest first."""

    as_of: dt.date
    new_rules: tuple[NewRule, ...]
    limits: tuple[Limit, ...]
    precision: tuple[Broken, ...]

    def document(self) -> dict[str, object]:
        """As JSON."""
        return {
            "as_of": self.as_of.isoformat(),
            "new_rules": [one.document() for one in self.new_rules],
            "limits": [one.document() for one in self.limits],
            "precision": [one.document() for one in self.precision],
        }


def alerts(
    dataset: Dataset,
    as_of: dt.date,
    profiles: Profiles,
    *,
    habits: Habits | None = None,
    entered: Sequence[Entered] = (),
    standing: Mapping[str, Mapping[str, Any]] | None = None,
    promised: float | None = None,
    recent: int = RECENT,
    within: int = WITHIN,
    budget: float = BUDGET,
    labels: Labels | None = None,
) -> Alerts:
    """The alerts of ``as_of``; nothing that became known later has a say.

    ``standing``: the live figures by payer (``Standing.document()["payers"]``), judged against the
    precision ``promised``; without both there is no alert of precision. ``labels``: where those of
    ``dataset`` as of the day are at hand.
    """
    if labels is None:
        dataset = known_by(dataset, as_of)
        labels = label(dataset)
    found = ways(dataset, labels, until=(as_of - _EPOCH).days, entered=entered)
    rules = new_rules(dataset, labels, as_of, budget)
    shown = [one for one in rules if (as_of - one.raised_on).days <= recent]
    broken = [] if standing is None or promised is None else broken_promises(standing, promised)
    return Alerts(
        as_of=as_of,
        new_rules=tuple(reversed(shown)),
        limits=tuple(
            near_limits(dataset, labels, found, as_of, profiles, habits=habits, within=within)
        ),
        precision=tuple(broken),
    )
