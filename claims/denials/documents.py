"""Which documents go with an appeal, or with what a payer asked for: by category and reason code.

The lists are what payers commonly ask for; a payer's own manual may ask for more. None of them is
to be made after the fact: what the record does not hold cannot be sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from claims.categories import Category
    from claims.denials.decode import Denial

ALWAYS: Final = (
    "the payer's remittance advice with this denial",
    "a copy of the claim as it was sent",
)
_RECORD: Final = "the medical record of the service: notes, orders and results, signed and dated"
OF_CATEGORY: Final[dict[Category, tuple[str, ...]]] = {
    "eligibility": (
        "the answer to the eligibility check made before the service (271, or a portal printout "
        "with its date)",
        "a copy of the member's card, both sides",
    ),
    "authorization": (
        "the authorization or referral: its number, dates, procedures and units; or the call or "
        "portal reference of the request",
        "where none was asked for: why it could not be (an emergency, say), from the record",
        _RECORD,
    ),
    "coding": (
        "the part of the record that supports each code and modifier",
        "the coding guidance that was followed, with its source and date",
    ),
    "bundling": (
        "the part of the record that shows a separate service: other session, site, lesion or "
        "provider",
        "the correct-coding edit and whether it allows a modifier",
    ),
    "medical_necessity": (
        "a letter by the treating clinician on why the service was needed",
        _RECORD,
        "the payer's coverage policy (or the LCD or NCD) with the criteria that are met, marked",
        "results of earlier treatment that failed, where the policy asks for it",
    ),
    "timely_filing": (
        "proof that the claim was sent in time: the clearinghouse's or payer's acceptance report "
        "(999 and 277CA) with its date",
        "where the delay had a cause that the payer accepts (late or retroactive coverage, another "
        "payer's late answer): the paper that shows it",
    ),
    "duplicate": (
        "the record that shows two services: times, sites or providers",
        "the remittance of the first claim",
    ),
    "coordination_of_benefits": (
        "the other payer's explanation of benefits, or its letter that it does not cover",
        "the member's statement on other insurance, dated",
    ),
    "missing_information": ("the information that the remark names, and where the record has it",),
    "documentation": ("the documents that the payer asked for, complete and legible",),
    "non_covered": (
        "the page of the member's plan that covers the service, or the benefit check made "
        "beforehand",
        _RECORD,
    ),
    "benefit_limit": (
        "the count of visits or units used, by the payer's answer and by your own records",
        "where the plan allows more when it is needed: a letter by the treating clinician",
        _RECORD,
    ),
    "provider_enrollment": (
        "the payer's letter or screen that shows the provider enrolled at this location on the day "
        "of service",
        "license and certificates in force on that day",
    ),
    "other": ("what the remark or the payer's letter asks for", _RECORD),
}
OF_CARC: Final[dict[str, tuple[str, ...]]] = {
    "40": ("the emergency department's record: complaints, findings and times on arrival",),
    "55": ("published evidence for the treatment, as the payer's policy weighs it",),
    "56": ("published evidence for the treatment, as the payer's policy weighs it",),
    "114": ("the drug regulator's approval, or the compendium that lists this use",),
    "116": ("the advance notice, as the patient signed it",),
    "150": ("what the record says of history, examination, decision making or time",),
    "151": ("the plan of care with frequency and length, and progress against it",),
    "154": ("the prescription with dose and days",),
    "186": ("the order for the level of care, and the findings of that day",),
    "197": ("the payer's rule on authorization after the fact, where it has one",),
    "198": ("the payer's approval of further units or days, where there is one",),
    "210": ("why the request was late, from the record",),
    "242": ("the payer's approval of care outside the network, or that none was in reach",),
    "252": ("the attachment that the remark names",),
    "B15": ("the claim of the service that has to come first, and that it was covered",),
    "B23": ("the CLIA certificate in force on the day of service",),
}


def documents(denial: Denial) -> tuple[str, ...]:
    """The checklist for a denial, what is particular to it first; no document stands twice."""
    facts = denial.facts
    asked = tuple(
        f"what remark {one.code} asks for ({one.meaning[:1].lower()}{one.meaning[1:]})"
        for one in denial.remarks
        if "documents" in one.bearing
    )
    category = facts.category or "other"
    found = (*asked, *OF_CARC.get(facts.code, ()), *OF_CATEGORY[category], *ALWAYS)
    return tuple(dict.fromkeys(found))
