"""Two services that the payer takes for one, a visit without 25, an add-on that stands alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from claims.categories import Action, Category
from data_synth.facts import M25, M59, Facts
from data_synth.mechanisms.base import F64, I64, Flags, Speech, day_of_lines, payer_of_lines
from data_synth.rules import Rules


def _paired(facts: Facts, rules: Rules) -> Flags:
    pair = np.maximum(facts.lines.pair, 0)
    on = day_of_lines(facts) >= rules.pair_from[payer_of_lines(facts), pair]
    return on & (facts.lines.pair >= 0)


def _without_25(facts: Facts) -> Flags:
    return (facts.lines.called_for & ~facts.lines.modifiers & M25) > 0


@dataclass(frozen=True, slots=True)
class Bundling:
    """A payer's pairs and its habits; modifier 59 helps where the service was a separate one."""

    name: str = "bundling"
    category: Category = "bundling"
    per_line: bool = True
    secondary: float = 0.1
    mends: frozenset[Action] = frozenset({"review_bundling", "review_modifier"})
    speeches: tuple[Speech, ...] = (
        Speech("CO", "97", "M15"),
        Speech("CO", "236"),
        Speech("CO", "97", "N19"),
        Speech("CO", "107", "N122"),
        Speech("CO", "231"),
    )

    def chance(self, facts: Facts, rules: Rules) -> F64:
        """59 on a service that was not separate is believed less."""
        payer = payer_of_lines(facts)
        has_59 = (facts.lines.modifiers & M59) > 0
        tolerated = rules.ignores_59[payer]
        pair = np.where(has_59, np.where(facts.lines.separate, tolerated, 0.2 + tolerated), 0.97)
        paired = _paired(facts, rules)
        chance: F64 = rules.severity[payer] * np.select(
            [paired, _without_25(facts), facts.lines.alone],
            [pair, rules.needs_25[payer], 0.95],
            0.0,
        )
        return chance

    def speech(self, facts: Facts, rules: Rules, luck: F64) -> I64:
        """By flaw and the payer's habit."""
        paired = np.where(
            payer_of_lines(facts) % 3 == 0, np.where(luck < 0.8, 0, 4), np.where(luck < 0.85, 1, 0)
        )
        return np.select([_paired(facts, rules), _without_25(facts)], [paired, 2], 3)

    def mend(self, facts: Facts, rules: Rules, action: Action) -> Facts:
        """Modifiers put right; a service that was not separate, or stands alone, is not billed."""
        lines = facts.lines
        fixed = lines.modifiers | (lines.called_for & M25)
        fixed = np.where((lines.pair >= 0) & lines.separate, fixed | M59, fixed)
        mended = facts.with_lines(modifiers=fixed)
        if action == "review_modifier":
            return mended
        dropped = (lines.pair >= 0) & ~lines.separate
        return mended.with_lines(
            pair=np.where(dropped, -1, lines.pair), alone=np.zeros_like(lines.alone)
        )
