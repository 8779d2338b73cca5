"""The open work, out of the audit log: scores that ask for it, with what people did about them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from models.rank import Budget, rank
from service.audit.event import OVERRIDE
from service.audit.searching import Brief, Wanted
from service.audit.worked import RESULTS, WORKED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.audit.event import Recorded
    from service.audit.repository import AuditRepository

DAYS: Final = 60
"""Days back that are looked through: what is older was sent or forgotten long ago."""
MOST: Final = 2_000
OPEN: Final = "open"
CLOSED: Final = "closed"
_FLAGGED: Final = frozenset({"hold", "review"})


@dataclass(frozen=True, slots=True)
class Item:
    """One score that asks for work; ``state`` is ``open`` or ``closed``, ``said`` why, ``""`` none.

    ``saving`` in dollars net of the cost of the ``minutes``; ``rate`` dollars a minute.
    """

    brief: Brief
    payer: str
    category: str
    action: str
    owner: str
    text: str
    deadline: str
    saving: float
    minutes: float
    state: str
    said: str
    rate: float = 0.0

    @property
    def days_left(self) -> int | None:
        """Days to the deadline, negative: past; ``None`` where there is none."""
        if not self.deadline:
            return None
        return (dt.date.fromisoformat(self.deadline) - dt.datetime.now(dt.UTC).date()).days


def gather(repository: AuditRepository, today: dt.date) -> list[Item]:
    """Each claim's newest score that asks for work and has no answer yet, best first.

    Raises ``AuditError``.
    """
    since = today - dt.timedelta(days=DAYS)
    found = repository.search(Wanted(since=since, decisions=_FLAGGED), MOST)
    newest = repository.newest({one.claim_key for one in found})
    found = [one for one in found if newest.get(one.claim_key) == one.score_id]
    said: dict[str, list[Recorded]] = {}
    for event in repository.events_of(one.score_id for one in found):
        said.setdefault(str(event.score_id), []).append(event)
    items = []
    for one in found:
        events = said.get(one.score_id, [])
        if one.answer["actions"] and not any(event.kind == "outcome" for event in events):
            items.append(_item(one, events))
    return ranked(items)


def ranked(items: Sequence[Item]) -> list[Item]:
    """The open ones first, most money saved per minute first."""
    saving = np.array([one.saving for one in items])
    minutes = np.array([one.minutes for one in items])
    found = rank(saving, minutes, np.ones(len(items), np.bool_), Budget())
    ordered = [
        replace(items[place], rate=float(found.rate[place])) for place in found.order.tolist()
    ]
    return sorted(ordered, key=lambda one: one.state != OPEN)


def _item(brief: Brief, events: Sequence[Recorded]) -> Item:
    answer = brief.answer
    first: dict[str, Any] = answer["actions"][0]
    value = answer.get("value") or {}
    state, said = _state(events)
    return Item(
        brief=brief,
        payer=str(answer.get("payer", "")),
        category=str(answer["categories"][0]["category"]) if answer["categories"] else "",
        action=str(first["action"]),
        owner=str(first["owner"]),
        text=str(first["text"]),
        deadline=str(first.get("deadline") or ""),
        saving=float(value.get("saving", 0)),
        minutes=float(value.get("minutes", 0)),
        state=state,
        said=said,
    )


def _state(events: Sequence[Recorded]) -> tuple[str, str]:
    """Open or closed, by what somebody said last."""
    for event in reversed(events):
        if event.kind == OVERRIDE:
            return CLOSED, f"decided otherwise: {event.body.get('decision')}"
        if event.kind == WORKED:
            result = str(event.body.get("result"))
            return OPEN if result == "waiting" else CLOSED, RESULTS.get(result, result)
    return OPEN, ""
