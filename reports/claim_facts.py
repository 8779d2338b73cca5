"""The claim without identity: what the model saw of it, in words, from the recorded values."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from features.catalog import FEATURES, PLACE
from models.denial import FEATURE_NAMES
from models.lead_ins import fact
from models.record import names_digest

if TYPE_CHECKING:
    from models.record import AuditRecord

_ONLY_WHERE = ("delay_reason", "accident", "employment", "repeated_lines", "replacement")
"""Facts that are told only where they are so: of nearly all claims they are not."""
_HEADINGS = {
    "already_billed": "Sent before",
    "benefit_use": "Use of the benefit",
    "filing_lag": "Time to filing",
    "missing_information": "Details on the claim",
    "other_coverage": "Other coverage",
}


@dataclass(frozen=True, slots=True)
class Group:
    """Facts that a biller reads together: ``text`` is one sentence."""

    heading: str
    text: str


def claim_facts(record: AuditRecord) -> list[Group]:
    """The facts of the claim, by factor; what is not known of it is left out.

    Empty where the recorded values are those of another list of features. Rates and counts of the
    history are not repeated: the reasons tell those that mattered.
    """
    if record.features_digest != names_digest(FEATURE_NAMES):
        return []
    values = record.values()[0]
    groups: dict[str, list[str]] = {}
    for feature in FEATURES:
        if feature.measure != "fact" or math.isnan(values[PLACE[feature.name]]):
            continue
        if feature.name in _ONLY_WHERE and values[PLACE[feature.name]] == 0:
            continue
        said = groups.setdefault(feature.factor, [])
        text = fact(feature.name, values)
        if text not in said:
            said.append(text)
    return [Group(_heading(factor), _sentence(said)) for factor, said in groups.items()]


def _heading(factor: str) -> str:
    plain = factor.replace("_", " ")
    return _HEADINGS.get(factor, plain[:1].upper() + plain[1:])


def _sentence(said: list[str]) -> str:
    text = "; ".join(said)
    return f"{text[:1].upper()}{text[1:]}."
