"""What counts as denied, and since when it was known (design.md section 5).

A line is denied when it was charged for, paid nothing, and carries an adjustment of class denial,
its own or its claim's. The group code decides nothing: CO holds both 45 and 197, PR both 1 and 27.
``CLP02`` decides only whether the remittance is an adjudication at all, never the outcome.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from claims.carc import Catalogue
    from claims.categories import Category
    from claims.types import Adjustment, Remittance

Outcome = Literal["paid", "partial", "denied", ""]

ADJUDICATED: Final = frozenset({"1", "2", "3", "4", "19", "20", "21"})
FORWARDED: Final = frozenset({"19", "20", "21"})
RE_EXPORT_AFTER: Final = dt.timedelta(days=45)
_ZERO: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class LineJudgement:
    """One line: the category and CARC of its largest denying adjustment, ``""`` unless denied.

    ``amount`` is what was denied of it in dollars: that adjustment, at most the line's charge.
    """

    denied: bool = False
    category: Category | Literal[""] = ""
    carc: str = ""
    amount: Decimal = _ZERO


@dataclass(frozen=True, slots=True)
class Judgement:
    """A remittance judged. ``lines`` answers to ``Remittance.lines``, one for one.

    ``outcome`` is ``""`` when ``first_outcome`` is false: it decides nothing. ``denied_amount`` is
    the charges of the denied lines in dollars.
    """

    first_outcome: bool
    outcome: Outcome = ""
    category: Category | Literal[""] = ""
    carc: str = ""
    denied_amount: Decimal = _ZERO
    lines: tuple[LineJudgement, ...] = ()


_PAID: Final = LineJudgement()


def judge(remittance: Remittance, catalogue: Catalogue) -> Judgement:
    """Judge a remittance by itself.

    It is no first outcome when ``CLP02`` says so, when its charge is negative (some payers send a
    reversal under the status of what it takes back), or when a line is still pending and none is
    denied (the payer will reverse and correct it). Without a charged service line the claim itself
    is judged as if it were one.
    """
    lines = remittance.lines
    undecided = tuple(_PAID for _ in lines)
    if plain_status(remittance.status) not in ADJUDICATED or remittance.charge < 0:
        return Judgement(first_outcome=False, lines=undecided)
    whole, whole_pending = _denying(remittance.adjustments, catalogue)
    judged: list[LineJudgement] = []
    charged = pending = 0
    denied = _ZERO
    for line in lines:
        own, own_pending = _denying(line.adjustments, catalogue)
        if line.charge > 0:
            charged += 1
            if line.paid == 0:
                verdict = _verdict(own or whole, line.charge, catalogue)
                denied += line.charge if verdict.denied else 0
                pending += not verdict.denied and (own_pending or whole_pending)
                judged.append(verdict)
                continue
        judged.append(_PAID)
    if charged:
        of_claim = judged
    else:
        of_claim = [_PAID]
        if remittance.charge > 0 and remittance.paid == 0:
            of_claim = [_verdict(whole, remittance.charge, catalogue)]
            denied = remittance.charge if of_claim[0].denied else _ZERO
            pending = not of_claim[0].denied and whole_pending
    count = sum(verdict.denied for verdict in of_claim)
    if count == 0:
        if pending:
            return Judgement(first_outcome=False, lines=undecided)
        return Judgement(first_outcome=True, outcome="paid", lines=tuple(judged))
    category, carc = _largest(of_claim)
    outcome: Outcome = "denied" if count == max(charged, 1) else "partial"
    return Judgement(True, outcome, category, carc, denied, tuple(judged))


def plain_status(status: str) -> str:
    """``CLP02`` without blanks and leading zeros."""
    return status.strip().lstrip("0")


def _denying(
    adjustments: Iterable[Adjustment], catalogue: Catalogue
) -> tuple[Adjustment | None, bool]:
    """The largest adjustment of class denial (the first among equals), and whether one is pending.

    A negative amount takes an adjustment back and denies nothing.
    """
    largest: Adjustment | None = None
    pending = False
    for adjustment in adjustments:
        kind = catalogue.facts(adjustment.carc).carc_class
        if kind == "pending":
            pending = True
        elif (
            kind == "denial"
            and adjustment.amount >= 0
            and (largest is None or adjustment.amount > largest.amount)
        ):
            largest = adjustment
    return largest, pending


def _verdict(adjustment: Adjustment | None, charge: Decimal, catalogue: Catalogue) -> LineJudgement:
    if adjustment is None:
        return _PAID
    facts = catalogue.facts(adjustment.carc)
    return LineJudgement(True, facts.category, facts.code, min(adjustment.amount, charge))


def _largest(lines: Iterable[LineJudgement]) -> tuple[Category | Literal[""], str]:
    """Category with the largest denied amount over the lines, then its CARC with the largest.

    Among equals the one that comes first in the remittance.
    """
    categories: dict[Category | Literal[""], Decimal] = {}
    carcs: dict[tuple[str, str], Decimal] = {}
    for line in lines:
        if line.denied:
            categories[line.category] = categories.get(line.category, _ZERO) + line.amount
            both = (line.category, line.carc)
            carcs[both] = carcs.get(both, _ZERO) + line.amount
    category = max(categories, key=categories.__getitem__)
    of_category = {carc: amount for (name, carc), amount in carcs.items() if name == category}
    return category, max(of_category, key=of_category.__getitem__)


def known_on(remittance: Remittance) -> dt.date | None:
    """The day the practice learned of it; ``None`` when the remittance states no day at all.

    It is the later of the day of the file (GS04) and the day the payer produced it (DTM*405): a
    check may be dated ahead or behind, so the payment date (BPR16) serves only where neither is
    stated. A file made more than 45 days after both the payment and the production is a copy made
    later, and its day says nothing: then the later of those two counts.
    """
    file_date = remittance.file_date
    stated = [day for day in (remittance.produced_on, remittance.payment_date) if day is not None]
    if file_date is None:
        return remittance.produced_on or remittance.payment_date
    if stated and file_date - max(stated) > RE_EXPORT_AFTER:
        return max(stated)
    return max(file_date, remittance.produced_on or file_date)
