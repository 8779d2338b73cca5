"""Coverage that had ended, had not begun, was taken back, or a number that nobody knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from claims.categories import Action, Category
from data_synth.facts import COVERED, LAPSED, NOT_BEGUN, WRONG_NUMBER, Facts
from data_synth.mechanisms.base import F64, I64, Speech
from data_synth.payers import PAYERS
from data_synth.rules import Rules

# Chance that the payer ends a coverage in arrears, after all had been checked and found well.
_TAKEN_BACK: Final = np.array(
    [
        {"medicaid": 0.008, "managed_medicaid": 0.008, "exchange": 0.007, "medicare": 0.0008}.get(
            row.type, 0.002
        )
        for row in PAYERS
    ]
)
_AFTER_NEW_YEAR: Final = 2.2
_PUBLIC: Final = np.array([row.type in {"medicaid", "managed_medicaid"} for row in PAYERS])


@dataclass(frozen=True, slots=True)
class Eligibility:
    """A lapse is denied nearly always; a few are made good in arrears before the payer looks."""

    name: str = "eligibility"
    category: Category = "eligibility"
    per_line: bool = False
    secondary: float = 0.6
    mends: frozenset[Action] = frozenset({"verify_eligibility"})
    speeches: tuple[Speech, ...] = (
        Speech("PR", "27", "N30"),
        Speech("CO", "177"),
        Speech("CO", "200"),
        Speech("CO", "31", "N382"),
        Speech("CO", "26"),
    )

    def chance(self, facts: Facts, rules: Rules) -> F64:
        """By kind of flaw and payer; sound coverage is at times taken back."""
        table = np.zeros(4)
        table[[LAPSED, WRONG_NUMBER, NOT_BEGUN]] = 0.97, 0.9, 0.62
        flaw = table[facts.claims.coverage] * (0.5 + 0.5 * rules.severity[facts.claims.payer])
        service = facts.claims.service.astype("datetime64[D]").astype("datetime64[M]")
        january = service.astype(np.int64) % 12 == 0
        late = _TAKEN_BACK[facts.claims.payer] * np.where(january, _AFTER_NEW_YEAR, 1.0)
        return np.where(facts.claims.coverage == COVERED, late, flaw)

    def speech(self, facts: Facts, rules: Rules, luck: F64) -> I64:
        """27 for most, Medicaid's own words for Medicaid."""
        lapsed = np.where(
            _PUBLIC[facts.claims.payer], np.where(luck < 0.55, 1, 0), np.where(luck < 0.12, 2, 0)
        )
        return np.select(
            [facts.claims.coverage == WRONG_NUMBER, facts.claims.coverage == NOT_BEGUN],
            [3, 4],
            lapsed,
        )

    def mend(self, facts: Facts, rules: Rules, action: Action) -> Facts:
        """Asking the payer first finds the payer that is responsible, and the right number."""
        return facts.with_claims(coverage=np.full(len(facts), COVERED))
