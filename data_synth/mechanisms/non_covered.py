"""Services that the member's plan leaves out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from claims.categories import Action, Category
from data_synth.facts import Facts
from data_synth.mechanisms.base import (
    F64,
    I64,
    Speech,
    coded,
    day_of_lines,
    payer_of_lines,
    procedure_of,
)
from data_synth.payers import PAYERS
from data_synth.rules import PLANS, Rules

_PUBLIC = np.array([row.type in {"medicare", "medicaid", "managed_medicaid"} for row in PAYERS])
_COVERED_PLAN = PLANS


@dataclass(frozen=True, slots=True)
class NonCovered:
    """By payer, procedure and the member's plan, which no claim states."""

    name: str = "non_covered"
    category: Category = "non_covered"
    per_line: bool = True
    secondary: float = 0.3
    mends: frozenset[Action] = frozenset({"confirm_coverage"})
    speeches: tuple[Speech, ...] = (
        Speech("PR", "204", "N130"),
        Speech("CO", "96", "N425"),
        Speech("CO", "256"),
    )

    def chance(self, facts: Facts, rules: Rules) -> F64:
        """A plan that leaves it out denies it nine times in ten."""
        payer, procedure = payer_of_lines(facts), procedure_of(facts)
        plan = facts.claims.plan[facts.lines.claim]
        out = rules.excluded_plan[payer, procedure, np.minimum(plan, PLANS - 1)] & (
            plan < _COVERED_PLAN
        )
        out &= (day_of_lines(facts) >= rules.excluded_from[payer, procedure]) & coded(facts)
        return np.where(out, 0.98, 0.0) * rules.severity[payer]

    def speech(self, facts: Facts, rules: Rules, luck: F64) -> I64:
        """The patient's share with private plans, the provider's with public ones."""
        return np.where(
            _PUBLIC[payer_of_lines(facts)], np.where(luck < 0.85, 1, 2), np.where(luck < 0.8, 0, 1)
        )

    def mend(self, facts: Facts, rules: Rules, action: Action) -> Facts:
        """What the plan leaves out is agreed with the patient and not sent to the payer."""
        return facts.with_claims(plan=np.full(len(facts), _COVERED_PLAN))
