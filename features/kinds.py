"""All kinds of keys: those over claims and lines, and each category's share over some of them."""

from __future__ import annotations

from typing import Final

from features.claim_kinds import CLAIM_BASE
from features.kind import (
    PRIOR_RATE,
    PRIOR_STRENGTH,
    RECENT_DAYS,
    STRENGTH,
    Kind,
    KindGroup,
)
from features.line_kinds import LINE_BASE

__all__ = [
    "CLAIM_KINDS",
    "LINE_KINDS",
    "PRIOR_RATE",
    "PRIOR_STRENGTH",
    "RECENT_DAYS",
    "STRENGTH",
    "Kind",
    "KindGroup",
]


# Of which public rules expect something (features.expected).
_EXPECTED: Final = {
    ("timely_filing", "payer_lag"): "too_late",
    ("eligibility", "payer_coverage_state"): "not_covered",
    ("duplicate", "payer_repeat"): "same_again",
    ("authorization", "payer_authorization_state"): "not_authorized",
}


def _mixes(all_name: str, payer_name: str, fine: dict[str, str]) -> tuple[Kind, ...]:
    """Build the chain all -> payer -> fine keys for each category's share of the denials."""
    kinds: list[Kind] = []
    for category, over in fine.items():
        for name, parts, parent, base, shown in (
            (f"all_{category}", (), "", all_name, False),
            (f"payer_{category}", ("payer",), f"all_{category}", payer_name, True),
        ):
            kinds.append(
                Kind(
                    name=name,
                    parts=parts,
                    parent=parent,
                    factor="payer_history",
                    meaning=f"share denied for {category} by this payer",
                    category=category,
                    over=base,
                    shown=shown,
                )
            )
        parent = f"payer_{category}"
        for base_name in over.split():
            kinds.append(_fine(category, base_name, parent))
            parent = kinds[-1].name
    return tuple(kinds)


def _fine(category: str, over: str, parent: str) -> Kind:
    base = next(kind for kind in (*CLAIM_BASE, *LINE_BASE) if kind.name == over)
    return Kind(
        name=f"{over}_{category}",
        parts=base.parts,
        parent=parent,
        factor=base.factor,
        meaning=f"share denied for {category} among the same {base.meaning}",
        category=category,
        over=over,
        needs=base.needs,
        expects=_EXPECTED.get((category, over), ""),
    )


# Fine keys of a category from broad to fine: each leans on the one before.
_CLAIM_MIX: Final = {
    "eligibility": "payer_member payer_coverage_state",
    "timely_filing": "payer_lag",
    "duplicate": "payer_repeat",
    "coordination_of_benefits": "payer_coverage",
    "provider_enrollment": "payer_rendering",
    "other": "",
}
_LINE_MIX: Final = {
    "authorization": "payer_procedure_authorization payer_authorization_state",
    "coding": "payer_procedure_modifiers",
    "bundling": "payer_companion",
    "medical_necessity": "payer_procedure_diagnosis",
    "documentation": "payer_procedure_attachment",
    "non_covered": "payer_procedure",
    "benefit_limit": "payer_procedure_visits",
    "missing_information": "payer_procedure_missing",
}

CLAIM_KINDS: Final = KindGroup(CLAIM_BASE + _mixes("all_claims", "payer", _CLAIM_MIX))
LINE_KINDS: Final = KindGroup(LINE_BASE + _mixes("all_lines", "payer_lines", _LINE_MIX))
