"""A specialist's claim to a payer that wants the primary-care provider's referral."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from claims.categories import Action, Category
from data_synth.facts import Facts
from data_synth.mechanisms.base import F64, I64, Speech, by_luck
from data_synth.rules import Rules


@dataclass(frozen=True, slots=True)
class Referral:
    """Denied without a referral number, more often than not."""

    name: str = "referral"
    category: Category = "authorization"
    per_line: bool = False
    secondary: float = 0.0
    mends: frozenset[Action] = frozenset({"obtain_referral"})
    speeches: tuple[Speech, ...] = (Speech("CO", "288"), Speech("CO", "243"))

    def chance(self, facts: Facts, rules: Rules) -> F64:
        """With a referral number 2 % are still denied: it had been used up."""
        claims = facts.claims
        wanted = claims.service >= rules.referral_from[claims.payer, claims.specialty]
        severity = rules.severity[claims.payer]
        return np.where(claims.referral, 0.02, 0.96) * severity * wanted

    def speech(self, facts: Facts, rules: Rules, luck: F64) -> I64:
        """Two codes are in use for it."""
        return by_luck(luck, 0.7)

    def mend(self, facts: Facts, rules: Rules, action: Action) -> Facts:
        """A referral is on the claim."""
        return facts.with_claims(referral=np.ones(len(facts), dtype=np.bool_))
