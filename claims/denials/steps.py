"""What to do about a denial of a category, in a biller's words: one sentence each.

None asks for a diagnosis, procedure or date of service to be changed for the sake of payment:
coding is *reviewed* against the record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from claims.denials.next_actions import NEXT_ACTIONS

if TYPE_CHECKING:
    from claims.categories import Category
    from claims.denials.next_actions import NextAction

_REVIEW: Final = (
    "Have coding review the line against the record; correct only what the record shows to be "
    "wrong, and send the claim again."
)
_STEPS: Final[dict[tuple[NextAction, Category], str]] = {
    ("correct_and_resubmit", "eligibility"): (
        "Check the member's number, name and dates against the card and the payer's answer, "
        "correct them and send the claim again."
    ),
    ("correct_and_resubmit", "authorization"): (
        "Find the authorization or referral that the payer gave, put its number on the claim and "
        "send it again; where it covers another provider, service or day, have the payer extend it."
    ),
    ("correct_and_resubmit", "coding"): _REVIEW,
    ("correct_and_resubmit", "bundling"): _REVIEW,
    ("correct_and_resubmit", "coordination_of_benefits"): (
        "Compare what the claim says of the earlier payer with its explanation of benefits, "
        "correct it and send the claim again."
    ),
    ("correct_and_resubmit", "missing_information"): (
        "Fill in or correct what the remark names, from the record, and send the claim again."
    ),
    ("correct_and_resubmit", "provider_enrollment"): (
        "Compare the provider's NPI, taxonomy and location with the payer's enrollment file, mend "
        "whichever is wrong, and send the claim again."
    ),
    ("resubmit_with_documents", "authorization"): (
        "Send the authorization or referral that the payer asks for, with its claim number on "
        "every page."
    ),
    ("appeal", "eligibility"): (
        "Appeal with the eligibility answer that said the member was covered that day."
    ),
    ("appeal", "authorization"): (
        "Ask for authorization after the fact where the payer allows it; otherwise appeal with the "
        "authorization, or with proof that it was asked for, not required or could not wait."
    ),
    ("appeal", "coding"): (
        "Appeal with the part of the record that supports the codes as they were billed."
    ),
    ("appeal", "bundling"): (
        "Have coding review whether the record shows a separate service; only then appeal, or send "
        "it again with the modifier that the record supports."
    ),
    ("appeal", "medical_necessity"): (
        "Have the clinician review the record against the payer's policy; appeal with both where "
        "the criteria are met."
    ),
    ("appeal", "timely_filing"): (
        "Look for proof that the claim was sent in time, or for a delay that the payer accepts, "
        "and appeal with it."
    ),
    ("appeal", "duplicate"): (
        "Compare with the first claim; appeal where the record shows two separate services."
    ),
    ("appeal", "coordination_of_benefits"): (
        "Ask the earlier payer why it denied, mend that first, and appeal here with its answer."
    ),
    ("appeal", "documentation"): "Appeal with the documents, and proof of when they were sent.",
    ("appeal", "non_covered"): (
        "Check the member's plan; appeal where it covers the service or the payer had said so."
    ),
    ("appeal", "benefit_limit"): (
        "Compare the payer's count with your own; appeal where it is wrong, or where the plan "
        "allows more and the record shows the need."
    ),
    ("appeal", "provider_enrollment"): (
        "Appeal with proof that the provider was enrolled at this location that day; ask the payer "
        "for a retroactive date where it grants one."
    ),
    (
        "appeal",
        "other",
    ): "Ask the payer what exactly it decided on, then appeal with that answered.",
    ("bill_other_payer", "eligibility"): (
        "Ask the member and the eligibility services which payer covered the day of service, and "
        "bill that one."
    ),
    ("bill_other_payer", "coordination_of_benefits"): (
        "Bill the payer that comes first; where this one should, have the member tell it so."
    ),
    ("bill_other_payer", "bundling"): "Bill the facility or agency that is paid for the service.",
    ("bill_patient", "eligibility"): (
        "Ask the member for other coverage on the day of service first; without any, bill the "
        "patient."
    ),
    ("bill_patient", "medical_necessity"): (
        "Bill the patient only where they signed a notice before the service that it might not be "
        "covered; otherwise appeal."
    ),
    ("bill_patient", "non_covered"): (
        "Bill the patient, where plan and contract let you and any notice that they ask for was "
        "signed."
    ),
    ("bill_patient", "benefit_limit"): (
        "Compare the payer's count of visits or units with your own; bill the patient where it is "
        "right."
    ),
    ("no_action", "duplicate"): (
        "Look up the first claim: post it where it was paid, work that denial where it was denied. "
        "Send nothing again before that."
    ),
    ("no_action", "coordination_of_benefits"): (
        "The payer passed the claim on: wait for the other payer's answer."
    ),
}


def step(action: NextAction, category: Category) -> str:
    """The sentence for an action on a denial of this category."""
    return _STEPS.get((action, category)) or NEXT_ACTIONS[action].text
