"""What nobody could have known: the payer errs, or its system does for a few days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from claims.categories import Action
from data_synth.facts import Facts
from data_synth.mechanisms.base import F64, I64, Speech, by_luck
from data_synth.rules import Rules


@dataclass(frozen=True, slots=True)
class PlainError:
    """It denies anything, at times in words that mean something else."""

    name: str = "plain_error"
    category: None = None
    per_line: bool = False
    secondary: float = 1.0
    mends: frozenset[Action] = frozenset()
    speeches: tuple[Speech, ...] = (
        Speech("CO", "A1", "N10"),
        Speech("OA", "95"),
        Speech("CO", "16", "M51"),
        Speech("CO", "197"),
        Speech("CO", "97"),
        Speech("PR", "27"),
        Speech("CO", "22"),
    )

    def chance(self, facts: Facts, rules: Rules) -> F64:
        """The payer's own carelessness, whatever the claim."""
        return rules.error[facts.claims.payer]

    def speech(self, facts: Facts, rules: Rules, luck: F64) -> I64:
        """Less than half of it has no fuller code."""
        return by_luck(luck, 0.26, 0.4, 0.55, 0.68, 0.81, 0.91)

    def mend(self, facts: Facts, rules: Rules, action: Action) -> Facts:
        """Nothing helps."""
        return facts


@dataclass(frozen=True, slots=True)
class Downtime:
    """For some weeks after a change of its system, a payer denies a share of all that comes in."""

    name: str = "downtime"
    category: None = None
    per_line: bool = False
    secondary: float = 1.0
    mends: frozenset[Action] = frozenset()
    speeches: tuple[Speech, ...] = (Speech("CO", "A1", "N10"), Speech("CO", "16", "N61"))

    def chance(self, facts: Facts, rules: Rules) -> F64:
        """By the day of submission."""
        payer, day = facts.claims.payer, facts.claims.submitted
        chance = np.zeros(len(facts))
        for window in range(rules.down_from.shape[1]):
            inside = (day >= rules.down_from[payer, window]) & (day < rules.down_to[payer, window])
            chance = np.where(inside, np.maximum(chance, rules.down_rate[payer, window]), chance)
        return chance

    def speech(self, facts: Facts, rules: Rules, luck: F64) -> I64:
        """The same words for all."""
        return np.where(luck < 0.8, 0, 1)

    def mend(self, facts: Facts, rules: Rules, action: Action) -> Facts:
        """Nothing helps but patience."""
        return facts
