"""What each action asks of a person: who works it, what to do, which fields it is about.

``[i]`` in a path stands for the riskiest line. Each text says what must be true before anything is
changed; none asks for a diagnosis or a code for the sake of payment.
"""

from __future__ import annotations

from typing import Final

from claims.categories import Action, Owner
from models.support import GOOD

OWNERS: Final[dict[Action, Owner]] = {
    "submit": "billing",
    "verify_eligibility": "registration",
    "obtain_authorization": "authorization",
    "correct_authorization": "authorization",
    "obtain_referral": "authorization",
    "review_modifier": "coding",
    "review_coding": "coding",
    "review_bundling": "coding",
    "review_medical_necessity": "clinical",
    "attach_documentation": "clinical",
    "submit_now": "billing",
    "prove_timely_filing": "billing",
    "check_claim_status": "billing",
    "update_coordination_of_benefits": "coordination_of_benefits",
    "complete_information": "billing",
    "confirm_coverage": "registration",
    "confirm_benefit_limit": "registration",
    "confirm_enrollment": "enrollment",
}

TEXTS: Final[dict[Action, str]] = {
    "submit": "Send the claim: nothing stands out.",
    "verify_eligibility": (
        "Ask the payer whether the member was covered on the date of service, and bill the payer "
        "that was."
    ),
    "obtain_authorization": (
        "Find or obtain the prior authorization for this service and put its number on the claim; "
        "only one that the payer has given."
    ),
    "correct_authorization": (
        "Compare the authorization with the claim: its number, dates, procedures and units must "
        "cover what is billed; have the payer extend it where they do not."
    ),
    "obtain_referral": (
        "Find or obtain the referral for this visit and put its number on the claim; only one that "
        "was given."
    ),
    "review_modifier": (
        "Have coding check the modifiers of this line against the record and the payer's rules."
    ),
    "review_coding": (
        "Have coding check procedures and diagnoses against the record; change nothing that the "
        "record does not say."
    ),
    "review_bundling": (
        "Have coding check whether this line may be billed beside the other services of the claim."
    ),
    "review_medical_necessity": (
        "Have a clinician check that the record supports this service for the diagnoses billed, "
        "by the payer's coverage policy."
    ),
    "attach_documentation": (
        "Send the records that this payer asks for with such a claim, and announce them on it."
    ),
    "submit_now": "Send the claim now: waiting raises the risk that it comes too late.",
    "prove_timely_filing": (
        "Look for proof that the claim was sent in time, or for a reason for the delay that the "
        "payer accepts, and send it along."
    ),
    "check_claim_status": (
        "Ask the payer for the status of the earlier claim first; a correction must go as a "
        "replacement (frequency 7) with the payer's claim number."
    ),
    "update_coordination_of_benefits": (
        "Find out which payer comes first, bill it, and put its answer on this claim."
    ),
    "complete_information": "Fill in what is missing or wrong on the claim.",
    "confirm_coverage": "Ask the payer whether the member's plan covers this service.",
    "confirm_benefit_limit": (
        "Ask the payer how much of this benefit is left for the member on the date of service."
    ),
    "confirm_enrollment": (
        "Check that this provider was enrolled with the payer, at this location, on the date of "
        "service."
    ),
}

_LITTLE_KNOWN: Final[dict[Action, str]] = {
    "submit": (
        "Little is known of such claims: nothing that is known speaks against sending this one, "
        "but see what is not known, and watch for the answer."
    ),
    "submit_now": (
        "Little is known of such claims, but waiting raises the risk that this one comes too late: "
        "send it now, and watch for the answer."
    ),
}


def said(action: Action, known: int) -> str:
    """What ``action`` asks, where ``known`` is the level of support (0 none, 1 thin, 2 good).

    A claim of which little is known is never called unremarkable.
    """
    return _LITTLE_KNOWN.get(action, TEXTS[action]) if known < GOOD else TEXTS[action]


FIELDS: Final[dict[Action, tuple[str, ...]]] = {
    "submit": (),
    "verify_eligibility": ("subscriber.member_id", "eligibility.active"),
    "obtain_authorization": ("authorization.number",),
    "correct_authorization": ("authorization.number",),
    "obtain_referral": ("referral_number",),
    "review_modifier": ("lines[i].modifiers",),
    "review_coding": ("lines[i].procedure", "diagnoses"),
    "review_bundling": ("lines[i].procedure",),
    "review_medical_necessity": ("lines[i].procedure", "diagnoses"),
    "attach_documentation": ("attachments",),
    "submit_now": (),
    "prove_timely_filing": ("delay_reason",),
    "check_claim_status": ("frequency", "original_reference"),
    "update_coordination_of_benefits": ("other_payers", "payer.position"),
    "complete_information": (),
    "confirm_coverage": ("lines[i].procedure",),
    "confirm_benefit_limit": ("lines[i].units",),
    "confirm_enrollment": ("rendering.npi",),
}
