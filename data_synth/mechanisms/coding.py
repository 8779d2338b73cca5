"""Modifiers that a payer wants, new patients who are not, places and diagnoses that do not fit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from claims.categories import Action, Category
from data_synth.codes import diagnoses, procedures
from data_synth.facts import FITS, GP, LT, M95, NOT_NEW, RT, WRONG_PLACE, Facts
from data_synth.mechanisms.base import F64, I64, Flags, Speech, day_of_lines, payer_of_lines
from data_synth.rules import Rules

_BITS = M95 | GP | RT | LT


def _missing(facts: Facts, rules: Rules) -> Flags:
    """True for lines without a modifier that this payer wants by then."""
    payer, day = payer_of_lines(facts), day_of_lines(facts)
    absent = facts.lines.called_for & ~facts.lines.modifiers
    wanted: Flags = ((absent & M95) > 0) & (day >= rules.telehealth_from[payer])
    wanted |= ((absent & GP) > 0) & (day >= rules.therapy_from[payer])
    wanted |= ((absent & (RT | LT)) > 0) & (day >= rules.side_from[payer])
    return wanted


def _vague(facts: Facts, rules: Rules) -> Flags:
    """True for lines whose first diagnosis is unspecified, at a payer that refuses those."""
    first = facts.claims.diagnoses[facts.lines.claim, 0]
    by_procedure = procedures.FEES[np.maximum(facts.lines.procedure, 0)] > 60
    late = day_of_lines(facts) >= rules.vague_from[payer_of_lines(facts)]
    vague: Flags = diagnoses.VAGUE[first] & by_procedure
    return vague & late & (facts.lines.procedure >= 0)


@dataclass(frozen=True, slots=True)
class Coding:
    """Each line for itself."""

    name: str = "coding"
    category: Category = "coding"
    per_line: bool = True
    secondary: float = 0.1
    mends: frozenset[Action] = frozenset({"review_modifier", "review_coding"})
    speeches: tuple[Speech, ...] = (
        Speech("CO", "4", "N519"),
        Speech("CO", "B16"),
        Speech("CO", "5", "M77"),
        Speech("CO", "11", "M76"),
        Speech("CO", "4"),
    )

    def chance(self, facts: Facts, rules: Rules) -> F64:
        """The strongest of the flaws speaks."""
        severity = rules.severity[payer_of_lines(facts)]
        chance: F64 = severity * np.select(
            [
                facts.lines.mismatch == NOT_NEW,
                facts.lines.mismatch == WRONG_PLACE,
                _missing(facts, rules),
                _vague(facts, rules),
            ],
            [0.93, 0.95, 0.97, 0.6],
            0.0,
        )
        return chance

    def speech(self, facts: Facts, rules: Rules, luck: F64) -> I64:
        """By flaw."""
        missing = _missing(facts, rules)
        return np.select(
            [facts.lines.mismatch == NOT_NEW, facts.lines.mismatch == WRONG_PLACE, missing],
            [1, 2, np.where(luck < 0.5, 0, 4)],
            3,
        )

    def mend(self, facts: Facts, rules: Rules, action: Action) -> Facts:
        """A second look at modifiers, or at codes: the specific diagnosis stands in the chart."""
        lines = facts.lines
        if action == "review_modifier":
            return facts.with_lines(modifiers=lines.modifiers | (lines.called_for & _BITS))
        found = facts.claims.diagnoses.copy()
        for column in range(found.shape[1]):
            rows = np.flatnonzero((found[:, column] >= 0) & diagnoses.VAGUE[found[:, column]])
            found[rows, column] = _SPECIFIC[found[rows, column]]
        return facts.with_lines(mismatch=np.full(len(lines.claim), FITS)).with_claims(
            diagnoses=found
        )


def _specific() -> I64:
    """The specific sister of each unspecified diagnosis; itself where there is none."""
    table = np.arange(len(diagnoses.CODES))
    for place in np.flatnonzero(diagnoses.VAGUE):
        sisters = diagnoses.of_group(int(diagnoses.GROUP[place]))
        clear = sisters[~diagnoses.VAGUE[sisters]]
        if len(clear):
            table[place] = clear[0]
    return table


_SPECIFIC = _specific()
