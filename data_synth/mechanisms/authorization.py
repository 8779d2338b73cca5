"""An authorization that the payer demands for a procedure: absent, or one that does not fit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from claims.categories import Action, Category
from data_synth.facts import AUTH_EXPIRED, AUTH_FITS, AUTH_OTHER_SERVICE, NO_AUTH, Facts
from data_synth.mechanisms.base import (
    F64,
    I64,
    Flags,
    Speech,
    coded,
    day_of_lines,
    payer_of_lines,
    procedure_of,
)
from data_synth.rules import Rules


def demanded(facts: Facts, rules: Rules) -> Flags:
    """True for lines whose procedure is on the payer's list on the day of service."""
    payer, procedure, day = payer_of_lines(facts), procedure_of(facts), day_of_lines(facts)
    on = (day >= rules.auth_from[payer, procedure]) & (day < rules.auth_to[payer, procedure])
    return on & coded(facts)


@dataclass(frozen=True, slots=True)
class Authorization:
    """Denied without; sometimes let through; sometimes denied with a number that fits."""

    name: str = "authorization"
    category: Category = "authorization"
    per_line: bool = True
    secondary: float = 0.08
    mends: frozenset[Action] = frozenset({"obtain_authorization", "correct_authorization"})
    speeches: tuple[Speech, ...] = (
        Speech("CO", "197", "M62"),
        Speech("CO", "15", "M62"),
        Speech("CO", "284"),
        Speech("CO", "302"),
        Speech("CO", "198"),
    )

    def chance(self, facts: Facts, rules: Rules) -> F64:
        """By what is on the claim; an emergency visit is let through more often."""
        table = np.zeros(4)
        table[[NO_AUTH, AUTH_FITS, AUTH_OTHER_SERVICE, AUTH_EXPIRED]] = 1.0, 0.02, 0.85, 0.9
        severity = rules.severity[payer_of_lines(facts)]
        return table[facts.claims.auth[facts.lines.claim]] * severity * demanded(facts, rules)

    def speech(self, facts: Facts, rules: Rules, luck: F64) -> I64:
        """One reason a claim: all its lines lack the same thing."""
        auth = facts.claims.auth[facts.lines.claim]
        absent = np.where(luck < 0.2, 1, 0)
        return np.select(
            [auth == AUTH_OTHER_SERVICE, auth == AUTH_EXPIRED, auth == AUTH_FITS],
            [np.where(luck < 0.5, 2, 1), np.where(luck < 0.3, 4, 3), np.where(luck < 0.5, 4, 1)],
            absent,
        )

    def mend(self, facts: Facts, rules: Rules, action: Action) -> Facts:
        """Obtaining brings one where there was none; correcting makes the one there fit."""
        auth = facts.claims.auth
        wrong = auth == NO_AUTH if action == "obtain_authorization" else auth != NO_AUTH
        return facts.with_claims(auth=np.where(wrong, AUTH_FITS, auth))
