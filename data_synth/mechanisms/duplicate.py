"""A claim that the payer already has under another id."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from claims.categories import Action, Category
from data_synth.facts import Facts
from data_synth.mechanisms.base import F64, I64, Speech
from data_synth.rules import Rules


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Copies are caught nearly always; a copy of a claim that never arrived is not one."""

    name: str = "duplicate"
    category: Category = "duplicate"
    per_line: bool = False
    secondary: float = 1.0
    mends: frozenset[Action] = frozenset({"check_claim_status"})
    speeches: tuple[Speech, ...] = (Speech("OA", "18", "N522"), Speech("CO", "18", "M86"))

    def chance(self, facts: Facts, rules: Rules) -> F64:
        """Some copies slip through and are paid twice."""
        return np.where(facts.claims.copied, 0.98, 0.0)

    def speech(self, facts: Facts, rules: Rules, luck: F64) -> I64:
        """OA as the code's own rule has it, or CO by habit."""
        return np.where(facts.claims.payer % 4 == 0, 1, 0)

    def mend(self, facts: Facts, rules: Rules, action: Action) -> Facts:
        """Asked for its status, the payer has the first claim: the copy is not sent."""
        return facts.with_claims(copied=np.zeros(len(facts), dtype=np.bool_))
