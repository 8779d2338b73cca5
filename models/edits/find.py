"""All families of rules, and all edits of one claim."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from models.edits import (
    authorization,
    bundling,
    coding,
    companions,
    coverage,
    days,
    filing,
    persons,
    providers,
    required,
    totals,
)  # fmt: skip
from models.edits.rulebook import Rulebook, starter_rules
from models.edits.seen import see

if TYPE_CHECKING:
    import datetime as dt
    from types import ModuleType

    from claims.types import Claim
    from models.score import Edit

FAMILIES: Final[tuple[ModuleType, ...]] = (
    required, providers, totals, days, coding, persons, companions, bundling, coverage,
    authorization, filing,
)  # fmt: skip
"""Each has ``KNOWN``, its rules, and ``find(seen)``, which yields those that are broken."""

HOLDING: Final = frozenset(
    {
        "coverage_inactive",
        "coverage_ended",
        "authorization_dates",
        "authorization_procedures",
        "authorization_line",
        "authorization_units",
    }
)
"""Edits by which the practice's own facts say that the payer will deny: such a claim is held."""

_FINDERS: Final = tuple(family.find for family in FAMILIES)
_STARTER: Final = starter_rules()


def find_edits(claim: Claim, as_of: dt.date, rules: Rulebook = _STARTER) -> tuple[Edit, ...]:
    """All rules that ``claim`` breaks when it is sent on ``as_of``, in the order of the rules."""
    seen = see(claim, as_of, rules)
    return tuple([edit for find in _FINDERS for edit in find(seen)])
