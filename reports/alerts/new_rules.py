"""Alarms as alerts for people: one for each payer, category and day, with its claims."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from claims.arrays import numbers
from claims.categories import CATEGORY_CODE
from reports.alerts.changes import BUDGET, MUTE, Change, changes
from reports.alerts.observed import observed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from claims.dataset import Dataset
    from claims.labels import Labels

_EPOCH: Final = dt.date(1970, 1, 1)
_MOSTLY: Final = 0.5
_CARCS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRule:
    """A payer denies more for a category than it did; perhaps it has a new rule.

    ``procedures`` are those that alarmed, or on which most of the denials are; none where it is the
    payer as a whole. ``since``: first day of service that shows it. ``shown_on``: the day on which
    the first of ``claims`` became known; ``raised_on``: the day of the alert. ``denied`` of
    ``seen`` claims since then, where ``expected`` (a share) was usual. ``carcs``: the commonest
    first. ``claims``: keyed hashes, 16 hex digits, in the order in which they became known.
    """

    payer: str
    payer_name: str
    category: str
    procedures: tuple[str, ...]
    carcs: tuple[str, ...]
    since: dt.date
    shown_on: dt.date
    raised_on: dt.date
    denied: int
    seen: int
    expected: float
    claims: tuple[str, ...]

    @property
    def text(self) -> str:
        """The alert as a sentence or two."""
        of = f" of {', '.join(self.procedures)}" if self.procedures else ""
        who = self.payer_name or self.payer
        return (
            f"{who} ({self.payer}) denies claims{of} for {self.category.replace('_', ' ')} "
            f"(CARC {', '.join(self.carcs)}) since services of {self.since}: {self.denied} of "
            f"{self.seen}, where {100 * self.expected:.1f} % was usual. Ask the payer whether its "
            "rule has changed, and look at what has not been sent yet."
        )

    def document(self) -> dict[str, object]:
        """As JSON."""
        return {
            "kind": "new_rule",
            "payer": self.payer,
            "payer_name": self.payer_name,
            "category": self.category,
            "procedures": list(self.procedures),
            "carcs": list(self.carcs),
            "since": self.since.isoformat(),
            "shown_on": self.shown_on.isoformat(),
            "raised_on": self.raised_on.isoformat(),
            "denied": self.denied,
            "seen": self.seen,
            "expected": self.expected,
            "claims": list(self.claims),
            "text": self.text,
        }


def new_rules(
    dataset: Dataset, labels: Labels, as_of: dt.date, budget: float = BUDGET
) -> list[NewRule]:
    """Every alert raised up to ``as_of``, oldest first; nothing that became known later is used.

    ``budget``: false alarms of a payer in a quarter that are accepted, in expectation.
    """
    until = (as_of - _EPOCH).days
    found = changes(observed(dataset, labels, until), until, budget)
    groups: dict[tuple[int, str, str], list[Change]] = {}
    told: dict[tuple[str, str], int] = {}
    for change in sorted(found, key=lambda one: (one.day, one.procedure == "")):
        kind = (change.payer, change.category)
        recently = change.day - told.get(kind, -MUTE - 1) <= MUTE
        if not change.procedure and recently:
            continue  # its procedures have told it
        told[kind] = change.day
        groups.setdefault((change.day, *kind), []).append(change)
    return [_alert(dataset, labels, group) for group in groups.values()]


def _alert(dataset: Dataset, labels: Labels, group: Sequence[Change]) -> NewRule:
    first = group[0]
    rows = sorted({row for one in group for row in one.claims}, key=_known_first(labels))
    procedures = tuple(one.procedure for one in group if one.procedure)
    if not procedures:
        procedures = _mostly(dataset, labels, rows, first.category)
    keys = numbers(dataset.claims["claim_key"], np.uint64)
    names = Counter(
        name for name in dataset.claims["payer_name"].take(rows).to_pylist() if name
    ).most_common(1)
    carcs = Counter(str(labels.carc[row]) for row in rows if labels.carc[row])
    return NewRule(
        payer=first.payer,
        payer_name=names[0][0] if names else "",
        category=first.category,
        procedures=procedures,
        carcs=tuple(carc for carc, _ in carcs.most_common(_CARCS)),
        since=_date(min(one.since for one in group)),
        shown_on=_date(int(labels.known_on[rows].min())),
        raised_on=_date(first.day),
        denied=sum(one.denied for one in group),
        seen=sum(one.seen for one in group),
        expected=max(one.expected for one in group),
        claims=tuple(f"{int(keys[row]):016x}" for row in rows),
    )


def _known_first(labels: Labels) -> Callable[[int], tuple[int, int]]:
    return lambda row: (int(labels.known_on[row]), row)


def _mostly(
    dataset: Dataset, labels: Labels, rows: Sequence[int], category: str
) -> tuple[str, ...]:
    """The procedure on which most of the claims were denied for the category, if one is."""
    ends = np.cumsum(numbers(dataset.claims["line_count"]))
    counted: Counter[str] = Counter()
    for row in rows:
        lines = range(int(ends[row - 1]) if row else 0, int(ends[row]))
        of_claim = {
            str(dataset.lines["procedure"][line])
            for line in lines
            if labels.line_category[line] == CATEGORY_CODE[category]
        }
        counted.update(of_claim - {""})
    if not counted:
        return ()
    name, count = counted.most_common(1)[0]
    return (name,) if count > _MOSTLY * len(rows) else ()


def _date(day: int) -> dt.date:
    return _EPOCH + dt.timedelta(days=day)
