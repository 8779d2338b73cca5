"""The card in its three forms: one set of figures, all 31 attributes, the schema's order."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest
from invented_card import invented_card

from reports.card.attributes import attributes
from reports.card.blocks import Table
from reports.card.chai import NAMESPACE, xml
from reports.card.content import sections
from reports.card.html import html
from reports.card.markdown import markdown
from reports.card.plot import calibration
from reports.card.render import renderings


@pytest.fixture
def card() -> dict[str, Any]:
    return invented_card()


class Figures(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.values: list[str] = []
        self.tags: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "data":
            self.values.append(str(dict(attrs)["value"]))


def test_the_page_and_the_text_have_the_cards_figures(card: dict[str, Any]) -> None:
    page, text = Figures(html(card, "7")), markdown(card, "7")
    cells = [
        cell
        for section in sections(card, "7")
        for block in section.blocks
        if isinstance(block, Table)
        for line in block.rows
        for cell in line
    ]
    assert page.values == [str(cell.value) for cell in cells if cell.value is not None]
    for name in ("auroc", "brier", "log_loss", "false_hold_rate", "missed_rate"):
        assert str(card["overall"][name]["value"]) in page.values
    for group in card["groups"]:
        for one in group["rows"]:
            if one["measured"]:
                assert str(one["false_hold_rate"]["value"]) in page.values
    assert "31.0 % (30.0 to 32.0)" in text
    assert "16.1 % (15.1 to 17.1)" in text
    assert "not measured" in text
    assert "no answer \\| yet" in text
    assert "rurality" in text
    assert "no address is held" in text


def test_the_page_stands_alone(card: dict[str, Any]) -> None:
    page = html(card, "7")
    told = Figures(page)
    assert not {"script", "img", "link", "iframe"} & set(told.tags)
    assert not re.search(r"https?://|style=|url\(", page)
    assert told.tags.count("h1") == 1
    assert "<b>" not in page
    assert 'role="img"' in page


def test_all_31_attributes_are_answered_in_nine_groups(card: dict[str, Any]) -> None:
    groups = attributes(card)
    assert len(groups) == 9
    ones = [one for _, group in groups for one in group]
    assert [one.number for one in ones] == list(range(1, 32))
    assert all(len(one.text) > 5 and one.title for one in ones)
    assert [len(group) for _, group in groups] == [4, 4, 2, 4, 2, 4, 5, 4, 2]
    text = markdown(card)
    assert all(f"{number}. " in text for number in range(1, 32))


# The sequences of the v0.2 schema; those in brackets there may be left out.
ORDER = {
    "AppliedModelCard": "BasicInfo ReleaseInfo ModelSummary UsesAndDirections Warnings "
    "TrustIngredients KeyMetrics Resources Bibliography",
    "BasicInfo": "ModelName ModelDeveloper DeveloperContact",
    "ReleaseInfo": "ReleaseStage ReleaseDate ReleaseVersion GlobalAvailability [EHRCompatibility] "
    "[RegulatoryApproval]",
    "ModelSummary": "Summary Keywords",
    "UsesAndDirections": "IntendedUseAndWorkflow PrimaryIntendedUsers HowToUse "
    "TargetedPatientPopulation CautionedOutOfScopeSettings",
    "Warnings": "KnownRisksAndLimitations KnownBiasesOrEthicalConsiderations ClinicalRiskLevel",
    "TrustIngredients": "AISystemFacts TransparencyInformation",
    "AISystemFacts": "OutcomesAndOutputs ModelType [FoundationModels] InputDataSource "
    "OutputAndInputDataTypes DevelopmentDataCharacterization BiasMitigationApproaches "
    "OngoingMaintenance [Security] [Transparency]",
    "TransparencyInformation": "FundingSource [ThirdPartyInformation] StakeholdersConsulted",
    "KeyMetrics": "UsefulnessUsabilityEfficacy FairnessEquity SafetyReliability",
    "Resources": "[EvaluationReferences] [ClinicalTrial] PeerReviewedPublications "
    "[ReimbursementStatus] PatientConsentOrDisclosure",
    "MetricResult": "Label ValueJson",
}
METRIC = "MetricGoal Results Interpretation TestType TestingDataDescription " + (
    "ValidationProcessAndJustification"
)
MANY = {"Keywords": "Keyword", "Results": "MetricResult"}


def check(element: Element) -> None:
    prefix, name = element.tag.split("}")
    assert prefix == "{" + NAMESPACE
    children = [child.tag.split("}")[1] for child in element]
    metrics = ORDER["KeyMetrics"].split()
    wanted = METRIC if name in metrics else ORDER.get(name)
    if name in MANY:
        assert children
        assert set(children) == {MANY[name]}
    elif wanted is None:
        assert children == []
    else:
        names = [one.strip("[]") for one in wanted.split()]
        assert children == [one for one in names if one in children]
        assert {one for one in wanted.split() if not one.startswith("[")} <= set(children)
    for child in element:
        check(child)


def test_the_xml_follows_the_schema_and_has_the_figures(card: dict[str, Any]) -> None:
    root = fromstring(xml(card, "7"))
    check(root)
    space = {"c": NAMESPACE}
    told = {
        one.findtext("c:Label", "", space): json.loads(one.findtext("c:ValueJson", "", space))
        for one in root.iterfind(".//c:MetricResult", space)
    }
    assert told["AUROC"]["value"] == card["overall"]["auroc"]["value"]
    assert told["Held wrongly, sex: male"]["value"] == 0.161
    assert "Held wrongly, sex: not known" not in told
    assert root.findtext("c:ReleaseInfo/c:ReleaseVersion", "", space) == "7"


def test_a_run_keeps_three_forms(card: dict[str, Any]) -> None:
    made = renderings(card)
    assert list(made) == ["card.html", "card.md", "card.xml"]
    assert made["card.html"].startswith("<!DOCTYPE html>")


def test_points_of_the_plot_lie_where_the_bins_are(card: dict[str, Any]) -> None:
    drawn = calibration(card["calibration"])
    places = re.findall(r'cx="([\d.]+)" cy="([\d.]+)"', drawn)
    assert len(places) == 2
    assert re.findall(r">([\d]+ %)<", drawn)[::2] == [f"{5 * place} %" for place in range(9)]
    # The axes end at 0.4: 0.1 lies a quarter along 260 units that begin at 44.
    assert float(places[0][0]) == pytest.approx(44 + 260 / 4, abs=0.1)
    assert float(places[1][1]) == pytest.approx(8 + 260 * (1 - 0.3556 / 0.4), abs=0.1)


def test_it_prints(card: dict[str, Any]) -> None:
    from reports.pdf import pdf

    assert pdf(html(card, "7"), short=False).startswith(b"%PDF-")
