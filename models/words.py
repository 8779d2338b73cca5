"""The words of reasons: what is counted, by which key, and which category it speaks of.

``SUBJECTS`` has an entry for every kind of ``features.kinds`` whose rates are shown, ``USUAL`` for
every one whose share is, ``FACTOR_WORDS`` for every factor (``tests/models/test_wording.py`` holds
them). What facts say is in ``models.fact_words``.
"""

from __future__ import annotations

from typing import Final

from claims.categories import Category

SUBJECTS: Final[dict[str, str]] = {
    "payer": "claims to this payer",
    "payer_filing": "claims to this payer with this type of plan and payer order",
    "payer_rendering": "claims of this provider to this payer",
    "rendering": "claims of this provider",
    "payer_location": "claims from this location to this payer",
    "payer_lag": "claims that this payer got after as long",
    "payer_coverage": "claims to this payer with the same payer order and other coverage",
    "payer_missing": "claims to this payer that leave out the same",
    "payer_paperwork": "claims to this payer in this setting with the same paperwork",
    "payer_repeat": "claims to this payer in the same state",
    "payer_member": "claims of this member to this payer",
    "payer_age_group": "claims to this payer for patients of this age and sex",
    "payer_coverage_state": "claims to this payer with coverage like this",
    "payer_lines": "service lines to this payer",
    "procedure_range": "lines with procedures of this range",
    "procedure": "lines with this procedure",
    "payer_procedure_range": "lines with procedures of this range to this payer",
    "payer_procedure": "lines with this procedure to this payer",
    "payer_procedure_authorization": "lines with this procedure to this payer sent so",
    "payer_procedure_referral": "lines with this procedure to this payer sent so",
    "payer_procedure_attachment": "lines with this procedure to this payer sent so",
    "payer_procedure_modifiers": "lines with this procedure and these modifiers to this payer",
    "payer_companion": "lines with this procedure to this payer beside the dearest other line",
    "payer_diagnosis": "lines to this payer for diagnoses of this group",
    "payer_procedure_diagnosis": "lines with this procedure to this payer for such diagnoses",
    "payer_procedure_code": "lines with this procedure to this payer for this diagnosis",
    "payer_procedure_setting": "lines with this procedure to this payer in this setting",
    "payer_procedure_visits": "lines with this procedure to this payer after as many visits",
    "payer_procedure_units": "lines with this procedure to this payer with as many units",
    "payer_procedure_missing": "lines with this procedure to this payer that leave out the same",
    "payer_authorization_state": "lines with this procedure to this payer authorized so",
    "payer_revenue": "lines with this revenue code to this payer",
}

_PROCEDURE: Final = "lines with this procedure"
# Of a kind's share: the rows of the broader key, and what those that are alike do.
USUAL: Final[dict[str, tuple[str, str]]] = {
    "lag": ("claims", "went out after as long"),
    "coverage": ("claims", "have the same payer order and other coverage"),
    "missing": ("claims", "leave out the same"),
    "repeat": ("claims", "stand in the same way to what was sent before"),
    "filing": ("claims", "go out under this type of plan and payer order"),
    "procedure": ("service lines", "carry this procedure"),
    "procedure_diagnosis": (_PROCEDURE, "are for diagnoses of this group"),
    "procedure_diagnosis_code": (
        "lines with this procedure for such diagnoses",
        "are for this very diagnosis",
    ),
    "procedure_modifiers": (_PROCEDURE, "carry the same modifiers or lack of them"),
    "procedure_authorization": (_PROCEDURE, "went out so"),
    "procedure_setting": (_PROCEDURE, "are from this setting"),
    "procedure_units": (_PROCEDURE, "have as many units"),
    "procedure_companion": (
        "lines with this procedure and these modifiers",
        "stand beside the same other procedure",
    ),
    "procedure_missing": (_PROCEDURE, "leave out the same"),
    "diagnosis": ("service lines", "are for diagnoses of this group"),
    "diagnosis_code": ("lines for this group of diagnoses", "are for this very diagnosis"),
}

# Of a claim with one line, nothing stands beside it.
ALONE: Final[dict[str, str]] = {
    "payer_companion": "lines with this procedure to this payer that stand alone on their claim",
    "procedure_companion": "stand alone on their claim too",
}

CATEGORY_WORDS: Final[dict[Category | str, str]] = {
    "eligibility": "for want of coverage",
    "authorization": "for want of an authorization or referral",
    "coding": "for their coding",
    "bundling": "as part of another service",
    "medical_necessity": "as not medically necessary",
    "timely_filing": "as sent too late",
    "duplicate": "as duplicates",
    "coordination_of_benefits": "because another payer comes first",
    "missing_information": "for missing or wrong information",
    "documentation": "for want of documents",
    "non_covered": "as not covered",
    "benefit_limit": "because a benefit limit was reached",
    "provider_enrollment": "for the provider's enrollment",
    "other": "for other reasons",
}

# Of one denial, where the words for many do not fit.
ONE_DENIAL: Final[dict[str, str]] = {"coding": "for its coding", "duplicate": "as a duplicate"}

ELSEWHERE: Final[dict[str, str]] = {
    # What the rows of the broadest keys are compared with.
    "payer": "claims to all payers",
    "rendering": "claims of all providers",
    "payer_lines": "service lines to all payers",
    "procedure_range": "service lines with any procedure",
}

FACTOR_WORDS: Final[dict[str, str]] = {
    # Where no single feature may be told as pushing the way that the whole factor does.
    "claim_type": "the type of the claim",
    "charge": "what is charged",
    "claim_size": "the number of service lines",
    "units": "the number of units",
    "modifiers": "the modifiers",
    "already_billed": "what was sent to this payer before",
    "filing_lag": "the time from the service to the claim",
    "other_coverage": "the payer order and other coverage",
    "patient": "the patient's age, sex and relation to the subscriber",
    "missing_information": "which information the claim gives",
    "referral": "whether the claim has a referral",
    "authorization": "whether and how the claim is authorized",
    "documentation": "whether documents are announced",
    "accident": "whether an accident is stated",
    "diagnosis": "the diagnoses",
    "benefit_use": "how often the member had the procedure",
    "member_history": "the member's history with this payer",
    "eligibility": "what is known of the coverage",
    "payer_history": "this payer's history",
    "provider_history": "the provider's history",
    "location_history": "the location's history",
    "procedure_history": "the procedures' history",
    "companion_procedure": "which procedures stand side by side",
    "setting": "the setting of the services",
    "revenue_code": "the revenue codes",
    "all_causes": "the history of such claims",
    "amount_of_history": "how much history there is",
}

NAMES_ITS_CAUSE: Final = frozenset(
    {
        "already_billed", "filing_lag", "other_coverage", "missing_information", "referral",
        "authorization", "documentation", "diagnosis", "benefit_use", "eligibility",
        "companion_procedure", "modifiers",
    }
)  # fmt: skip
"""Factors about one kind of denial: a reader needs no category beside them."""
