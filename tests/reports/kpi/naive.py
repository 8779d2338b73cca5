"""The KPIs once more, from the raw files, in plain Python: slow, simple, and nobody else's code.

Only the reader and the classes of CARCs are shared with what it judges.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from claims.carc import load_catalogue
from claims.types import Claim, Remittance
from claims.x12 import read

CATALOGUE = load_catalogue()
BEFORE = dt.date.min
SOFT = {
    "coding", "duplicate", "coordination_of_benefits", "missing_information", "documentation",
    "provider_enrollment", "other",
}  # fmt: skip
UNPREVENTABLE = {"medical_necessity", "non_covered", "benefit_limit", "other"}


@dataclass(eq=False)
class Answer:
    remit: Remittance
    row: int
    known: dt.date | None
    decides: bool = False
    outcome: str = ""
    category: str = ""
    carc: str = ""
    denied: Decimal = Decimal(0)
    line_denied: list[bool] = field(default_factory=list)
    line_category: list[str] = field(default_factory=list)


@dataclass(eq=False)
class Sent:
    claim: Claim
    row: int
    day: dt.date
    again: bool
    answer: Answer | None = None
    example: bool = False
    first: bool = False


def known(remit: Remittance) -> dt.date | None:
    file, produced, paid = remit.file_date, remit.produced_on, remit.payment_date
    if file is None:
        return produced or paid
    stated = [day for day in (produced, paid) if day]
    if stated and (file - max(stated)).days > 45:
        return max(stated)
    return max(file, produced) if produced else file


def _largest(adjustments: Any) -> Any:
    found = None
    for one in adjustments:
        is_denial = CATALOGUE.facts(one.carc).carc_class == "denial"
        if is_denial and one.amount >= 0 and (found is None or one.amount > found.amount):
            found = one
    return found


def _pending(adjustments: Any) -> bool:
    return any(CATALOGUE.facts(one.carc).carc_class == "pending" for one in adjustments)


def judged(remit: Remittance, row: int) -> Answer:
    answer = Answer(remit, row, known(remit))
    lines = remit.lines
    answer.line_denied, answer.line_category = [False] * len(lines), [""] * len(lines)
    status = remit.status.strip().lstrip("0")
    if status not in {"1", "2", "3", "4", "19", "20", "21"} or remit.charge < 0:
        return answer
    whole = _largest(remit.adjustments)
    by_category: dict[str, Decimal] = {}
    by_carc: dict[tuple[str, str], Decimal] = {}
    units = [(place, line.charge, line.paid, line.adjustments) for place, line in enumerate(lines)]
    units = [unit for unit in units if unit[1] > 0]
    if not units:
        units = [(-1, remit.charge, remit.paid, ())]
    count, waiting = 0, False
    for place, charge, paid, adjustments in units:
        if charge <= 0 or paid != 0:
            continue
        reason = _largest(adjustments) or whole
        if reason is None:
            waiting = waiting or _pending(adjustments) or _pending(remit.adjustments)
            continue
        facts = CATALOGUE.facts(reason.carc)
        amount = min(reason.amount, charge)
        by_category[facts.category] = by_category.get(facts.category, Decimal(0)) + amount
        key = (facts.category, facts.code)
        by_carc[key] = by_carc.get(key, Decimal(0)) + amount
        answer.denied += charge
        count += 1
        if place >= 0:
            answer.line_denied[place], answer.line_category[place] = True, facts.category
    if count == 0:
        answer.decides, answer.outcome = not waiting, "" if waiting else "paid"
        return answer
    answer.decides = True
    answer.outcome = "denied" if count == len(units) else "partial"
    answer.category = max(by_category, key=lambda name: by_category[name])
    inside = {carc: amount for (name, carc), amount in by_carc.items() if name == answer.category}
    answer.carc = max(inside, key=lambda name: inside[name])
    return answer


def _behind(sent: Sent, answer: Answer) -> bool:
    """Another payer's answer, in another place of the payer order."""
    payer, other = sent.claim.payer.payer_id.upper(), answer.remit.payer_id.upper()
    places = {"1": "P", "19": "P", "2": "S", "20": "S", "3": "T", "21": "T"}
    place = places.get(answer.remit.status, "")
    position = sent.claim.payer.position
    differ = payer and other and payer != other
    return bool(differ and place and position and place != position)


class Practice:
    """Everything sent and answered, each claim with its first answer."""

    def __init__(self, *folders: Path) -> None:
        files = sorted({f for folder in folders for f in folder.rglob("*") if f.is_file()},
                       key=lambda path: path.as_posix())  # fmt: skip
        self.sent: list[Sent] = []
        self.answers: list[Answer] = []
        for file in files:
            data = file.read_bytes()
            if b"ISA" not in data[:2000]:
                continue
            for value in read(data):
                if isinstance(value, Claim):
                    again = value.frequency in ("7", "8")
                    day = value.submitted_on or BEFORE
                    self.sent.append(Sent(value, len(self.sent), day, again))
                elif isinstance(value, Remittance):
                    self.answers.append(judged(value, len(self.answers)))
        self.by_id: dict[str, list[Sent]] = defaultdict(list)
        for one in self.sent:
            if one.claim.claim_id:
                self.by_id[one.claim.claim_id].append(one)
        said: dict[str, list[Answer]] = defaultdict(list)
        for answer in self.answers:
            if answer.decides and answer.known and answer.remit.claim_id:
                said[answer.remit.claim_id].append(answer)
        self.said = said
        for claim_id, group in self.by_id.items():
            self._match(group, said.get(claim_id, []))

    def _match(self, group: list[Sent], answers: list[Answer]) -> None:
        if len(group) > 20:
            return
        group.sort(key=lambda one: (one.day, one.again, one.row))
        group[0].first = True
        episodes: list[list[Sent]] = []
        for place, one in enumerate(group):
            before = group[place - 1]
            came = any(before.day <= a.known < one.day for a in answers if a.known)
            fresh = one.again and not (before.again and before.day == one.day)
            if place == 0 or came or fresh:
                episodes.append([])
            episodes[-1].append(one)
        found: dict[int, list[Answer]] = defaultdict(list)
        for answer in answers:
            assert answer.known
            earlier = [one for one in group if one.day < answer.known]
            same = [one for one in group if one.day <= answer.known]
            if not same:
                continue
            last = earlier[-1] if earlier else same[-1]
            number = next(n for n, episode in enumerate(episodes) if last in episode)
            found[number].append(answer)
        for number, several in found.items():
            head = episodes[number][0]
            head.answer = min(several, key=lambda a: (_behind(head, a), a.known, a.row))
        head = group[0]
        head.example = (
            head.answer is not None and head.claim.frequency in ("1", "") and head.day != BEFORE
        )
