"""Whose each finding of the judge is: the claim's own, or of all claims below it."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace
from decimal import Decimal

import pytest

from claims.types import Claim, Payer, Provider, ServiceLine, Subscriber
from claims.x12 import Envelope, write_837
from claims.x12.judged import judge_claims

LINE = ServiceLine(
    number=1, procedure="99213", charge=Decimal(100), units=Decimal(1),
    diagnosis_pointers=(1,), service_from=dt.date(2025, 3, 3),
)  # fmt: skip
CLAIM = Claim(
    claim_id="A1", payer=Payer(payer_id="12345", name="PLAN", filing_code="CI"),
    submitted_on=dt.date(2025, 3, 4), charge=Decimal(100), place_of_service="11",
    accepts_assignment="A", subscriber=Subscriber(member_id="M1", sex="F"),
    billing=Provider(npi="1234567893", taxonomy="207Q00000X"), diagnoses=("M545",), lines=(LINE,),
)  # fmt: skip


def _file(*claims: Claim) -> bytes:
    out = io.BytesIO()
    created = dt.datetime(2025, 3, 4, 12)  # noqa: DTZ001 -- X12 states no zone
    write_837(claims, out, Envelope(sender="US", receiver="THEM", created=created))
    return out.getvalue()


@pytest.fixture(scope="module")
def two() -> bytes:
    return _file(CLAIM, replace(CLAIM, claim_id="A2", subscriber=Subscriber(member_id="M2")))


def _places(data: bytes) -> dict[str, set[str]]:
    return {
        one.claim_id: {found.element or found.segment_id for found in one.findings}
        for one in judge_claims(data)
    }


def test_a_valid_file_has_no_findings(two: bytes) -> None:
    assert _places(two) == {"A1": set(), "A2": set()}


def test_what_is_in_a_claim_is_its_own(two: bytes) -> None:
    broken = two.replace(b"11:B:1", b"11:Q:1", 1)
    assert broken != two
    assert _places(broken) == {"A1": {"CLM05-02"}, "A2": set()}
    last = two[::-1].replace(b"11:B:1"[::-1], b"11:Q:1"[::-1], 1)[::-1]
    assert _places(last) == {"A1": set(), "A2": {"CLM05-02"}}


def test_what_is_above_is_of_all_claims_below(two: bytes) -> None:
    assert _places(two.replace(b"*46*", b"*99*", 1)) == {"A1": {"NM108"}, "A2": {"NM108"}}
    subscriber = two.replace(b"SBR*P", b"SBR*Z", 1)
    assert _places(subscriber) == {"A1": {"SBR", "NM1"}, "A2": set()}


def test_what_is_missing_at_the_end_of_a_claim_is_that_claims(two: bytes) -> None:
    start = two.index(b"LX*1")
    broken = two[:start] + two[two.index(b"HL*", start) :]
    found = _places(broken)
    assert found["A1"]
    assert not any(place != "SE" for place in found["A2"] - {"HL"})
    missing = [one for one in judge_claims(broken)[0].findings if one.code == "3"]
    assert any("2400" in one.text for one in missing)
    assert not any("2400" in one.text for one in judge_claims(broken)[1].findings)


def test_what_no_guide_is_known_of_has_no_claims(two: bytes) -> None:
    assert judge_claims(two.replace(b"005010X222A1", b"009999X999A9")) == []
    assert judge_claims(b"hello") == []
