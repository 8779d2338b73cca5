"""A card as a CHAI Applied Model Card (XML, schema v0.2 of the Coalition for Health AI).

Texts are Markdown, as the schema allows. What does not apply says so.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from reports.card import words as said
from reports.card.content import sections
from reports.card.markdown import blocks_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from models.card import Card

NAMESPACE: Final = "https://mc.chai.org/v0.2/schema.xsd"
_NONE: Final = "None"
_TEST: Final = "Retrospective, forward in time: claims sent after all that the judged model learned"
Tree = dict[str, Any]


def xml(card: Card, version: str = "") -> str:
    """The document, in the order of the schema."""
    text = {one.anchor: blocks_text(one) for one in sections(card, version)}
    root = Element("AppliedModelCard", {"xmlns": NAMESPACE})
    for name, part in _tree(card, version, text).items():
        _add(root, name, part)
    indent(root)
    body = tostring(root, encoding="unicode", short_empty_elements=True)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


def _add(parent: Element, name: str, part: object) -> None:
    if isinstance(part, list):
        for one in part:
            _add(parent, name, one)
        return
    child = SubElement(parent, name)
    if isinstance(part, dict):
        for inner, value in part.items():
            _add(child, inner, value)
    else:
        child.text = _clean(str(part))


def _clean(text: str) -> str:
    """Without the control characters that XML 1.0 cannot hold."""
    return "".join(sign for sign in text if sign in "\n\t" or ord(sign) >= 32)


def _tree(card: Card, version: str, text: Mapping[str, str]) -> Tree:
    return {
        "BasicInfo": {
            "ModelName": "Preclear denial model",
            "ModelDeveloper": said.DEVELOPER,
            "DeveloperContact": said.CONTACT,
        },
        "ReleaseInfo": {
            "ReleaseStage": "Registered by a training run of the installation that uses it",
            "ReleaseDate": card["made_on"],
            "ReleaseVersion": version or card["model"]["digest"],
            "GlobalAvailability": "The installation that trained it",
            "RegulatoryApproval": "None; it is not a medical device and decides nothing about care",
        },
        "ModelSummary": {
            "Summary": text["summary"],
            "Keywords": {"Keyword": ["claims", "denials", "X12 837", "X12 835", "revenue cycle"]},
        },
        "UsesAndDirections": {
            "IntendedUseAndWorkflow": f"{said.PURPOSE} {said.ROLE}",
            "PrimaryIntendedUsers": said.USERS,
            "HowToUse": said.OUTPUT,
            "TargetedPatientPopulation": said.POPULATION,
            "CautionedOutOfScopeSettings": text["out-of-scope"],
        },
        "Warnings": {
            "KnownRisksAndLimitations": text["risks"],
            "KnownBiasesOrEthicalConsiderations": text["fairness"],
            "ClinicalRiskLevel": "None intended: administrative use, no part in care",
        },
        "TrustIngredients": _ingredients(text),
        "KeyMetrics": _metrics(card, text),
        "Resources": {
            "EvaluationReferences": text["attributes"],
            "PeerReviewedPublications": _NONE,
            "PatientConsentOrDisclosure": (
                "Claims are used by the practice that sent them, for payment; none leaves it."
            ),
        },
        "Bibliography": "",
    }


def _ingredients(text: Mapping[str, str]) -> Tree:
    return {
        "AISystemFacts": {
            "OutcomesAndOutputs": f"{said.OUTPUT} {said.KIND}",
            "ModelType": "Gradient-boosted trees (LightGBM), one softmax over causes of denial, "
            "calibrated on later claims",
            "FoundationModels": _NONE,
            "InputDataSource": "The installation's own claims (X12 837) and remittances (X12 835)",
            "OutputAndInputDataTypes": text["inputs"],
            "DevelopmentDataCharacterization": text["data"],
            "BiasMitigationApproaches": said.MITIGATION,
            "OngoingMaintenance": text["maintenance"],
            "Security": said.SECURITY,
            "Transparency": "Open source; every score is on record with its exact reasons, and can "
            "be computed again to the last bit",
        },
        "TransparencyInformation": {
            "FundingSource": said.FUNDING,
            "ThirdPartyInformation": _NONE,
            "StakeholdersConsulted": _NONE,
        },
    }


def _metrics(card: Card, text: Mapping[str, str]) -> Tree:
    overall = card["overall"]
    held = [("Held wrongly, all", overall["false_hold_rate"])]
    for group in card["groups"]:
        held += [
            (f"Held wrongly, {group['by']}: {row['group']}", row["false_hold_rate"])
            for row in group["rows"]
            if row["measured"]
        ]
    return {
        "UsefulnessUsabilityEfficacy": _metric(
            card,
            "To rank claims by how likely they are denied, and name the category",
            [
                ("AUROC", overall["auroc"]),
                ("AUPRC", overall["auprc"]),
                ("Category named first", overall["category_first"]),
                ("Missed, of denied claims", overall["missed_rate"]),
            ],
            text["performance"],
        ),
        "FairnessEquity": _metric(
            card,
            "To hold no group of claims wrongly more often than another",
            held,
            "\n\n".join(
                [
                    text["fairness"],
                    *(text[f"by-{one['by'].replace(' ', '-')}"] for one in card["groups"]),
                ]
            ),
        ),
        "SafetyReliability": _metric(
            card,
            "That a probability means what it says",
            [
                ("Calibration error", overall["calibration_error"]),
                ("Brier score", overall["brier"]),
                ("Interval coverage", overall["interval_coverage"]),
            ],
            text["calibration"],
        ),
    }


def _metric(
    card: Card, goal: str, results: Sequence[tuple[str, Mapping[str, Any]]], text: str
) -> Tree:
    test = next(one for one in card["data"]["periods"] if one["name"] == "test")
    told = [
        {"Label": label, "ValueJson": json.dumps(_value(figure))}
        for label, figure in results
        if figure["value"] is not None
    ]
    return {
        "MetricGoal": goal,
        "Results": {"MetricResult": told or [{"Label": goal, "ValueJson": json.dumps(_NOTHING)}]},
        "Interpretation": text,
        "TestType": _TEST,
        "TestingDataDescription": (
            f"{test['examples']:,} claims ({test['denied']:,} denied) of the same installation, "
            f"sent from {test['first']} to {test['last']}"
        ),
        "ValidationProcessAndJustification": said.EXTERNAL,
    }


_NOTHING: Final = {"kind": "text", "value": "not measured"}


def _value(figure: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "kind": "single",
        "value": figure["value"],
        "low": figure["low"],
        "high": figure["high"],
    }
