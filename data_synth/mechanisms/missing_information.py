"""What the claim should have stated: referring provider, CLIA number, taxonomy, drug code."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from claims.categories import Action, Category
from data_synth.codes import procedures
from data_synth.facts import Facts
from data_synth.mechanisms.base import F64, I64, Flags, Speech, day_of_lines, payer_of_lines
from data_synth.practice import REFERRERS
from data_synth.preparation.coding import is_kind
from data_synth.rules import Rules

_REFERRING = procedures.flag(procedures.NEEDS_REFERRING)
_CLIA = procedures.flag(procedures.NEEDS_CLIA)
_NDC = procedures.flag(procedures.NEEDS_NDC)


def _gaps(facts: Facts, rules: Rules) -> tuple[Flags, Flags, Flags, Flags]:
    """Lines without referring provider, CLIA number, drug code, and of claims without taxonomy."""
    lines, claim = facts.lines, facts.lines.claim
    payer, day = payer_of_lines(facts), day_of_lines(facts)
    office = (facts.claims.form == 0)[claim]
    no_referrer = is_kind(_REFERRING, lines.procedure) & (facts.claims.referrer < 0)[claim]
    no_clia = is_kind(_CLIA, lines.procedure) & ~facts.claims.clia[claim]
    no_ndc = is_kind(_NDC, lines.procedure) & ~lines.ndc
    return (
        no_referrer & office & (day >= rules.referring_from[payer]),
        no_clia & office & (day >= rules.clia_from[payer]),
        no_ndc & (day >= rules.ndc_from[payer]),
        (~facts.claims.taxonomy)[claim] & (day >= rules.taxonomy_from[payer]) & (lines.slot == 0),
    )


@dataclass(frozen=True, slots=True)
class MissingInformation:
    """Each gap denies its line; a missing taxonomy the first line."""

    name: str = "missing_information"
    category: Category = "missing_information"
    per_line: bool = True
    secondary: float = 0.3
    mends: frozenset[Action] = frozenset({"complete_information"})
    speeches: tuple[Speech, ...] = (
        Speech("CO", "16", "N286"),
        Speech("CO", "16", "MA120"),
        Speech("CO", "16", "M119"),
        Speech("CO", "16", "N255"),
        Speech("CO", "206"),
    )

    def chance(self, facts: Facts, rules: Rules) -> F64:
        """A payer that asks for it means it, though not every line is looked at."""
        referrer, clia, ndc, taxonomy = _gaps(facts, rules)
        severity = rules.severity[payer_of_lines(facts)]
        chance: F64 = severity * np.select(
            [referrer, clia, ndc, taxonomy], [0.95, 0.98, 0.94, 0.95], 0.0
        )
        return chance

    def speech(self, facts: Facts, rules: Rules, luck: F64) -> I64:
        """By gap."""
        referrer, clia, ndc, _ = _gaps(facts, rules)
        return np.select([referrer, clia, ndc], [np.where(luck < 0.85, 0, 4), 1, 2], 3)

    def mend(self, facts: Facts, rules: Rules, action: Action) -> Facts:
        """What was missing is filled in, where the services ask for it."""
        claims, lines = facts.claims, facts.lines
        office = claims.form == 0
        referred = facts.any_line(is_kind(_REFERRING, lines.procedure)) & office
        laboratory = facts.any_line(is_kind(_CLIA, lines.procedure)) & office
        someone = claims.number * 7919 % REFERRERS
        referrer = np.where(referred & (claims.referrer < 0), someone, claims.referrer)
        return facts.with_claims(
            referrer=referrer,
            clia=claims.clia | laboratory,
            taxonomy=np.ones(len(facts), dtype=np.bool_),
        ).with_lines(ndc=lines.ndc | is_kind(_NDC, lines.procedure))
