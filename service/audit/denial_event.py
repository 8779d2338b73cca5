"""What people enter about a denial, as events: appeals, write-offs, root causes.

They belong to a claim, not to a score: it may never have been scored here. It is named by its keyed
hash alone.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final, cast

from reports.denials.entered import Entered, EnteredKind
from service.audit.event import Event

if TYPE_CHECKING:
    from collections.abc import Iterable

    from service.audit.event import Recorded

DENIAL: Final = "denial"


def denial_event(entered: Entered, caller: str) -> Event:
    """The event of what was entered."""
    body = {
        "claim_key": f"{entered.claim_key:016x}",
        "day": entered.day.isoformat(),
        "step": entered.kind,
        "root_cause": entered.root_cause,
    }
    return Event(DENIAL, None, body, caller)


def entered_of(events: Iterable[Recorded]) -> list[Entered]:
    """What was entered, in the order of the log."""
    found = []
    for event in events:
        body: dict[str, Any] = dict(event.body)
        day = dt.date.fromisoformat(body["day"])
        kind = cast("EnteredKind", body["step"])
        found.append(Entered(int(body["claim_key"], 16), day, kind, body["root_cause"]))
    return found
