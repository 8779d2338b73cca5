"""Payments: the answers of one payer, one day and one payee, with what was carried forward."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from claims.types import Payment, ProviderAdjustment
from data_synth.chance import I64
from data_synth.config import date_of
from data_synth.payers import PAYERS
from data_synth.world import World
from data_synth.writing.cents import dollars
from data_synth.writing.remits_835 import CORRECTION, CROSSED, REVERSAL, Answers


@dataclass(frozen=True, slots=True)
class Batch:
    """One payment and the entries of ``Answers`` that it holds, in the order of their claim ids."""

    payment: Payment
    entries: tuple[int, ...]


def paid_of(world: World, found: Answers) -> I64:
    """Cents paid by each answer; negative for what is taken back."""
    history = world.history
    claim = history.facts.lines.claim
    open_line = history.verdict.line_speech < 0

    def total(amounts: I64) -> I64:
        return np.bincount(claim, weights=amounts, minlength=len(history.facts)).astype(np.int64)

    first = total(np.where(open_line, found.money.paid, 0))[found.row]
    anew = total(np.where(open_line, found.new_money.paid, 0))[found.row]
    second = total(found.second_money.paid)[found.row]
    return np.select(
        [found.kind == REVERSAL, found.kind == CORRECTION, found.kind == CROSSED],
        [-first, anew, second],
        first,
    )


def payments(world: World, found: Answers) -> dict[tuple[int, int], list[Batch]]:
    """All payments by (payer, day of payment), in order of time.

    A payment cannot be negative: what reversals take beyond it is carried forward (``FB``) and kept
    back from the payer's next payments to the same payee.
    """
    institutional = world.history.facts.claims.form[found.row]
    paid = paid_of(world, found)
    order = np.lexsort(
        (
            world.history.identity[found.row] * 7919 % 1_000_003,
            institutional,
            found.payer,
            found.paid_on,
        )
    )
    groups: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    for entry in order.tolist():
        groups[
            int(found.paid_on[entry]), int(found.payer[entry]), int(institutional[entry])
        ].append(entry)
    owed: dict[tuple[int, int], int] = defaultdict(int)
    out: dict[tuple[int, int], list[Batch]] = defaultdict(list)
    for (day, payer, form), entries in groups.items():
        practice = world.practice
        npi = practice.hospital_npi if form else practice.group_npi
        balance = int(paid[entries].sum()) - owed[payer, form]
        carried = max(0, -balance)
        moved = owed[payer, form] - carried
        owed[payer, form] = carried
        date = date_of(day)
        parts: tuple[ProviderAdjustment, ...] = ()
        if moved:
            ends = date.replace(month=12, day=31)
            parts = (
                ProviderAdjustment(
                    npi=npi, fiscal_period_end=ends, reason="FB", amount=dollars(moved)
                ),
            )
        amount = max(0, balance)
        payment = Payment(
            payer_id=PAYERS[payer].payer_id,
            payer_name=PAYERS[payer].name,
            payee_npi=npi,
            amount=dollars(amount),
            method="ACH" if amount else "NON",
            payment_date=date,
            trace=f"{'E' if amount else 'N'}{day:05d}{PAYERS[payer].payer_id}{form}",
            provider_adjustments=parts,
        )
        out[payer, day].append(Batch(payment, tuple(entries)))
    return out
