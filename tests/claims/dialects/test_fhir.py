"""Claims, written as FHIR, are the claims that they were."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from claims.columns import claim_columns
from claims.dialects import translated
from claims.keys import Keys
from claims.types import Claim, Provider
from service.problems import Problem
from service.scoring.dialect_examples import FHIR
from service.scoring.requests import parse_claim
from tests.claims.dialects.rich_claims import enriched, world
from tests.claims.dialects.write_fhir import fhir, fhir_bundle

KEYS = Keys(b"k" * 32)


def sent(claim: Claim, write: Callable[[Claim], dict[str, Any]]) -> Claim:
    """``claim`` as it comes back, after JSON."""
    return parse_claim(json.loads(json.dumps(write(claim))), 999).claim


def told(claim: Claim) -> Claim:
    """What a FHIR Claim tells: one day for all that a payer answered, no other pay-to address."""
    days = {other.payer_id: other.adjudicated_on for other in claim.other_payers}
    lines = [
        replace(
            line,
            other_adjudications=tuple(
                replace(answer, adjudicated_on=days[answer.payer_id])
                for answer in line.other_adjudications
            ),
        )
        for line in claim.lines
    ]
    return replace(claim, pay_to=None, lines=tuple(lines))


@pytest.mark.parametrize("write", [fhir, fhir_bundle])
def test_a_worlds_claims_come_back_whole(write: Callable[[Claim], dict[str, Any]]) -> None:
    claims = world(250, 31)
    assert {claim.form for claim in claims} == {"professional", "institutional"}
    assert any(line.other_adjudications for claim in claims for line in claim.lines)
    for claim in claims:
        back = sent(claim, write)
        assert back == told(claim)
        assert claim_columns([back], KEYS) == claim_columns([claim], KEYS)


@pytest.mark.parametrize("write", [fhir, fhir_bundle])
def test_all_that_a_claim_may_hold_comes_back_whole(
    write: Callable[[Claim], dict[str, Any]],
) -> None:
    for seed, claim in enumerate(world(250, 32)):
        rich = enriched(claim, seed)
        back = sent(rich, write)
        assert claim_columns([back], KEYS) == claim_columns([rich], KEYS)
        assert back == told(rich)


def at(place: str, value: Any) -> dict[str, Any]:
    """The example with ``value`` at a dotted path."""
    body: dict[str, Any] = json.loads(json.dumps(FHIR))
    inside: Any = body
    *above, last = place.split(".")
    for name in above:
        inside = inside[int(name)] if isinstance(inside, list) else inside[name]
    inside[int(last) if isinstance(inside, list) else last] = value
    return body


@pytest.mark.parametrize(
    ("place", "value", "field", "says"),
    [
        ("resourceType", "Patient", "resourceType", "Claim"),
        ("use", "preauthorization", "use", '"claim"'),
        ("type", {"coding": [{"code": "oral"}]}, "type.coding[0].code", "professional"),
        ("identifier", [], "identifier[0].value", "required"),
        ("identifier", {}, "identifier", "list"),
        ("created", "2026", "created", "YYYY-MM-DD"),
        ("item", [], "item", "at least 1"),
        ("item", None, "item", "required"),
        ("item.0.servicedDate", 3, "item[0].servicedDate", "YYYY-MM-DD"),
        ("item.0.quantity.value", "many", "item[0].quantity.value", "number"),
        ("item.0.modifier.0", "25", "item[0].modifier[0]", "object"),
        ("item.0.modifier.0", {"coding": [{"code": 25}]},
         "item[0].modifier[0].coding[0].code", "quotes"),
        ("item.0.diagnosisSequence", [0.5], "item[0].diagnosisSequence[0]", "whole"),
        ("contained.0.gender", "F", "contained[0].gender", "male"),
        ("contained", "x", "contained", "list"),
        ("insurance", [], "insurer.resolve().identifier[0].value", "required"),
        ("insurance.0.sequence", "first", "insurance[0].sequence", "whole number"),
        ("diagnosis.0.diagnosisCodeableConcept", [], "diagnosis[0].diagnosisCodeableConcept",
         "object"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_as_the_caller_wrote_it(
    place: str, value: Any, field: str, says: str
) -> None:
    body = at(place, value)
    if place == "insurance":
        del body["insurer"]
    with pytest.raises(Problem) as caught:
        parse_claim(body, 999)
    document: Any = caught.value.document()
    assert [error["field"] for error in document["errors"]] == [field]
    assert says in document["errors"][0]["text"]


def test_in_a_bundle_each_resource_is_named_by_its_place() -> None:
    claim = enriched(world(250, 32)[0], 4)
    body = fhir_bundle(claim)
    place = next(
        place
        for place, entry in enumerate(body["entry"])
        if entry["resource"].get("gender") is not None
    )
    body["entry"][place]["resource"]["gender"] = "X"
    with pytest.raises(Problem) as caught:
        parse_claim({"claim": body, "as_of": "2026-03-04"}, 999)
    assert [error.field for error in caught.value.errors] == [
        f"claim.entry[{place}].resource.gender"
    ]
    found = translated(fhir_bundle(claim))
    assert found is not None
    last = len(body["entry"]) - 1
    told = found.paths.theirs("lines[0].procedure")
    assert told == f"entry[{last}].resource.item[0].productOrService.coding[0].code"
    assert found.paths.theirs("delay_reason").startswith(f"entry[{last}].resource.supportingInfo")


def test_a_bundle_has_one_claim() -> None:
    claim = world(250, 32)[0]
    body = fhir_bundle(claim)
    for entries, says in (([], "must hold a Claim"), (body["entry"] * 2, "a second Claim")):
        with pytest.raises(Problem) as caught:
            parse_claim({**body, "entry": entries}, 999)
        assert says in caught.value.detail


def without_scope(body: dict[str, Any]) -> dict[str, Any]:
    """As by a producer that knows no PAS."""
    team = [
        {name: part for name, part in one.items() if name != "extension"}
        for one in body["careTeam"]
    ]
    return {**body, "careTeam": team}


def test_a_member_whom_all_items_name_is_the_claims() -> None:
    rendering = FHIR["careTeam"][0]
    every = [{**item, "careTeamSequence": [rendering["sequence"]]} for item in FHIR["item"]]
    whole = parse_claim(without_scope({**FHIR, "item": every}), 9).claim
    assert whole.rendering == Provider(npi="1245319599", taxonomy="207Q00000X")
    some = [every[0], {**FHIR["item"][1], "careTeamSequence": []}]
    lines = parse_claim(without_scope({**FHIR, "item": some}), 9).claim
    assert lines.rendering is None
    assert [line.rendering for line in lines.lines] == [whole.rendering, None]


def test_plain_producers_are_understood() -> None:
    """Logical references, a Condition, words for codes, a price instead of a net."""
    body = {
        "resourceType": "Claim",
        "identifier": [{"value": "A1"}],
        "created": "2026-03-04T10:00:00-05:00",
        "insurer": {"identifier": {"value": "60054"}, "display": "A PAYER"},
        "provider": {
            "identifier": {"system": "http://hl7.org/fhir/sid/us-npi", "value": "1234567893"}
        },
        "patient": {"reference": "#p"},
        "contained": [
            {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1974-05-20"},
            {"resourceType": "Condition", "id": "c", "code": {
                "coding": [
                    {"system": "http://snomed.info/sct", "code": "1"},
                    {"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "E11.9"},
                ]
            }},
            {"resourceType": "Coverage", "id": "v", "identifier": [{"value": "W1"}],
             "relationship": {"coding": [{"code": "spouse"}]}},
        ],
        "insurance": [{"sequence": 1, "focal": True, "coverage": {"reference": "#v"}}],
        "diagnosis": [{"sequence": 7, "diagnosisReference": {"reference": "#c"}}],
        "billablePeriod": {"start": "2026-03-02", "end": "2026-03-02"},
        "accident": {"date": "2026-03-01", "type": {"coding": [{"code": "MVA"}]}},
        "item": [
            {
                "sequence": 1,
                "diagnosisSequence": [7, 8],
                "productOrService": {"coding": [{"code": "99213"}]},
                "locationCodeableConcept": {"coding": [{"code": "11"}]},
                "quantity": {"value": 3, "unit": "d"},
                "unitPrice": {"value": 40.1},
            }
        ],
    }  # fmt: skip
    claim = parse_claim(body, 9).claim
    line = claim.lines[0]
    assert (claim.payer.payer_id, claim.payer.name) == ("60054", "A PAYER")
    assert claim.billing.npi == "1234567893"
    assert (claim.patient.relationship, claim.patient.sex) == ("01", "F")
    assert claim.subscriber.member_id == "W1"
    assert claim.diagnoses == ("E119",)
    assert line.diagnosis_pointers == (1, 2)  # the second points to nothing, and an edit says so
    assert str(claim.submitted_on) == "2026-03-04"
    assert str(claim.statement_from) == "2026-03-02"
    assert claim.related_causes == ("AA",)
    assert (claim.place_of_service, line.unit_basis, str(line.charge)) == ("11", "DA", "120.30")
