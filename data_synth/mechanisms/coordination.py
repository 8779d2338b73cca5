"""Somebody else should have paid first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from claims.categories import Action, Category
from data_synth.facts import (
    ACCIDENT_CARRIER,
    AUTO_ACCIDENT,
    COB_FINE,
    EARLIER_ANSWER_WRONG,
    OTHER_IS_PRIMARY,
    Facts,
)
from data_synth.mechanisms.base import F64, I64, Speech
from data_synth.rules import Rules


@dataclass(frozen=True, slots=True)
class Coordination:
    """Another plan is primary, an accident's carrier is liable, or the earlier answer is wrong."""

    name: str = "coordination_of_benefits"
    category: Category = "coordination_of_benefits"
    per_line: bool = False
    secondary: float = 1.0
    mends: frozenset[Action] = frozenset({"update_coordination_of_benefits"})
    speeches: tuple[Speech, ...] = (
        Speech("CO", "22", "N598"),
        Speech("OA", "22", "N4"),
        Speech("PR", "21"),
        Speech("CO", "19"),
        Speech("CO", "129", "N48"),
    )

    def chance(self, facts: Facts, rules: Rules) -> F64:
        """What the payer knows of another plan it holds against the claim."""
        knows = rules.knows_other[facts.claims.payer]
        state = facts.claims.cob
        return np.select(
            [state == OTHER_IS_PRIMARY, state == ACCIDENT_CARRIER, state == EARLIER_ANSWER_WRONG],
            [knows, 0.85, 0.8],
            0.0,
        )

    def speech(self, facts: Facts, rules: Rules, luck: F64) -> I64:
        """By flaw."""
        accident = np.where(facts.claims.accident == AUTO_ACCIDENT, 2, 3)
        return np.select(
            [facts.claims.cob == ACCIDENT_CARRIER, facts.claims.cob == EARLIER_ANSWER_WRONG],
            [accident, 4],
            np.where(luck < 0.75, 0, 1),
        )

    def mend(self, facts: Facts, rules: Rules, action: Action) -> Facts:
        """The right payer is billed first, with the earlier answer as it was."""
        return facts.with_claims(cob=np.full(len(facts), COB_FINE))
