"""Visits or tests beyond what the benefit allows in a year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from claims.categories import Action, Category
from data_synth.facts import Facts
from data_synth.mechanisms.base import F64, I64, Speech, day_of_lines, payer_of_lines
from data_synth.payers import PAYERS
from data_synth.preparation.coding import limited_kind
from data_synth.rules import Rules

_PUBLIC = np.array([row.type in {"medicare", "medicaid", "managed_medicaid"} for row in PAYERS])


@dataclass(frozen=True, slots=True)
class BenefitLimit:
    """Counts the member's earlier visits of the kind with this payer in the calendar year."""

    name: str = "benefit_limit"
    category: Category = "benefit_limit"
    per_line: bool = True
    secondary: float = 0.2
    mends: frozenset[Action] = frozenset({"confirm_benefit_limit"})
    speeches: tuple[Speech, ...] = (
        Speech("PR", "119", "N362"),
        Speech("CO", "151", "N115"),
        Speech("CO", "273"),
    )

    def chance(self, facts: Facts, rules: Rules) -> F64:
        """Sure-footed past the limit; members have used some of it elsewhere, so near it too."""
        payer = payer_of_lines(facts)
        kind = limited_kind(facts.lines.procedure)
        limit = rules.limit[payer, np.maximum(kind, 0)]
        on = (
            (kind >= 0)
            & (limit > 0)
            & (day_of_lines(facts) >= rules.limit_from[payer, np.maximum(kind, 0)])
        )
        left = limit - facts.lines.used
        chance = np.select(
            [left <= -2, left <= 0, (left == 1) & (limit > 6)], [0.98, 0.92, 0.15], 0.0
        )
        chance = np.where((limit <= 2) & (left > 0), 0.012, chance)
        return np.where(on, chance, 0.0) * rules.severity[payer]

    def speech(self, facts: Facts, rules: Rules, luck: F64) -> I64:
        """Public payers question the frequency, private ones name the maximum."""
        return np.where(_PUBLIC[payer_of_lines(facts)], np.where(luck < 0.6, 1, 2), 0)

    def mend(self, facts: Facts, rules: Rules, action: Action) -> Facts:
        """Asked beforehand, the payer agrees to an exception, or the visit is not sent."""
        return facts.with_lines(used=np.full(len(facts.lines.claim), -1000))
