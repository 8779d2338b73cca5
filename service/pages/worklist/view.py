"""What the worklist shows: the items that were asked for, and what may be asked for."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from service.pages.worklist.gather import OPEN, Item

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SHOWN: Final = 100
DUE: Final = {"7": "within 7 days", "30": "within 30 days", "past": "past"}
STATES: Final = {"open": "open", "closed": "done or decided", "all": "all"}


@dataclass(frozen=True, slots=True)
class Filter:
    """What is asked for; ``""``: anything."""

    owner: str = ""
    payer: str = ""
    category: str = ""
    due: str = ""
    state: str = OPEN

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Filter:
        """From the query of an address; what is not known there is passed over."""
        due, state = query.get("due", ""), query.get("state", OPEN)
        return cls(
            owner=query.get("owner", ""),
            payer=query.get("payer", ""),
            category=query.get("category", ""),
            due=due if due in DUE else "",
            state=state if state in STATES else OPEN,
        )

    def takes(self, item: Item) -> bool:
        """Whether ``item`` is asked for."""
        return (
            self.owner in ("", item.owner)
            and self.payer in ("", item.payer)
            and self.category in ("", item.category)
            and self.state in ("all", item.state)
            and self._due(item)
        )

    def _due(self, item: Item) -> bool:
        left = item.days_left
        if not self.due:
            return True
        if left is None:
            return False
        return left < 0 if self.due == "past" else 0 <= left <= int(self.due)


@dataclass(frozen=True, slots=True)
class Shown:
    """The items of a page, how many more there are, and the sums over all that were asked for."""

    items: Sequence[Item]
    more: int
    saving: float
    minutes: float
    owners: Sequence[tuple[str, int]]
    payers: Sequence[tuple[str, int]]
    categories: Sequence[tuple[str, int]]


def shown(items: Sequence[Item], asked: Filter) -> Shown:
    """The part of ``items`` that is asked for; what may be chosen is told with its count."""
    found = [item for item in items if asked.takes(item)]
    return Shown(
        items=found[:SHOWN],
        more=max(len(found) - SHOWN, 0),
        saving=sum(item.saving for item in found if item.saving > 0),
        minutes=sum(item.minutes for item in found if item.saving > 0),
        owners=_choices([item.owner for item in items]),
        payers=_choices([item.payer for item in items]),
        categories=_choices([item.category for item in items]),
    )


def _choices(values: Sequence[str]) -> list[tuple[str, int]]:
    return sorted(Counter(value for value in values if value).items())
