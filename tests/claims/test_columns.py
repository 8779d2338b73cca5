from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from claims.carc import load_catalogue
from claims.columns import claim_columns, remittance_columns
from claims.schema import ADJUSTMENTS, CLAIMS, LINES, REMITTANCE_LINES, REMITTANCES
from claims.types import (
    Adjustment,
    Attachment,
    Authorization,
    Claim,
    Eligibility,
    LineAdjudication,
    OtherPayer,
    Patient,
    Payer,
    Provider,
    Remittance,
    ServiceLine,
    Subscriber,
)

if TYPE_CHECKING:
    from claims.keys import Keys

D = dt.date
PLAIN = Claim(claim_id="C1", payer=Payer(payer_id="P1"))

# Every field of a claim stated, each with a value of its own.
FULL = Claim(
    claim_id="C1",
    payer=Payer(payer_id="P1", name="PAYER", filing_code="MB", position="S"),
    form="institutional",
    submitted_on=D(2025, 3, 10),
    charge=Decimal("350.5"),
    place_of_service="11",
    bill_type="13",
    frequency="7",
    original_reference="REF8",
    accepts_assignment="A",
    subscriber=Subscriber(member_id="M1", sex="M", birth_date=D(1950, 1, 1)),
    patient=Patient(relationship="19", sex="F", birth_date=D(2000, 3, 5)),
    billing=Provider(npi="1000000001", taxonomy="T1"),
    rendering=Provider(npi="1000000002", taxonomy="T2"),
    referring=Provider(npi="1000000003"),
    supervising=Provider(npi="1000000004"),
    attending=Provider(npi="1000000005"),
    operating=Provider(npi="1000000006"),
    facility=Provider(npi="1000000007"),
    pay_to=Provider(npi="1000000008"),
    authorization=Authorization(
        number="AUTH",
        valid_from=D(2025, 1, 1),
        valid_to=D(2025, 6, 1),
        procedures=("97110",),
        units_left=Decimal("3.5"),
    ),
    referral_number="R",
    clia_number="L",
    delay_reason="9",
    related_causes=("AA", "EM"),
    accident_state="TX",
    accident_on=D(2025, 2, 1),
    onset_on=D(2025, 2, 2),
    statement_from=D(2025, 3, 2),
    statement_to=D(2025, 3, 4),
    admitted_on=D(2025, 3, 1),
    discharged_on=D(2025, 3, 6),
    admission_type="1",
    admission_source="2",
    patient_status="30",
    diagnosis_version=9,
    diagnoses=("A", "B"),
    admitting_diagnosis="C",
    drg="470",
    patient_paid=Decimal("20"),
    attachments=(Attachment(report_type="OZ"),),
    notes_present=True,
    other_payers=(
        OtherPayer(payer_id="O1", paid=Decimal("10.25")),
        OtherPayer(payer_id="O2", paid=Decimal("5")),
    ),
    lines=(
        ServiceLine(
            number=1,
            procedure="99213",
            modifiers=("25", "59"),
            charge=Decimal("100"),
            units=Decimal("1.23456"),
            unit_basis="MJ",
            diagnosis_pointers=(2, 1),
            place_of_service="22",
            revenue_code="0450",
            service_from=D(2025, 3, 1),
            service_to=D(2025, 3, 5),
            authorization_number="X",
            referral_number="X",
            clia_number="X",
            emergency=True,
            notes_present=True,
            ndc="X",
            rendering=Provider(npi="1000000011"),
            ordering=Provider(npi="1000000012"),
            referring=Provider(npi="1000000013"),
            attachments=(Attachment(report_type="B4"),),
            other_adjudications=(LineAdjudication(payer_id="O1"),),
        ),
        ServiceLine(number=2, revenue_code="0300", charge=Decimal("250.50")),
    ),
    eligibility=Eligibility(checked_on=D(2025, 3, 1), active=True, coverage_end=D(2025, 12, 31)),
)


def one(claim: Claim, keys: Keys) -> dict[str, Any]:
    return {name: values[0] for name, values in claim_columns([claim], keys)[0].items()}


def test_every_field_of_a_claim_reaches_its_column(keys: Keys) -> None:
    assert one(FULL, keys) == {
        "claim_key": keys.claim("C1"),
        "member_key": keys.member("M1"),
        "line_count": 2,
        "form": "institutional",
        "submitted_on": D(2025, 3, 10),
        "charge": Decimal("350.50"),
        "place_of_service": "11",
        "bill_type": "13",
        "frequency": "7",
        "original_reference_key": keys.payer_claim("REF8"),
        "accepts_assignment": "A",
        "payer_id": "P1",
        "payer_name": "PAYER",
        "filing_code": "MB",
        "position": "S",
        "relationship": "19",
        "sex": "F",
        "age": 24,
        "service_from": D(2025, 3, 1),
        "service_to": D(2025, 3, 5),
        "admitted_on": D(2025, 3, 1),
        "discharged_on": D(2025, 3, 6),
        "accident_on": D(2025, 2, 1),
        "onset_on": D(2025, 2, 2),
        "billing_npi": "1000000001",
        "billing_taxonomy": "T1",
        "rendering_npi": "1000000002",
        "rendering_taxonomy": "T2",
        "referring_npi": "1000000003",
        "supervising_npi": "1000000004",
        "attending_npi": "1000000005",
        "operating_npi": "1000000006",
        "facility_npi": "1000000007",
        "pay_to_npi": "1000000008",
        "authorization_given": True,
        "authorization_valid_from": D(2025, 1, 1),
        "authorization_valid_to": D(2025, 6, 1),
        "authorization_procedures": ("97110",),
        "authorization_units_left": Decimal("3.500"),
        "referral_given": True,
        "clia_given": True,
        "delay_reason": "9",
        "related_causes": ("AA", "EM"),
        "accident_state": "TX",
        "admission_type": "1",
        "admission_source": "2",
        "patient_status": "30",
        "diagnosis_version": 9,
        "diagnoses": ("A", "B"),
        "admitting_diagnosis": "C",
        "drg": "470",
        "patient_paid": Decimal("20.00"),
        "attachments": ["OZ", "B4"],
        "notes_present": True,
        "other_payer_count": 2,
        "other_payer_adjudicated": True,
        "other_payer_paid": Decimal("15.25"),
        "eligibility_checked_on": D(2025, 3, 1),
        "eligibility_active": True,
        "eligibility_coverage_end": D(2025, 12, 31),
    }


def test_every_field_of_a_line_reaches_its_column(keys: Keys) -> None:
    _, lines = claim_columns([FULL], keys)
    first = {name: values[0] for name, values in lines.items()}
    second = {name: values[1] for name, values in lines.items()}
    assert first == {
        "claim_key": keys.claim("C1"),
        "number": 1,
        "procedure": "99213",
        "modifiers": ("25", "59"),
        "charge": Decimal("100.00"),
        "units": Decimal("1.235"),
        "unit_basis": "MJ",
        "diagnosis_pointers": (2, 1),
        "place_of_service": "22",
        "revenue_code": "0450",
        "service_from": D(2025, 3, 1),
        "service_to": D(2025, 3, 5),
        "authorization_given": True,
        "referral_given": True,
        "clia_given": True,
        "ndc_given": True,
        "notes_present": True,
        "emergency": True,
        "rendering_npi": "1000000011",
        "ordering_npi": "1000000012",
        "referring_npi": "1000000013",
        "other_adjudicated": True,
    }
    # what a line does not state it takes from its claim
    assert second["place_of_service"] == "11"
    assert (second["service_from"], second["service_to"]) == (D(2025, 3, 2), D(2025, 3, 4))
    assert (second["rendering_npi"], second["referring_npi"]) == ("1000000002", "1000000003")
    assert second["ordering_npi"] == ""
    assert second["units"] is None
    assert not any(second[name] for name in second if name.endswith("_given"))


def test_a_bare_claim_states_nothing(keys: Keys) -> None:
    row = one(PLAIN, keys)
    assert list(row) == CLAIMS.names
    assert row["member_key"] == row["original_reference_key"] == row["line_count"] == 0
    for name in ("age", "service_from", "service_to", "patient_paid", "eligibility_active"):
        assert row[name] is None
    assert row["authorization_given"] is False
    assert row["other_payer_adjudicated"] is False
    assert row["other_payer_paid"] is None


def test_columns_stand_in_the_order_of_the_schema(keys: Keys) -> None:
    claims, lines = claim_columns([], keys)
    assert list(claims) == CLAIMS.names
    assert list(lines) == LINES.names
    none = remittance_columns([], keys, load_catalogue())
    assert list(none.remittances) == REMITTANCES.names
    assert list(none.lines) == REMITTANCE_LINES.names
    assert list(none.adjustments) == ADJUSTMENTS.names


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (D(2000, 3, 5), D(2025, 3, 4), 24),
        (D(2000, 3, 5), D(2025, 3, 5), 25),
        (D(2004, 2, 29), D(2025, 2, 28), 20),
        (D(2025, 3, 5), D(2025, 3, 5), 0),
        (D(2025, 3, 6), D(2025, 3, 5), None),
        (D(1880, 1, 1), D(2025, 3, 5), None),
        (None, D(2025, 3, 5), None),
        (D(2000, 3, 5), None, None),
    ],
)
def test_age(keys: Keys, born: dt.date | None, day: dt.date | None, age: int | None) -> None:
    claim = replace(PLAIN, patient=Patient(birth_date=born), statement_from=day)
    assert one(claim, keys)["age"] == age


def test_a_patient_who_is_the_subscriber_has_the_subscribers_birth_date(keys: Keys) -> None:
    subscriber = Subscriber(member_id="M", sex="F", birth_date=D(1990, 1, 1))
    claim = replace(PLAIN, subscriber=subscriber, statement_from=D(2025, 1, 1))
    assert (one(claim, keys)["age"], one(claim, keys)["sex"]) == (35, "F")
    child = replace(claim, patient=Patient(relationship="19"))
    assert (one(child, keys)["age"], one(child, keys)["sex"]) == (None, "")


def test_days_of_service_span_lines_and_statement(keys: Keys) -> None:
    lines = tuple(
        ServiceLine(number=at, service_from=first, service_to=last)
        for at, (first, last) in enumerate(
            [(D(2025, 3, 3), None), (D(2025, 3, 1), D(2025, 3, 9)), (None, None)], 1
        )
    )
    row = one(replace(PLAIN, lines=lines), keys)
    assert (row["service_from"], row["service_to"]) == (D(2025, 3, 1), D(2025, 3, 9))
    row = one(replace(PLAIN, statement_from=D(2025, 2, 1)), keys)
    assert (row["service_from"], row["service_to"]) == (D(2025, 2, 1), D(2025, 2, 1))


@pytest.mark.parametrize(
    ("other", "adjudicated"),
    [
        (OtherPayer(payer_id="O"), False),
        (OtherPayer(paid=Decimal(0)), True),
        (OtherPayer(adjudicated_on=D(2025, 1, 1)), True),
        (OtherPayer(adjustments=(Adjustment(group="PR", carc="1", amount=Decimal(1)),)), True),
    ],
)
def test_an_earlier_payers_answer(keys: Keys, other: OtherPayer, adjudicated: bool) -> None:
    row = one(replace(PLAIN, other_payers=(other,)), keys)
    assert row["other_payer_adjudicated"] is adjudicated


def test_no_id_reaches_a_column(keys: Keys) -> None:
    secret = "CANARY"
    claim = replace(
        FULL,
        claim_id=secret,
        original_reference=secret,
        referral_number=secret,
        clia_number=secret,
        subscriber=Subscriber(member_id=secret),
        authorization=Authorization(number=secret),
        lines=(replace(FULL.lines[0], authorization_number=secret, control_number=secret),),
        attachments=(Attachment(report_type="OZ", control_number=secret),),
    )
    answer = Remittance(claim_id=secret, status="1", payer_claim_number=secret, trace=secret)
    told = [claim_columns([claim], keys), remittance_columns([answer], keys, load_catalogue())]
    assert secret not in repr(told)
