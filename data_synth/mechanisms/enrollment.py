"""A provider whom the payer does not have on its books on the day of service."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from claims.categories import Action, Category
from data_synth.facts import ENROLLED, ENROLLMENT_LAPSED, NOT_EFFECTIVE, Facts
from data_synth.mechanisms.base import F64, I64, Speech
from data_synth.rules import Rules


@dataclass(frozen=True, slots=True)
class Enrollment:
    """Before the effective date, or while a revalidation was missed."""

    name: str = "provider_enrollment"
    category: Category = "provider_enrollment"
    per_line: bool = False
    secondary: float = 0.5
    mends: frozenset[Action] = frozenset({"confirm_enrollment"})
    speeches: tuple[Speech, ...] = (
        Speech("CO", "B7", "N570"),
        Speech("CO", "185"),
        Speech("CO", "208"),
    )

    def chance(self, facts: Facts, rules: Rules) -> F64:
        """Some effective dates are set back in time, so some early claims are paid."""
        state = facts.claims.enrollment
        severity = rules.severity[facts.claims.payer]
        chance: F64 = severity * np.select(
            [state == NOT_EFFECTIVE, state == ENROLLMENT_LAPSED], [0.88, 0.92], 0.0
        )
        return chance

    def speech(self, facts: Facts, rules: Rules, luck: F64) -> I64:
        """B7 for most; each payer has a second word of its own."""
        return np.where(luck < 0.65, 0, 1 + facts.claims.payer % 2)

    def mend(self, facts: Facts, rules: Rules, action: Action) -> Facts:
        """Held until the payer has confirmed the provider."""
        return facts.with_claims(enrollment=np.full(len(facts), ENROLLED))
