"""The words for a denial and for what is done about it (design.md sections 5 and 6).

The order of ``CATEGORIES`` is part of the model's file format: add at the end, never reorder.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Category = Literal[
    "eligibility",
    "authorization",
    "coding",
    "bundling",
    "medical_necessity",
    "timely_filing",
    "duplicate",
    "coordination_of_benefits",
    "missing_information",
    "documentation",
    "non_covered",
    "benefit_limit",
    "provider_enrollment",
    "other",
]
CarcClass = Literal["denial", "contractual", "patient_share", "informational", "pending"]
Owner = Literal[
    "registration",
    "authorization",
    "coding",
    "clinical",
    "billing",
    "coordination_of_benefits",
    "enrollment",
]
Action = Literal[
    "submit",
    "verify_eligibility",
    "obtain_authorization",
    "correct_authorization",
    "obtain_referral",
    "review_modifier",
    "review_coding",
    "review_bundling",
    "review_medical_necessity",
    "attach_documentation",
    "submit_now",
    "prove_timely_filing",
    "check_claim_status",
    "update_coordination_of_benefits",
    "complete_information",
    "confirm_coverage",
    "confirm_benefit_limit",
    "confirm_enrollment",
]


@dataclass(frozen=True, slots=True)
class CategoryFacts:
    """What is true of every denial of a category: can it be mended, its kind, who works it."""

    mendable: Literal["soft", "hard"]
    kind: Literal["administrative", "clinical", "technical"]
    owner: Owner


FACTS: Final[dict[Category, CategoryFacts]] = {
    "eligibility": CategoryFacts("hard", "administrative", "registration"),
    "authorization": CategoryFacts("hard", "administrative", "authorization"),
    "coding": CategoryFacts("soft", "technical", "coding"),
    "bundling": CategoryFacts("hard", "technical", "coding"),
    "medical_necessity": CategoryFacts("hard", "clinical", "clinical"),
    "timely_filing": CategoryFacts("hard", "administrative", "billing"),
    "duplicate": CategoryFacts("soft", "administrative", "billing"),
    "coordination_of_benefits": CategoryFacts("soft", "administrative", "coordination_of_benefits"),
    "missing_information": CategoryFacts("soft", "administrative", "billing"),
    "documentation": CategoryFacts("soft", "clinical", "clinical"),
    "non_covered": CategoryFacts("hard", "administrative", "registration"),
    "benefit_limit": CategoryFacts("hard", "administrative", "registration"),
    "provider_enrollment": CategoryFacts("soft", "administrative", "enrollment"),
    "other": CategoryFacts("soft", "administrative", "billing"),
}
CATEGORIES: Final[tuple[Category, ...]] = tuple(FACTS)
CATEGORY_CODE: Final[dict[str, int]] = {name: code for code, name in enumerate(CATEGORIES)}
