"""A payer's coverage policy: the diagnoses that support a procedure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from claims.categories import Action, Category
from data_synth.codes import diagnoses
from data_synth.facts import DIAGNOSES, Facts
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


def unsupported(facts: Facts, rules: Rules) -> Flags:
    """True for lines under a policy that no diagnosis pointed to satisfies."""
    payer, procedure, day = payer_of_lines(facts), procedure_of(facts), day_of_lines(facts)
    tight = day >= rules.tightened[payer, procedure]
    supported = np.zeros(len(procedure), dtype=np.bool_)
    for column in range(DIAGNOSES):
        code = facts.claims.diagnoses[facts.lines.claim, column]
        group = diagnoses.GROUP[np.maximum(code, 0)]
        listed = np.where(
            tight,
            rules.covered_late[payer, procedure, group],
            rules.covered[payer, procedure, group],
        )
        supported |= listed & (code >= 0) & ((facts.lines.pointers >> column) & 1 > 0)
    return ~supported & (day >= rules.policy_from[payer, procedure]) & coded(facts)


@dataclass(frozen=True, slots=True)
class MedicalNecessity:
    """Most unsupported lines are denied; a supported one hardly ever."""

    name: str = "medical_necessity"
    category: Category = "medical_necessity"
    per_line: bool = True
    secondary: float = 0.05
    mends: frozenset[Action] = frozenset({"review_medical_necessity"})
    speeches: tuple[Speech, ...] = (
        Speech("CO", "50", "N115"),
        Speech("CO", "167"),
        Speech("CO", "50"),
    )

    def chance(self, facts: Facts, rules: Rules) -> F64:
        """What is supported fails one time in a thousand."""
        severity = rules.severity[payer_of_lines(facts)]
        return np.where(unsupported(facts, rules), 0.93, 0.001) * severity

    def speech(self, facts: Facts, rules: Rules, luck: F64) -> I64:
        """Some payers name the policy, some the diagnosis."""
        return np.where(
            payer_of_lines(facts) % 3 == 1, np.where(luck < 0.7, 1, 2), np.where(luck < 0.7, 0, 2)
        )

    def mend(self, facts: Facts, rules: Rules, action: Action) -> Facts:
        """Where the chart holds a supporting diagnosis, the review finds it; else nothing changes.

        The lines then point to all diagnoses, one of which is the first group on the policy.
        """
        bad = unsupported(facts, rules)
        claims = facts.claims
        found = claims.diagnoses.copy()
        rows = np.flatnonzero(bad & claims.chart[facts.lines.claim])
        pointers = facts.lines.pointers.copy()
        payer, procedure, day = payer_of_lines(facts), procedure_of(facts), day_of_lines(facts)
        for row in rows:
            claim = int(facts.lines.claim[row])
            table = (
                rules.covered_late
                if day[row] >= rules.tightened[payer[row], procedure[row]]
                else rules.covered
            )
            groups = np.flatnonzero(table[payer[row], procedure[row]])
            if len(groups):
                free = np.flatnonzero(found[claim] < 0)
                column = int(free[0]) if len(free) else DIAGNOSES - 1
                found[claim, column] = diagnoses.of_group(int(groups[0]))[0]
                pointers[row] |= 1 << column
        return facts.with_claims(diagnoses=found).with_lines(pointers=pointers)
