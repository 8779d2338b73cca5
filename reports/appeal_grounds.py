"""The grounds of an appeal, by category: what may be said, with a gap for all that is not known.

Nothing here is asserted of a claim that its files do not show: each ground is a gap to be filled
from the record, or struck out. Nobody's clinical argument is written for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from models.triage import Triaged

_CLINICAL: Final = (
    "[[ The treating clinician's own account, from the record: the patient's condition, why the "
    "service was needed then and at that level, what was tried before, and which criteria of the "
    "payer's policy (name, number, date) are met. ]]"
)
_GROUNDS: Final[dict[str, tuple[str, ...]]] = {
    "eligibility": (
        "[[ On which day and how eligibility was checked, and what the payer answered. Enclose the "
        "answer; strike this out where there is none. ]]",
    ),
    "authorization": (
        "[[ One of these, and strike out the rest: the authorization number, its dates and what it "
        "covers; when and how it was asked for, with the payer's reference; why the payer's rules "
        "required none; why the service could not wait. ]]",
    ),
    "coding": (
        "[[ What coding found in the record for each line, with the guidance followed. Strike out "
        "what the record does not show. ]]",
    ),
    "bundling": (
        "[[ What in the record shows that the service was separate: another session, site, lesion "
        "or provider. If the record does not show it, do not send this appeal. ]]",
    ),
    "medical_necessity": (_CLINICAL,),
    "duplicate": (
        "[[ What in the record shows two separate services: times, sites, providers. ]]",
    ),
    "coordination_of_benefits": (
        "[[ What the other payer answered, and when; enclose its explanation of benefits. ]]",
    ),
    "missing_information": (
        "[[ The information that was missing, and where the record has it. ]]",
    ),
    "documentation": (
        "[[ Which of the enclosed documents answers what the payer asked for; when it was sent "
        "before, if it was. ]]",
    ),
    "non_covered": (
        "[[ The page of the member's plan that covers the service, or what the payer said when "
        "asked beforehand. ]]",
    ),
    "benefit_limit": (
        "[[ Your own count of visits or units against the payer's; or the provision of the plan "
        "that allows more. ]]",
        _CLINICAL,
    ),
    "provider_enrollment": (
        "[[ Since when the provider is enrolled at this location, with the payer's letter. ]]",
    ),
    "other": ("[[ Why the decision should be changed, from the record. ]]",),
}


def grounds(one: Triaged) -> list[str]:
    """The paragraphs that argue, each with its gaps."""
    if one.category == "timely_filing":
        return [_timely(one)]
    return list(_GROUNDS.get(one.category, _GROUNDS["other"]))


def _timely(one: Triaged) -> str:
    if one.sent_on is None:
        return (
            "[[ The day the claim was first sent, and the acceptance report that proves it; or the "
            "cause of the delay that the payer accepts. ]]"
        )
    return (
        f"Our file of the claim states {one.sent_on} as the day on which it was made. "
        "[[ Confirm it with the acceptance report (999 and 277CA) of that day and enclose it; or "
        "state the cause of the delay that the payer accepts. ]]"
    )
