"""What a payer pays for a line, and to whom it leaves the rest. All amounts in cents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from data_synth.chance import F64, I64, luck
from data_synth.codes.procedures import FEES
from data_synth.facts import Facts
from data_synth.payers import PAYERS

_PAYS: Final = np.array([row.pays for row in PAYERS])
_TYPE: Final = np.array([row.type for row in PAYERS])
_PUBLIC_AID: Final = np.isin(_TYPE, ["medicaid", "managed_medicaid"])
_MEDICARE: Final = np.isin(_TYPE, ["medicare", "medicare_advantage"])


@dataclass(frozen=True, slots=True)
class Money:
    """One entry a line; they add up to its charge.

    ``contractual`` CO-45, ``deductible`` PR-1, ``coinsurance`` PR-2, ``copay`` PR-3,
    ``sequestered`` CO-253, ``earlier`` OA-23 (what an earlier payer settled).
    """

    paid: I64
    contractual: I64
    deductible: I64
    coinsurance: I64
    copay: I64
    sequestered: I64
    earlier: I64

    @property
    def patient(self) -> I64:
        """The patient's share."""
        return self.deductible + self.coinsurance + self.copay


def allowed(facts: Facts, factor: F64) -> I64:
    """What the payer's contract grants for each line; ``factor`` (a claim each) is 1 by default."""
    lines, claim = facts.lines, facts.lines.claim
    fee = FEES[np.maximum(lines.procedure, 0)] * 100 * _PAYS[facts.claims.payer[claim]]
    # A line without a procedure is paid as a share of its charge.
    each = np.where(lines.procedure >= 0, fee * lines.units, lines.charge * 0.42)
    hospital = np.where((facts.claims.form == 1)[claim] & (lines.procedure >= 0), 1.9, 1.0)
    return np.minimum(lines.charge, np.round(each * hospital * factor[claim]).astype(np.int64))


def settle(facts: Facts, seed: int, factor: F64, earlier: Money | None = None) -> Money:
    """Pay every line as if none were denied. ``earlier``: what the payer before settled."""
    lines, claim, claims = facts.lines, facts.lines.claim, facts.claims
    payer = claims.payer
    granted = allowed(facts, factor)
    nothing = np.zeros_like(granted)
    if earlier is not None:
        # The second payer takes over the patient's share; one in ten leaves a copay.
        leaves = (luck(seed, claims.number, "second share") < 0.1)[claim]
        copay = np.where(leaves, np.minimum(earlier.patient, 1500), 0)
        paid = earlier.patient - copay
        return Money(
            paid, nothing, nothing, nothing, copay, nothing, lines.charge - earlier.patient
        )
    month = claims.service.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
    u = luck(seed, claims.number, "deductible")
    open_share = np.select(
        [_PUBLIC_AID[payer], _MEDICARE[payer]],
        [0.0, np.where(month < 2, 0.28, 0.02)],
        np.where(month < 3, 0.42, 0.13),
    )
    first_dollar = (u < open_share)[claim]
    deductible = np.where(first_dollar, granted, 0)
    rest = granted - deductible
    medicare = (payer == 0)[claim]
    coinsurance = np.where(medicare, np.round(rest * 0.2).astype(np.int64), 0)
    copay_amount = np.where(_PUBLIC_AID[payer], 0, 1000 + 500 * (claims.plan % 4 + (payer % 3)))[
        claim
    ]
    copay = np.where(
        (lines.slot == 0) & ~medicare & (rest > 4000), np.minimum(copay_amount, rest), 0
    )
    payable = rest - coinsurance - copay
    sequestered = np.where(medicare, np.round(payable * 0.02).astype(np.int64), 0)
    paid = payable - sequestered
    return Money(paid, lines.charge - granted, deductible, coinsurance, copay, sequestered, nothing)
