"""What a person must be able to attest before acting, and what a probability after assumes.

``ATTESTS`` is empty for actions that change nothing on the claim by themselves. ``ASSUMES`` follows
the text of an action whose probability after was not tried on the claim but is what is left without
the category that it is about.
"""

from __future__ import annotations

from typing import Final

from claims.categories import Action

ATTESTS: Final[dict[Action, str]] = {
    "submit": "",
    "verify_eligibility": "that this payer said the member was covered on the date of service",
    "obtain_authorization": "that the payer gave this number, for this member and this service",
    "correct_authorization": (
        "that the payer's authorization covers these dates, procedures and units"
    ),
    "obtain_referral": "that the referral was given, for this member and this visit",
    "review_modifier": "",
    "review_coding": "",
    "review_bundling": "",
    "review_medical_necessity": "",
    "attach_documentation": "that the records sent are those of this patient and this service",
    "submit_now": "",
    "prove_timely_filing": (
        "that the claim was sent in time, or that the reason given for the delay is the true one"
    ),
    "check_claim_status": (
        "that the payer holds no earlier claim for this service, or that this one replaces it"
    ),
    "update_coordination_of_benefits": (
        "that this is the order of the member's payers, and what the earlier one answered"
    ),
    "complete_information": "that what is filled in is true of this claim",
    "confirm_coverage": "that this payer said the plan covers this service",
    "confirm_benefit_limit": "that this payer said enough of the benefit is left",
    "confirm_enrollment": "that this payer said the provider was enrolled on the date of service",
}

_CONFIRMS: Final = "The probability after is that if the payer confirms it."
_IN_ORDER: Final = "The probability after is that if nothing of it is left open."
ASSUMES: Final[dict[Action, str]] = {
    "verify_eligibility": "The probability after is that if the payer confirms the coverage.",
    "correct_authorization": _CONFIRMS,
    "obtain_authorization": _CONFIRMS,
    "obtain_referral": _CONFIRMS,
    "review_modifier": _IN_ORDER,
    "review_coding": _IN_ORDER,
    "review_bundling": _IN_ORDER,
    "review_medical_necessity": _IN_ORDER,
    "attach_documentation": "The probability after is that if these are the records it asks for.",
    "check_claim_status": "The probability after is that if no earlier claim stands in the way.",
    "update_coordination_of_benefits": (
        "The probability after is that if the payers then stand in the right order."
    ),
    "complete_information": "The probability after is that if nothing is missing any more.",
    "confirm_coverage": _CONFIRMS,
    "confirm_benefit_limit": _CONFIRMS,
    "confirm_enrollment": _CONFIRMS,
}
"""Actions that are not here have no probability after unless they were tried."""
