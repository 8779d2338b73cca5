from __future__ import annotations

import csv
from pathlib import Path
from typing import get_args

import pytest

from claims.carc import FollowUp, load_catalogue
from claims.categories import FACTS, CarcClass, Owner

GIVEN = Path(__file__).parents[3] / "shared" / "data" / "carc.csv"
OURS = {"cob": "coordination_of_benefits", "coding_modifier": "coding"} | {
    "missing_info": "missing_information",
    "provider_enrolment": "provider_enrollment",
    "frequency_limit": "benefit_limit",
}
MOVED = {"163", "164", "226", "250", "251", "252", "B12"}


def test_every_row_is_whole_and_in_our_words() -> None:
    catalogue = load_catalogue()
    assert len(catalogue) > 350
    for facts in catalogue:
        denial = facts.carc_class == "denial"
        assert facts.carc_class in get_args(CarcClass)
        assert facts.meaning
        assert len(facts.meaning) < 80
        assert facts.owner in get_args(Owner)
        assert facts.action in get_args(FollowUp)
        assert (facts.category in FACTS) == denial
        assert (facts.mendable in ("soft", "hard")) == denial
        if denial and facts.category:
            assert facts.kind == FACTS[facts.category].kind


def test_every_category_has_codes() -> None:
    assert {facts.category for facts in load_catalogue()} - {""} == set(FACTS)


@pytest.mark.parametrize(
    ("code", "carc_class", "category"),
    [
        ("45", "contractual", ""),
        ("1", "patient_share", ""),
        ("23", "informational", ""),
        ("133", "pending", ""),
        ("24", "contractual", ""),
        ("197", "denial", "authorization"),
        ("165", "denial", "authorization"),
        ("38", "denial", "authorization"),
        ("27", "denial", "eligibility"),
        ("204", "denial", "non_covered"),
        ("252", "denial", "documentation"),
        ("16", "denial", "missing_information"),
        ("29", "denial", "timely_filing"),
        ("18", "denial", "duplicate"),
        ("22", "denial", "coordination_of_benefits"),
        ("B7", "denial", "provider_enrollment"),
        ("119", "denial", "benefit_limit"),
        ("50", "denial", "medical_necessity"),
        ("97", "denial", "bundling"),
        ("4", "denial", "coding"),
    ],
)
def test_well_known_codes(code: str, carc_class: str, category: str) -> None:
    facts = load_catalogue().facts(code)
    assert (facts.carc_class, facts.category) == (carc_class, category)


def test_codes_are_found_as_payers_write_them() -> None:
    catalogue = load_catalogue()
    assert catalogue.facts("045").code == "45"
    assert catalogue.facts(" b7 ").code == "B7"
    assert catalogue.facts("A0").code == "A0"


def test_an_unknown_code_is_a_denial_of_category_other() -> None:
    facts = load_catalogue().facts("ZZ9")
    assert (facts.code, facts.carc_class, facts.category) == ("ZZ9", "denial", "other")
    assert "ZZ9" not in load_catalogue()


@pytest.mark.skipif(not GIVEN.exists(), reason="the given list is not there")
def test_the_given_list_is_kept_but_for_what_the_decision_names() -> None:
    catalogue = load_catalogue()
    moved = set()
    for row in csv.DictReader(GIVEN.read_text().splitlines()):
        facts = catalogue.facts(row["code"])
        assert facts.code in catalogue
        assert facts.carc_class == row["class"]
        if facts.carc_class == "denial":
            assert facts.mendable == row["hard_soft"]
            if facts.category != OURS.get(row["category"], row["category"]):
                moved.add(facts.code)
    assert moved == MOVED
