"""The keys over which outcomes are counted, and what each is smoothed towards.

A kind is a tuple of columns (``features.key_columns``). Its rate is
``(denied + strength * parent's rate) / (seen + strength)``: the finer key speaks as far as it has
been seen, and leans on the broader one for the rest. A kind with a ``category`` counts only the
denials of that category, over the same claims or lines as the kind ``over``. A kind that ``needs``
a column counts only rows in which it is known (not 0); where it is not, the broader key speaks
alone, so that facts which nobody gives are no evidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from features.hashing import code_hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of key. ``recent`` kinds also give the rate of the last ``RECENT_DAYS``."""

    name: str
    parts: tuple[str, ...]
    parent: str
    factor: str
    meaning: str
    category: str = ""
    over: str = ""
    needs: str = ""
    recent: bool = False
    shown: bool = True

    @property
    def salt(self) -> int:
        """Keep the keys of different kinds apart."""
        return code_hash(f"kind:{self.name}")


RECENT_DAYS: Final = 90
STRENGTH: Final = 5.0
# Before anything is known: one denial in ten claims, as much as 5 claims would say.
PRIOR_RATE: Final = 0.1
PRIOR_STRENGTH: Final = 5.0


def _kind(
    name: str,
    parts: str,
    parent: str,
    factor: str,
    meaning: str,
    *,
    recent: bool = False,
    needs: str = "",
) -> Kind:
    return Kind(
        name=name,
        parts=tuple(parts.split()),
        parent=parent,
        factor=factor,
        meaning=meaning,
        recent=recent,
        needs=needs,
    )


def _mix_kinds(all_name: str, payer_name: str, fine: dict[str, str]) -> tuple[Kind, ...]:
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
    base = next(kind for kind in (*_CLAIM_BASE, *_LINE_BASE) if kind.name == over)
    return Kind(
        name=f"{over}_{category}",
        parts=base.parts,
        parent=parent,
        factor=base.factor,
        meaning=f"share denied for {category} among the same {base.meaning}",
        category=category,
        over=over,
        needs=base.needs,
    )


_CLAIM_BASE: Final = (
    Kind(
        name="all_claims",
        parts=(),
        parent="",
        factor="payer_history",
        meaning="all claims",
        shown=False,
    ),
    _kind("payer", "payer", "all_claims", "payer_history", "claims to this payer", recent=True),
    _kind(
        "payer_filing",
        "payer filing_code position",
        "payer",
        "payer_history",
        "claims to this payer under this plan type and payer order",
    ),
    _kind(
        "payer_rendering",
        "payer rendering",
        "payer",
        "provider_history",
        "claims of this provider to this payer",
        recent=True,
    ),
    _kind("rendering", "rendering", "all_claims", "provider_history", "claims of this provider"),
    _kind(
        "payer_location",
        "payer location setting",
        "payer",
        "location_history",
        "claims from this location and setting to this payer",
    ),
    _kind(
        "payer_lag", "payer lag", "payer", "filing_lag", "claims sent to this payer after as long"
    ),
    _kind(
        "payer_coverage",
        "payer coverage",
        "payer",
        "other_coverage",
        "claims to this payer with the same place in the payer order and other payers",
    ),
    _kind(
        "payer_missing",
        "payer missing",
        "payer",
        "missing_information",
        "claims to this payer with the same fields missing",
    ),
    _kind(
        "payer_paperwork",
        "payer paperwork setting",
        "payer",
        "documentation",
        "claims to this payer in this setting with the same paperwork",
    ),
    _kind(
        "payer_repeat",
        "payer repeat",
        "payer",
        "already_billed",
        "claims to this payer that repeat an earlier one in the same way",
    ),
    _kind("payer_member", "payer member", "payer", "member_history", "claims of this member"),
    _kind(
        "payer_age_group",
        "payer age_group sex",
        "payer",
        "patient",
        "claims to this payer for patients of this age and sex",
    ),
    _kind(
        "payer_coverage_state",
        "payer coverage_state",
        "payer",
        "eligibility",
        "claims to this payer with coverage known to be as here",
        needs="coverage_state",
    ),
)

_LINE_BASE: Final = (
    Kind(
        name="all_lines",
        parts=(),
        parent="",
        factor="payer_history",
        meaning="all service lines",
        shown=False,
    ),
    _kind("payer_lines", "payer", "all_lines", "payer_history", "service lines to this payer"),
    _kind("procedure", "procedure", "all_lines", "procedure_history", "lines with this procedure"),
    _kind(
        "payer_procedure",
        "payer procedure",
        "payer_lines",
        "procedure_history",
        "lines with this procedure to this payer",
        recent=True,
    ),
    _kind(
        "payer_procedure_authorization",
        "payer procedure authorization",
        "payer_procedure",
        "authorization",
        "lines with this procedure to this payer, with an authorization number given as here",
        recent=True,
    ),
    _kind(
        "payer_procedure_referral",
        "payer procedure referral",
        "payer_procedure",
        "referral",
        "lines with this procedure to this payer, with a referral given as here",
    ),
    _kind(
        "payer_procedure_attachment",
        "payer procedure attachment",
        "payer_procedure",
        "documentation",
        "lines with this procedure to this payer, with attachments given as here",
    ),
    _kind(
        "payer_procedure_modifiers",
        "payer procedure modifiers",
        "payer_procedure",
        "modifiers",
        "lines with this procedure and these modifiers to this payer",
    ),
    _kind(
        "payer_companion",
        "payer procedure companion modifiers",
        "payer_procedure_modifiers",
        "companion_procedure",
        "lines with this procedure and modifiers beside the same other procedure",
        recent=True,
    ),
    _kind(
        "payer_diagnosis",
        "payer diagnosis_group",
        "payer_lines",
        "diagnosis",
        "lines for this group of diagnoses to this payer",
    ),
    _kind(
        "payer_procedure_diagnosis",
        "payer procedure diagnosis_group",
        "payer_procedure",
        "diagnosis",
        "lines with this procedure for this group of diagnoses to this payer",
        recent=True,
    ),
    _kind(
        "payer_procedure_code",
        "payer procedure diagnosis",
        "payer_procedure_diagnosis",
        "diagnosis",
        "lines with this procedure for this diagnosis to this payer",
    ),
    _kind(
        "payer_procedure_setting",
        "payer procedure setting",
        "payer_procedure",
        "setting",
        "lines with this procedure in this setting to this payer",
    ),
    _kind(
        "payer_procedure_visits",
        "payer procedure visits",
        "payer_procedure",
        "benefit_use",
        "lines with this procedure to this payer after as many visits within a year",
    ),
    _kind(
        "payer_procedure_units",
        "payer procedure unit_count",
        "payer_procedure",
        "units",
        "lines with this procedure and as many units to this payer",
    ),
    _kind(
        "payer_procedure_missing",
        "payer procedure missing",
        "payer_procedure",
        "missing_information",
        "lines with this procedure to this payer with the same fields missing",
    ),
    _kind(
        "payer_revenue",
        "payer revenue",
        "payer_lines",
        "revenue_code",
        "lines with this revenue code to this payer",
    ),
    _kind(
        "payer_authorization_state",
        "payer procedure authorization authorization_state",
        "payer_procedure_authorization",
        "authorization",
        "lines with this procedure to this payer under an authorization known to cover as much",
        needs="authorization_state",
    ),
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


class KindGroup:
    """Kinds over the same rows (claims, or lines), laid out for one vectorised pass.

    ``levels`` lists the kinds by depth, parents before children; ``parent`` and ``over`` are places
    in ``kinds``. ``columns`` are the key columns in use; ``slots`` (k, p) are places in it, the
    last one (all zeros) where a kind has fewer parts.
    """

    def __init__(self, kinds: tuple[Kind, ...]) -> None:
        self.kinds = kinds
        place = {kind.name: i for i, kind in enumerate(kinds)}
        self.place = place
        self.parent = np.array([place.get(kind.parent, -1) for kind in kinds])
        self.over = np.array([place.get(kind.over, i) for i, kind in enumerate(kinds)])
        self.salts = np.array([kind.salt for kind in kinds], np.uint64)
        self.columns = tuple(dict.fromkeys(part for kind in kinds for part in kind.parts))
        width = max(len(kind.parts) for kind in kinds)
        blank = len(self.columns)
        self.slots = np.array(
            [
                [self.columns.index(p) for p in k.parts] + [blank] * (width - len(k.parts))
                for k in kinds
            ]
        )
        depth = np.zeros(len(kinds), np.int64)
        for i in range(len(kinds)):
            if self.parent[i] >= 0:
                depth[i] = depth[self.parent[i]] + 1
        self.levels = [np.flatnonzero(depth == d) for d in range(int(depth.max()) + 1)]
        self.shown = np.array([i for i, kind in enumerate(kinds) if kind.shown])
        self.recent = np.array([i for i, kind in enumerate(kinds) if kind.recent])
        self.seen = np.array([i for i in self.shown if not kinds[i].category])


CLAIM_KINDS: Final = KindGroup(_CLAIM_BASE + _mix_kinds("all_claims", "payer", _CLAIM_MIX))
LINE_KINDS: Final = KindGroup(_LINE_BASE + _mix_kinds("all_lines", "payer_lines", _LINE_MIX))
