"""The denials in one remittance, decoded: which lines, why, for how much.

Lines of one remittance that were denied by the same group, reason and remarks are one denial: they
are worked together. A claim without lines, or denied as a whole, is one denial without lines.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from claims.denials.remarks import Remark, remarks
from claims.outcome import ADJUDICATED, judge, known_on, plain_status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from claims.carc import CarcFacts, Catalogue
    from claims.types import Adjustment, Remittance, RemittanceLine

REPLACED: Final = frozenset({"7", "8"})
_ZERO: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class DeniedLine:
    """One denied line: its number on the claim (its place where not stated), procedure, day."""

    number: int
    procedure: str
    service_from: dt.date | None
    control_number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial:
    """What one remittance denied for one reason.

    ``amount`` is what was denied in dollars: of each line the denying adjustment, at most the
    line's charge. ``whole`` says that nothing of the claim was paid or allowed. ``others`` are
    further adjustments of class denial on the same lines. ``decided_on`` is the earliest day that
    the remittance states for the decision (limits count from it), ``known_on`` the day it arrived.
    """

    remittance: Remittance
    group: str
    facts: CarcFacts
    remarks: tuple[Remark, ...]
    lines: tuple[DeniedLine, ...]
    amount: Decimal
    whole: bool
    others: tuple[CarcFacts, ...]
    known_on: dt.date | None
    decided_on: dt.date | None

    @property
    def service_from(self) -> dt.date | None:
        """The first day of service of what was denied, ``None`` where nothing states it."""
        days = [line.service_from for line in self.lines if line.service_from is not None]
        return min(days) if days else self.remittance.service_from

    @property
    def replacement(self) -> bool:
        """Whether the remittance answers a replacement or void (CLP09)."""
        return self.remittance.frequency in REPLACED

    def says(self, bearing: str) -> bool:
        """Whether a remark has this bearing (``claims.denials.remarks.BEARINGS``)."""
        return any(bearing in one.bearing for one in self.remarks)


def denials(remittance: Remittance, catalogue: Catalogue) -> tuple[Denial, ...]:
    """The denials of a remittance, the largest amount first; empty when it denies nothing."""
    judged = judge(remittance, catalogue)
    if judged.outcome not in ("denied", "partial"):
        return ()
    parts: dict[tuple[str, str, tuple[str, ...]], list[_Part]] = {}
    if any(verdict.denied for verdict in judged.lines):
        for place, (line, verdict) in enumerate(
            zip(remittance.lines, judged.lines, strict=True), start=1
        ):
            if verdict.denied:
                own = _denying(line.adjustments, catalogue)
                chosen = own or _denying(remittance.adjustments, catalogue)
                part = _Part(_line(line, place), chosen, min(chosen[0].amount, line.charge))
                _add(parts, part, (*line.remarks, *remittance.remarks), catalogue)
    else:
        chosen = _denying(remittance.adjustments, catalogue)
        part = _Part(None, chosen, min(chosen[0].amount, remittance.charge))
        _add(parts, part, remittance.remarks, catalogue)
    found = [
        _denial(remittance, key, several, catalogue, whole=judged.outcome == "denied")
        for key, several in parts.items()
    ]
    return tuple(sorted(found, key=lambda one: -one.amount))


def undecided(remittance: Remittance) -> bool:
    """Whether it is no adjudication at all: a reversal, or an answer without a decision."""
    return plain_status(remittance.status) not in ADJUDICATED or remittance.charge < 0


@dataclass(frozen=True, slots=True)
class _Part:
    line: DeniedLine | None
    adjustments: tuple[Adjustment, ...]
    amount: Decimal


def _denying(adjustments: Iterable[Adjustment], catalogue: Catalogue) -> tuple[Adjustment, ...]:
    """Adjustments of class denial, the largest first and the first among equals."""
    found = [
        one
        for one in adjustments
        if one.amount >= 0 and catalogue.facts(one.carc).carc_class == "denial"
    ]
    return tuple(sorted(found, key=lambda one: -one.amount))


def _line(line: RemittanceLine, place: int) -> DeniedLine:
    control = line.control_number
    plain = control.isascii() and control.isdigit() and 0 < len(control) <= 3
    number = int(control) if plain else place
    return DeniedLine(number or place, line.procedure, line.service_from, control)


def _add(
    parts: dict[tuple[str, str, tuple[str, ...]], list[_Part]],
    part: _Part,
    codes: Iterable[str],
    catalogue: Catalogue,
) -> None:
    first = part.adjustments[0]
    said = tuple(one.code for one in remarks(codes))
    key = (first.group.strip().upper(), catalogue.facts(first.carc).code, said)
    parts.setdefault(key, []).append(part)


def _denial(
    remittance: Remittance,
    key: tuple[str, str, tuple[str, ...]],
    parts: list[_Part],
    catalogue: Catalogue,
    *,
    whole: bool,
) -> Denial:
    group, carc, codes = key
    others = {
        one.carc: catalogue.facts(one.carc)
        for part in parts
        for one in part.adjustments[1:]
        if catalogue.facts(one.carc).code != carc
    }
    stated = [day for day in (remittance.produced_on, remittance.payment_date) if day is not None]
    known = known_on(remittance)
    return Denial(
        remittance=remittance,
        group=group,
        facts=catalogue.facts(carc),
        remarks=remarks(codes),
        lines=tuple(part.line for part in parts if part.line is not None),
        amount=sum((part.amount for part in parts), _ZERO),
        whole=whole,
        others=tuple(others.values()),
        known_on=known,
        decided_on=min(stated) if stated else known,
    )
