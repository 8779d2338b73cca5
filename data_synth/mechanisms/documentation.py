"""Records that a payer wants with certain procedures, and now and then with anything."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from claims.categories import Action, Category
from data_synth.facts import Facts
from data_synth.mechanisms.base import (
    F64,
    I64,
    Flags,
    Speech,
    by_luck,
    coded,
    day_of_lines,
    payer_of_lines,
    procedure_of,
)
from data_synth.rules import Rules


def _wanted(facts: Facts, rules: Rules) -> Flags:
    """True for claims with a procedure for which the payer wants the records."""
    begins = rules.documents_from[payer_of_lines(facts), procedure_of(facts)]
    return facts.any_line((day_of_lines(facts) >= begins) & coded(facts))


@dataclass(frozen=True, slots=True)
class Documentation:
    """An attachment mostly answers it; random requests come to anybody."""

    name: str = "documentation"
    category: Category = "documentation"
    per_line: bool = False
    secondary: float = 0.1
    mends: frozenset[Action] = frozenset({"attach_documentation"})
    speeches: tuple[Speech, ...] = (
        Speech("CO", "252", "N706"),
        Speech("CO", "251"),
        Speech("CO", "226", "N517"),
    )

    def chance(self, facts: Facts, rules: Rules) -> F64:
        """Payers ask for the records of two claims in three to which the demand applies."""
        wanted = np.where(facts.claims.attachment, 0.05, 0.68) * rules.severity[facts.claims.payer]
        random = rules.random_request[facts.claims.payer]
        return np.where(
            _wanted(facts, rules), wanted, np.where(facts.claims.attachment, 0.1, 1.0) * random
        )

    def speech(self, facts: Facts, rules: Rules, luck: F64) -> I64:
        """What came was incomplete, or nothing came."""
        return np.where(facts.claims.attachment, 1, np.where(by_luck(luck, 0.8) == 0, 0, 2))

    def mend(self, facts: Facts, rules: Rules, action: Action) -> Facts:
        """The records go with the claim."""
        return facts.with_claims(attachment=np.ones(len(facts), dtype=np.bool_))
