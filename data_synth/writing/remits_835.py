"""Remittances: every answer that reached the practice, on the day it was paid."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from claims.types import Adjustment, Remittance, RemittanceLine
from data_synth.adjudication import DENIED, SPEECHES
from data_synth.chance import F64, I64, luck
from data_synth.clock import pay_day
from data_synth.codes import procedures
from data_synth.codes.visits import TEMPLATES
from data_synth.config import NEVER, date_of
from data_synth.facts import MODIFIERS, Facts
from data_synth.money import Money, settle
from data_synth.names import claim_id, payer_claim_number
from data_synth.payers import PAYERS
from data_synth.world import World
from data_synth.writing.cents import dollars

# Payers (places in PAYERS) that answer a claim denied for one reason at the level of the claim.
_DENIES_WHOLE: Final = frozenset({3, 8})
FIRST, REVERSAL, CORRECTION, CROSSED = range(4)
_PARTS: Final = (
    ("CO", "45", "contractual"),
    ("CO", "253", "sequestered"),
    ("PR", "1", "deductible"),
    ("PR", "2", "coinsurance"),
    ("PR", "3", "copay"),
    ("OA", "23", "earlier"),
)


@dataclass(frozen=True, slots=True)
class Answers:
    """What was answered: one entry a remittance, in no order.

    ``row``: row of the history; ``kind``: FIRST, REVERSAL, CORRECTION or CROSSED; ``payer``: who
    answers; ``paid_on``: day of its payment. ``money`` settles every line of the history (with
    denied lines still in it), ``new_money`` after a correction, ``second_money`` by the payer that
    the claim was crossed over to.
    """

    row: I64
    kind: I64
    payer: I64
    paid_on: I64
    money: Money
    new_money: Money
    second_money: Money


def _gather(money: Money, lines: I64) -> Money:
    names = ("paid", "contractual", "deductible", "coinsurance", "copay", "sequestered", "earlier")
    return Money(*(getattr(money, name)[lines] for name in names))


def _earlier_lines(facts: Facts, origin: I64, second: I64) -> I64:
    """For the lines of secondary claims: the lines of the claims that went to the payer before."""
    starts = facts.first_lines()
    claim = facts.lines.claim
    there = starts[np.maximum(origin, 0)][claim] + facts.lines.slot
    return np.where(second[claim] > 0, there, np.arange(len(claim)))


def settle_all(world: World) -> tuple[Money, Money, Money]:
    """Money of every line: as first answered, as corrected, as settled by a second payer."""
    history, seed = world.history, world.config.seed
    facts = history.facts
    ones: F64 = np.ones(len(facts))
    first = settle(facts, seed, ones)
    back = _earlier_lines(facts, history.origin, facts.claims.secondary)
    as_second = settle(facts, seed, ones, _gather(first, back))
    mask = facts.claims.secondary[facts.lines.claim] > 0
    names = ("paid", "contractual", "deductible", "coinsurance", "copay", "sequestered", "earlier")
    money = Money(
        *(np.where(mask, getattr(as_second, name), getattr(first, name)) for name in names)
    )
    corrected = settle(facts, seed, history.factor)
    corrected = Money(
        *(np.where(mask, getattr(money, name), getattr(corrected, name)) for name in names)
    )
    return money, corrected, settle(facts, seed, ones, first)


def answers(world: World) -> Answers:
    """Collect all answers that arrive within the clock."""
    history = world.history
    payer, end = history.facts.claims.payer, world.config.last_day
    first = np.flatnonzero(history.answered <= end)
    back_on = np.where(
        history.reversed_on < NEVER,
        pay_day(payer, np.minimum(history.reversed_on, end + 99)),
        NEVER,
    )
    # What is taken back is what was answered, and later.
    back_on = np.where(history.answered < back_on, back_on, NEVER)
    back = np.flatnonzero(back_on <= end)
    again = back[history.corrected[back]]
    other = history.facts.claims.other_payer
    crossed_on = pay_day(np.maximum(other, 0), np.minimum(history.crossed_on, end + 99))
    crossed = np.flatnonzero(history.crossed & (history.answered <= end) & (crossed_on <= end))
    row = np.concatenate([first, back, again, crossed])
    kind = np.repeat(
        [FIRST, REVERSAL, CORRECTION, CROSSED], [len(first), len(back), len(again), len(crossed)]
    )
    money, corrected, second = settle_all(world)
    return Answers(
        row=row,
        kind=kind,
        payer=np.where(kind == CROSSED, other[row], payer[row]),
        paid_on=np.concatenate(
            [history.answered[first], back_on[back], back_on[again], crossed_on[crossed]]
        ),
        money=money,
        new_money=corrected,
        second_money=second,
    )


class RemittanceWriter:
    """Makes ``Remittance`` values for a world's answers."""

    def __init__(self, world: World, found: Answers) -> None:
        self._world = world
        self._found = found
        self._starts = np.searchsorted(
            world.history.facts.lines.claim, np.arange(len(world.history.facts) + 1)
        )
        # Whether a payer writes 4 for a wholly denied claim is its habit, not a fact of the claim.
        self._says_4 = luck(world.config.policies, np.arange(len(PAYERS)), "status 4")

    def remittance(self, entry: int) -> Remittance:
        """One answer."""
        found, history = self._found, self._world.history
        row, kind, payer = int(found.row[entry]), int(found.kind[entry]), int(found.payer[entry])
        facts = history.facts.claims
        whole = int(history.verdict.outcome[row]) == DENIED
        money = (
            found.new_money
            if kind == CORRECTION
            else found.second_money
            if kind == CROSSED
            else found.money
        )
        lines = self._lines(row, money, kind != CROSSED)
        paid = sum((line.paid for line in lines), dollars(0))
        share = sum(
            (part.amount for line in lines for part in line.adjustments if part.group == "PR"),
            dollars(0),
        )
        institutional = bool(facts.form[row])
        template = TEMPLATES[facts.template[row]]
        service = date_of(int(facts.service[row]))
        whole_claim = self._whole_claim(payer, lines) if whole and kind == FIRST else None
        answer = Remittance(
            claim_id=claim_id(self._world.config.seed, int(history.identity[row])),
            status=self._status(row, kind, whole, payer),
            charge=sum((line.charge for line in lines), dollars(0)),
            paid=paid,
            patient_responsibility=share,
            filing_code=PAYERS[payer].answer_code if not (institutional and payer == 0) else "MA",
            payer_claim_number=payer_claim_number(payer, row),
            facility_code=template.places[facts.place[row]][0],
            frequency=str(int(history.frequency[row])),
            payer_id=PAYERS[payer].payer_id,
            payer_name=PAYERS[payer].name,
            payee_npi=self.payee(row),
            rendering_npi=""
            if institutional
            else self._world.practice.provider_npi[facts.provider[row]],
            crossover_payer_id=PAYERS[facts.other_payer[row]].payer_id
            if history.crossed[row] and kind == FIRST
            else "",
            service_from=service,
            service_to=max((line.service_to or service for line in lines), default=service),
            payer_received_on=date_of(
                min(int(facts.submitted[row]) + 1, int(found.paid_on[entry]))
            ),
            adjustments=whole_claim[0] if whole_claim else (),
            remarks=whole_claim[1] if whole_claim else (),
            lines=() if whole_claim else lines,
        )
        return _negated(answer) if kind == REVERSAL else answer

    @staticmethod
    def _whole_claim(
        payer: int, lines: tuple[RemittanceLine, ...]
    ) -> tuple[tuple[Adjustment, ...], tuple[str, ...]] | None:
        """What denies the claim as a whole, for payers that then answer for no single line."""
        said = {(part.group, part.carc) for line in lines for part in line.adjustments}
        if payer not in _DENIES_WHOLE or len(said) != 1:
            return None
        ((group, carc),) = said
        total = sum((line.charge for line in lines), dollars(0))
        return (Adjustment(group=group, carc=carc, amount=total),), lines[0].remarks

    def payee(self, row: int) -> str:
        """NPI of who billed it."""
        practice = self._world.practice
        return (
            practice.hospital_npi
            if self._world.history.facts.claims.form[row]
            else practice.group_npi
        )

    def _status(self, row: int, kind: int, whole: bool, payer: int) -> str:
        facts = self._world.history.facts.claims
        if kind == REVERSAL:
            return "22"
        if kind == CROSSED:
            return "2"
        if whole and self._says_4[payer] < 0.45:
            return "4"
        if self._world.history.crossed[row] and kind == FIRST:
            return "19"
        return "2" if facts.secondary[row] else "1"

    def _lines(self, row: int, money: Money, judged: bool) -> tuple[RemittanceLine, ...]:
        history = self._world.history
        lines, verdict = history.facts.lines, history.verdict
        facts = history.facts.claims
        service = date_of(int(facts.service[row]))
        institutional = bool(facts.form[row])
        out = []
        for place in range(int(self._starts[row]), int(self._starts[row + 1])):
            charge = int(lines.charge[place])
            words = int(verdict.line_speech[place]) if judged else -1
            if words >= 0:
                speech = SPEECHES[words]
                parts: tuple[Adjustment, ...] = (
                    Adjustment(group=speech.group, carc=speech.carc, amount=dollars(charge)),
                )
                paid, remarks = 0, (speech.rarc,) if speech.rarc else ()
            else:
                parts = tuple(
                    Adjustment(
                        group=group, carc=carc, amount=dollars(int(getattr(money, name)[place]))
                    )
                    for group, carc, name in _PARTS
                    if getattr(money, name)[place] > 0
                )
                paid, remarks = int(money.paid[place]), ()
            procedure, revenue = int(lines.procedure[place]), int(lines.revenue[place])
            bits = int(lines.modifiers[place])
            only_revenue = procedure < 0
            out.append(
                RemittanceLine(
                    procedure=f"{revenue:04d}" if only_revenue else procedures.CODES[procedure],
                    procedure_qualifier="NU" if only_revenue else "HC",
                    modifiers=tuple(name for bit, name in MODIFIERS if bits & bit),
                    charge=dollars(charge),
                    paid=dollars(paid),
                    revenue_code=f"{revenue:04d}" if institutional and not only_revenue else "",
                    units=dollars(int(lines.units[place]) * 100).to_integral_value(),
                    service_from=service,
                    control_number=str(int(lines.slot[place]) + 1),
                    adjustments=parts,
                    remarks=remarks,
                )
            )
        return tuple(out)


def _negated(answer: Remittance) -> Remittance:
    """The same answer taken back: every amount with its sign turned."""
    lines = tuple(
        replace(
            line,
            charge=-line.charge,
            paid=-line.paid,
            adjustments=tuple(replace(part, amount=-part.amount) for part in line.adjustments),
            remarks=(),
        )
        for line in answer.lines
    )
    return replace(
        answer,
        charge=-answer.charge,
        paid=-answer.paid,
        patient_responsibility=dollars(0),
        lines=lines,
    )
