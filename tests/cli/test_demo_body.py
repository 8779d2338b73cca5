from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import pytest

from claims.types import (
    Attachment,
    Authorization,
    Claim,
    Eligibility,
    OtherPayer,
    Patient,
    Payer,
    Provider,
    ServiceLine,
    Subscriber,
)
from cli.demo_body import body
from service.scoring.requests import parse_claim

DAY = dt.date(2026, 3, 2)
LINE = ServiceLine(
    number=1,
    procedure="72148",
    modifiers=("26",),
    charge=Decimal("1240.00"),
    units=Decimal(0),
    diagnosis_pointers=(1, 2),
    service_from=DAY,
)
BARE = Claim(claim_id="A-1", payer=Payer(payer_id="60127"), charge=LINE.charge, lines=(LINE,))
FULL = Claim(
    claim_id="A-2",
    payer=Payer(payer_id="1", name="ONE", filing_code="CI", position="S"),
    form="institutional",
    submitted_on=DAY,
    charge=Decimal("1240.00"),
    bill_type="13",
    frequency="7",
    subscriber=Subscriber(member_id="M", sex="F", birth_date=dt.date(1980, 1, 2)),
    patient=Patient(relationship="18", sex="F", birth_date=dt.date(1980, 1, 2)),
    billing=Provider(npi="1234567893", taxonomy="207Q00000X"),
    authorization=Authorization(number="N1", procedures=("72148",), units_left=Decimal("1.5")),
    patient_paid=Decimal(0),
    attachments=(Attachment(report_type="OZ", transmission="EL"),),
    other_payers=(OtherPayer(payer_id="2", paid=Decimal("-3.10"), adjudicated_on=DAY),),
    diagnoses=("M5450", "E119"),
    lines=(LINE,),
    eligibility=Eligibility(checked_on=DAY, active=False),
)


@pytest.mark.parametrize("claim", [BARE, FULL], ids=["bare", "full"])
def test_what_is_sent_is_the_claim(claim: Claim) -> None:
    sent = json.loads(json.dumps(body(claim, DAY)))
    asked = parse_claim(sent, max_lines=50)
    assert asked.claim == claim
    assert asked.as_of == DAY
