"""Professional claims, written as a clearinghouse's JSON, are the claims that they were."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from claims.dialects import dialect_of, translated
from claims.types import Claim, Provider
from service.problems import Problem
from service.scoring.requests import parse_claim
from tests.claims.dialects.rich_claims import enriched, world
from tests.claims.dialects.write_clearinghouse import clearinghouse

LEAST: dict[str, Any] = {
    "tradingPartnerServiceId": "60054",
    "claimInformation": {"patientControlNumber": "A", "serviceLines": [{}]},
}


def unsent(claim: Claim) -> Claim:
    """What no such JSON carries: the day, which its 837 will have only when it is made of it."""
    return replace(claim, submitted_on=None)


def professional(seed: int) -> list[Claim]:
    return [claim for claim in world(250, seed) if claim.form == "professional"]


@pytest.mark.parametrize("listed", [False, True])
def test_a_worlds_claims_come_back_whole(listed: bool) -> None:
    claims = professional(31)
    assert {claim.payer.position for claim in claims} >= {"P", "S"}
    assert {claim.frequency for claim in claims} >= {"1", "7"}
    assert any(claim.patient.relationship != "18" for claim in claims)
    for claim in claims:
        assert parse_claim(clearinghouse(claim, listed=listed), 999).claim == unsent(claim)


def test_all_that_a_claim_may_hold_comes_back_whole() -> None:
    claims = [enriched(claim, seed) for seed, claim in enumerate(professional(32)) if seed < 300]
    for claim in claims:
        assert parse_claim(clearinghouse(claim), 999).claim == unsent(claim)


def changed(path: str, value: Any) -> dict[str, Any]:
    """The least claim with ``value`` at a dotted path."""
    body: dict[str, Any] = {
        **LEAST,
        "claimInformation": {**LEAST["claimInformation"], "serviceLines": [{}]},
    }
    inside: Any = body
    *above, last = path.split(".")
    for name in above:
        inside = inside[int(name)] if name.isdigit() else inside.setdefault(name, {})
    inside[last] = value
    return body


LINE = "claimInformation.serviceLines.0"


@pytest.mark.parametrize(
    ("path", "value", "field", "says"),
    [
        ("claimInformation", [], "claimInformation", "object"),
        ("tradingPartnerServiceId", "", "tradingPartnerServiceId", "required"),
        ("tradingPartnerServiceId", {}, "tradingPartnerServiceId", "quotes"),
        ("subscriber", "X", "subscriber", "object"),
        ("subscriber.gender", "X", "subscriber.gender", "one of"),
        ("subscriber.dateOfBirth", "1980-13-01", "subscriber.dateOfBirth", "date"),
        ("dependent.dateOfBirth", 19800101, "dependent.dateOfBirth", "CCYYMMDD"),
        ("providers", {}, "providers", "list"),
        ("providers", [3], "providers[0]", "object"),
        ("rendering", [], "rendering", "object"),
        ("rendering", {"npi": 5}, "rendering.npi", "quotes"),
        ("claimInformation.patientControlNumber", None, None, "required"),
        ("claimInformation.claimChargeAmount", "x", None, "number"),
        ("claimInformation.relatedCausesCode", "AA", None, "list"),
        ("claimInformation.claimNote", "text", None, "object"),
        ("claimInformation.healthCareCodeInformation", {"diagnosisCode": "I10"}, None, "list"),
        ("claimInformation.serviceLines", None, None, "required"),
        ("claimInformation.serviceLines", [], None, "at least 1"),
        ("claimInformation.serviceLines", [None], None, "at least 1"),
        ("claimInformation.serviceLines", "x", None, "list"),
        ("claimInformation.serviceLines", [{}] * 1_000, None, "at most 999"),
        (f"{LINE}.serviceDate", "2026/03/02", "claimInformation.serviceLines[0].serviceDate", "CC"),
        (
            f"{LINE}.professionalService.serviceUnitCount", "-1",
            "claimInformation.serviceLines[0].professionalService.serviceUnitCount", "at least 0",
        ),
        (
            f"{LINE}.professionalService.procedureModifiers", ["25", 59],
            "claimInformation.serviceLines[0].professionalService.procedureModifiers[1]", "quotes",
        ),
        (
            f"{LINE}.professionalService.compositeDiagnosisCodePointers", [["1"]],
            "claimInformation.serviceLines[0].professionalService.compositeDiagnosisCodePointers",
            "object",
        ),
        (
            f"{LINE}.institutionalService", {"serviceLineRevenueCode": "0450"},
            "claimInformation.serviceLines[0].institutionalService", "institutional",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_as_the_caller_wrote_it(
    path: str, value: Any, field: str | None, says: str
) -> None:
    with pytest.raises(Problem) as caught:
        parse_claim(changed(path, value), 999)
    document: Any = caught.value.document()
    assert [error["field"] for error in document["errors"]] == [field or path]
    assert says in document["errors"][0]["text"]
    with pytest.raises(Problem) as beside:
        parse_claim({"claim": changed(path, value), "eligibility": {"active": True}}, 999)
    named: Any = beside.value.document()
    assert [error["field"] for error in named["errors"]] == [f"claim.{field or path}"]


def test_what_stands_beside_is_named_in_our_words() -> None:
    with pytest.raises(Problem) as caught:
        parse_claim({"claim": LEAST, "eligibility": {"active": 3}, "as_of": "x"}, 999)
    document: Any = caught.value.document()
    assert [error["field"] for error in document["errors"]] == ["eligibility.active", "as_of"]


def test_unknown_fields_are_passed_over() -> None:
    body = changed("claimInformation.specialProgramCode", {"any": ["thing"]})
    assert parse_claim({**body, "newField": 1}, 999).claim == parse_claim(LEAST, 999).claim


def test_a_dependent_is_never_the_subscriber() -> None:
    body = {**LEAST, "subscriber": {"gender": "F"}, "dependent": {"firstName": "JIM"}}
    claim = parse_claim(body, 999).claim
    assert (claim.patient.relationship, claim.patient.sex) == ("", "")


def test_the_named_provider_goes_before_the_listed_one() -> None:
    listed = [{"providerType": "BillingProvider", "npi": "1"}, {"providerType": "X", "npi": "2"}]
    assert parse_claim({**LEAST, "providers": listed}, 9).claim.billing == Provider(npi="1")
    named = {**LEAST, "providers": listed, "billing": {"npi": "3", "taxonomyCode": "T"}}
    assert parse_claim(named, 9).claim.billing == Provider(npi="3", taxonomy="T")


def test_fields_of_the_answer_are_told_where_they_stand() -> None:
    body = clearinghouse(enriched(professional(32)[0], 5), listed=True)
    found = translated(body)
    assert found is not None
    assert dialect_of(body) == "clearinghouse"
    told = found.paths.theirs
    service = "claimInformation.serviceLines[0].professionalService"
    assert told("lines[0].modifiers") == f"{service}.procedureModifiers"
    assert told("lines[0].rendering.npi").startswith("claimInformation.serviceLines[0].rendering")
    assert told("billing.npi") == "providers[0].npi"
    more = "claimInformation.claimSupplementalInformation"
    assert told("authorization.number") == f"{more}.priorAuthorizationNumber"
    assert told("diagnoses[0]") == "claimInformation.healthCareCodeInformation[0].diagnosisCode"
    assert told("eligibility.active") == "eligibility.active"
    assert told("authorization.valid_to") == "authorization.valid_to"
