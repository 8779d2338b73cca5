"""A claim filed after the payer's limit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from claims.categories import Action, Category
from data_synth.facts import Facts
from data_synth.mechanisms.base import F64, I64, Speech
from data_synth.rules import Rules


def limit_of(facts: Facts, rules: Rules) -> I64:
    """Days from service within which the payer takes the claim."""
    claims = facts.claims
    after = claims.service >= rules.filing_change[claims.payer]
    limit: I64 = np.where(after, rules.filing[claims.payer, 1], rules.filing[claims.payer, 0])
    return limit


@dataclass(frozen=True, slots=True)
class TimelyFiling:
    """Nearly sure past the limit, unless a delay reason with proof is on the claim."""

    name: str = "timely_filing"
    category: Category = "timely_filing"
    per_line: bool = False
    secondary: float = 0.0
    mends: frozenset[Action] = frozenset({"submit_now", "prove_timely_filing"})
    speeches: tuple[Speech, ...] = (Speech("CO", "29", "N211"), Speech("CO", "29"))

    def chance(self, facts: Facts, rules: Rules) -> F64:
        """The day of receipt counts, a day or so after sending: the last days are a gamble."""
        claims = facts.claims
        over = claims.submitted - claims.service - limit_of(facts, rules)
        chance = np.select([over > 1, over >= 0, over >= -2], [0.97, 0.7, 0.2], 0.0)
        return chance * np.where(claims.delay_reason, 0.12, 1.0)

    def speech(self, facts: Facts, rules: Rules, luck: F64) -> I64:
        """With or without the remark on appeal rights."""
        return np.where(luck < 0.5, 0, 1)

    def mend(self, facts: Facts, rules: Rules, action: Action) -> Facts:
        """Sent on the day it was ready; or the delay reason stated, where there is proof."""
        claims = facts.claims
        if action == "submit_now":
            return facts.with_claims(submitted=np.minimum(claims.submitted, claims.ready))
        return facts.with_claims(delay_reason=claims.delay_reason | claims.proof)
