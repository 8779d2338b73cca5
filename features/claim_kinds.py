"""The kinds of keys over claims, broader ones first."""

from __future__ import annotations

from typing import Final

from features.kind import Kind, kind, usual_kind

CLAIM_BASE: Final[tuple[Kind, ...]] = (
    Kind(
        name="all_claims",
        parts=(),
        parent="",
        factor="payer_history",
        meaning="all claims",
        shown=False,
    ),
    kind("payer", "payer", "all_claims", "payer_history", "claims to this payer", recent=True),
    kind(
        "payer_filing",
        "payer filing_code position",
        "payer",
        "payer_history",
        "claims to this payer under this plan type and payer order",
    ),
    kind(
        "payer_rendering",
        "payer rendering",
        "payer",
        "provider_history",
        "claims of this provider to this payer",
        recent=True,
    ),
    kind("rendering", "rendering", "all_claims", "provider_history", "claims of this provider"),
    kind(
        "payer_location",
        "payer location setting",
        "payer",
        "location_history",
        "claims from this location and setting to this payer",
    ),
    kind(
        "payer_lag", "payer lag", "payer", "filing_lag", "claims sent to this payer after as long"
    ),
    kind(
        "payer_coverage",
        "payer coverage",
        "payer",
        "other_coverage",
        "claims to this payer with the same place in the payer order and other payers",
    ),
    kind(
        "payer_missing",
        "payer missing",
        "payer",
        "missing_information",
        "claims to this payer with the same fields missing",
    ),
    kind(
        "payer_paperwork",
        "payer paperwork setting",
        "payer",
        "documentation",
        "claims to this payer in this setting with the same paperwork",
    ),
    kind(
        "payer_repeat",
        "payer repeat",
        "payer",
        "already_billed",
        "claims to this payer that repeat an earlier one in the same way",
    ),
    kind("payer_member", "payer member", "payer", "member_history", "claims of this member"),
    kind(
        "payer_age_group",
        "payer age_group sex",
        "payer",
        "patient",
        "claims to this payer for patients of this age and sex",
    ),
    kind(
        "payer_coverage_state",
        "payer coverage_state",
        "payer",
        "eligibility",
        "claims to this payer with coverage known to be as here",
        needs="coverage_state",
    ),
    usual_kind(
        "lag",
        "lag",
        "all_claims",
        "filing_lag",
        "claims sent after as long",
    ),
    usual_kind(
        "coverage",
        "coverage",
        "all_claims",
        "other_coverage",
        "claims with the same place in the payer order and other payers",
    ),
    usual_kind(
        "missing",
        "missing",
        "all_claims",
        "missing_information",
        "claims with the same fields missing",
    ),
    usual_kind(
        "repeat",
        "repeat",
        "all_claims",
        "already_billed",
        "claims that repeat an earlier one in the same way",
    ),
    usual_kind(
        "filing",
        "filing_code position",
        "all_claims",
        "payer_history",
        "claims under this plan type and payer order",
    ),
)
