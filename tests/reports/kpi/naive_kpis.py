"""What ``naive.Practice`` makes of each KPI: numerator and denominator, counts and dollars."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from naive import SOFT, UNPREVENTABLE, Answer, Practice, Sent

from claims.types import ServiceLine


def lines_answered(sent: Sent) -> list[tuple[ServiceLine, bool, str]]:
    """Each line of a claim that its answer says something of: denied, and for what category."""
    answer = sent.answer
    assert answer
    if answer.remit.lines:
        return [
            (line, answer.line_denied[place], answer.line_category[place])
            for line, place in _matched(sent.claim.lines, answer.remit.lines)
        ]
    whole = answer.outcome == "denied"
    return [
        (line, whole and line.charge > 0, answer.category if whole and line.charge > 0 else "")
        for line in sent.claim.lines
    ]


def _number(other: Any) -> int:
    text = other.control_number
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else 0


def _revenue(other: Any) -> str:
    by_revenue = other.procedure_qualifier == "NU"
    return str(other.revenue_code or (other.procedure if by_revenue else ""))


def _procedure(other: Any) -> str:
    return "" if other.procedure_qualifier == "NU" else str(other.procedure)


SAME: tuple[Callable[[Any, Any], bool], ...] = (
    lambda line, other: _number(other) > 0 and _number(other) == line.number,
    lambda line, other: (
        (line.procedure, line.modifiers, line.revenue_code, line.charge)
        == (_procedure(other), other.modifiers, _revenue(other), other.charge)
    ),
    lambda line, other: (line.procedure, line.charge) == (_procedure(other), other.charge),
    lambda line, other: (line.charge, line.revenue_code) == (other.charge, _revenue(other)),
)


def _matched(asked: Any, answered: Any) -> list[tuple[ServiceLine, int]]:
    """Each line with the place of what answers it: the surest likeness first, then by place."""
    free = dict(enumerate(answered))
    waiting = list(enumerate(asked))
    found: list[tuple[ServiceLine, int]] = []
    for same in SAME:
        for own, line in list(waiting):
            place = next((place for place, other in free.items() if same(line, other)), None)
            if place is not None:
                found.append((line, place))
                waiting.remove((own, line))
                del free[place]
    if len(asked) == len(answered):
        found += [(line, own) for own, line in waiting if own in free]
    return found


def sent_again(practice: Practice, denial: Sent) -> list[Sent]:
    """What was sent again after the denial: by id, by the payer's number, by the service."""
    answer = denial.answer
    assert answer
    assert answer.known
    number = answer.remit.payer_claim_number
    services = {
        (denial.claim.subscriber.member_id, denial.claim.payer.payer_id, line.procedure,
         line.service_from)
        for line, denied, _ in lines_answered(denial)
        if denied and line.procedure and line.service_from and denial.claim.subscriber.member_id
    }  # fmt: skip
    found = []
    for other in practice.sent:
        if other is denial or other.claim.frequency == "8" or other.day < answer.known:
            continue
        claim = other.claim
        same_id = bool(claim.claim_id) and claim.claim_id == denial.claim.claim_id
        named = other.again and bool(number) and claim.original_reference == number
        served = any(
            (claim.subscriber.member_id, claim.payer.payer_id, line.procedure, line.service_from)
            in services
            for line in claim.lines
        )
        if same_id or named or served:
            found.append(other)
    return found


def later_answers(practice: Practice, denial: Sent, again: list[Sent]) -> list[Answer]:
    own = denial.answer
    assert own
    assert own.known
    found = {one.answer.row: one.answer for one in again if one.answer}
    for answer in practice.said.get(denial.claim.claim_id, []):
        payers = {answer.remit.payer_id, own.remit.payer_id} - {""}
        assert answer.known
        if answer.known > own.known and len(payers) <= 1:
            found[answer.row] = answer
    return sorted(found.values(), key=lambda one: (one.known, one.row))


def naive(practice: Practice, rework: Decimal) -> dict[str, tuple[Decimal, Decimal]]:
    """Numerator and denominator of each KPI over the whole time."""
    top: dict[str, Decimal] = defaultdict(Decimal)
    base: dict[str, Decimal] = defaultdict(Decimal)

    def count(name: str, numerator: object, denominator: object = 1) -> None:
        top[name] += Decimal(str(numerator)) if numerator is not True else 1
        base[name] += Decimal(str(denominator))

    for answer in practice.answers:
        if answer.decides and answer.known:
            count("remittance_denial_rate", int(answer.outcome != "paid"))
    for sent in practice.sent:
        if not sent.example or not sent.answer:
            continue
        answer = sent.answer
        denied = answer.outcome != "paid"
        later = [one for one in practice.by_id[sent.claim.claim_id]
                 if one.day > sent.day and one.day >= (answer.known or one.day)]  # fmt: skip
        count("denial_rate", int(denied))
        count("zero_pay_denial_rate", int(answer.outcome == "denied"))
        count("denial_rate_dollars", answer.denied, answer.remit.charge)
        count("clean_claim_rate", int(not denied or answer.category not in SOFT))
        count("first_pass_resolution_rate", int(not denied and not later))
        for line, line_denied, _ in lines_answered(sent):
            if line.charge > 0:
                count("denial_rate_lines", int(line_denied))
        if denied:
            again = sent_again(practice, sent)
            paying = [one for one in later_answers(practice, sent, again)
                      if one.outcome == "paid" and one.remit.paid > 0]  # fmt: skip
            more = max(paying[0].remit.paid - answer.remit.paid, Decimal(0)) if paying else 0
            count("denial_recovery_rate", int(bool(paying)))
            count("dollars_recovered", more)
            count("preventable_share", int(answer.category not in UNPREVENTABLE))
            if again:
                count("cost_to_rework", rework)
    return {name: (top[name], base[name]) for name in base}


def naive_days_in_ar(practice: Practice, until: dt.date) -> tuple[Decimal, Decimal]:
    firsts = [
        one
        for one in practice.sent
        if one.first and one.claim.frequency in ("1", "") and one.day > dt.date.min
    ]
    begin = max(until - dt.timedelta(days=89), min(one.day for one in firsts))
    waiting = lately = Decimal(0)
    for one in firsts:
        if one.day > until:
            continue
        if one.answer is None or one.answer.known is None or one.answer.known > until:
            waiting += one.claim.charge
        if one.day >= begin:
            lately += one.claim.charge
    return waiting, lately / ((until - begin).days + 1)


def naive_by_payer(practice: Practice) -> dict[str, tuple[int, int]]:
    top: Counter[str] = Counter()
    base: Counter[str] = Counter()
    for sent in practice.sent:
        if sent.example and sent.answer:
            payer = sent.claim.payer.payer_id.upper() or "not stated"
            base[payer] += 1
            top[payer] += sent.answer.outcome != "paid"
    return {payer: (top[payer], base[payer]) for payer in base}


def naive_reasons(practice: Practice) -> dict[tuple[str, str, str], int]:
    found: Counter[tuple[str, str, str]] = Counter()
    for sent in practice.sent:
        if sent.example and sent.answer and sent.answer.outcome != "paid":
            payer = sent.claim.payer.payer_id.upper() or "not stated"
            found[payer, sent.answer.category, sent.answer.carc] += 1
    return dict(found)


def naive_by_procedure(practice: Practice) -> dict[str, tuple[int, int]]:
    top: Counter[str] = Counter()
    base: Counter[str] = Counter()
    for sent in practice.sent:
        if sent.example:
            for line, denied, _ in lines_answered(sent):
                if line.charge > 0 and line.procedure:
                    base[line.procedure] += 1
                    top[line.procedure] += denied
    return {code: (top[code], base[code]) for code in base}
