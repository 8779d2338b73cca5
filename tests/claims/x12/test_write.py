"""The writer: hierarchy, envelope, names, refusals."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace
from decimal import Decimal

import pytest

from claims.types import (
    Claim,
    Patient,
    Payer,
    Payment,
    Provider,
    ProviderAdjustment,
    Remittance,
    ServiceLine,
    Subscriber,
)
from claims.x12 import Delimiters, Envelope, Identity, WriteError, read, write_835, write_837
from claims.x12.judge import findings
from tests.claims.x12.strategies import ENVELOPE

DAY = dt.date(2024, 5, 1)
CLAIM = Claim(
    claim_id="A1",
    payer=Payer(payer_id="P1", name="FIRST HEALTH", filing_code="CI"),
    submitted_on=dt.date(2024, 5, 5),
    charge=Decimal(100),
    place_of_service="11",
    accepts_assignment="A",
    subscriber=Subscriber(member_id="M1", sex="F", birth_date=dt.date(1970, 1, 2)),
    patient=Patient(relationship="18", sex="F", birth_date=dt.date(1970, 1, 2)),
    billing=Provider(npi="1000000001"),
    diagnoses=("M545",),
    lines=(
        ServiceLine(
            number=1,
            procedure="99213",
            charge=Decimal(100),
            units=Decimal(1),
            diagnosis_pointers=(1,),
            service_from=DAY,
        ),
    ),
)
CHILD = Patient(relationship="19", sex="M", birth_date=dt.date(2015, 6, 7))
HOSPITAL = replace(
    CLAIM,
    form="institutional",
    place_of_service="",
    bill_type="13",
    statement_from=DAY,
    patient_status="01",
    lines=(ServiceLine(number=1, revenue_code="0450", charge=Decimal(9), units=Decimal(1)),),
)
PAYMENT = Payment(payer_id="P1", payer_name="FIRST", payment_date=DAY, trace="T1", method="NON")
REMITTANCE = Remittance(claim_id="A1", status="1", filing_code="12", payer_claim_number="PC1")


def written(*claims: Claim, envelope: Envelope = ENVELOPE) -> list[str]:
    out = io.BytesIO()
    write_837(claims, out, envelope)
    assert findings(out.getvalue()) == []
    return out.getvalue().decode("ascii").split("~\n")


def starting(segments: list[str], start: str) -> list[str]:
    return [item for item in segments if item.startswith(start)]


def test_neighbours_share_levels() -> None:
    claims = [
        CLAIM,
        replace(CLAIM, claim_id="A2"),
        replace(CLAIM, claim_id="A3", patient=CHILD),
        replace(CLAIM, claim_id="A4", patient=CHILD),
        replace(CLAIM, claim_id="A5", billing=Provider(npi="1000000002")),
    ]
    segments = written(*claims)
    assert starting(segments, "HL*") == [
        "HL*1**20*1",
        "HL*2*1*22*0",
        "HL*3*1*22*1",
        "HL*4*3*23*0",
        "HL*5**20*1",
        "HL*6*5*22*0",
    ]
    assert len(starting(segments, "CLM*")) == 5
    assert len(starting(segments, "ST*")) == 1
    assert starting(segments, "SE*") == [f"SE*{len(segments) - 5}*0001"]


def test_an_amount_is_written_as_stated_whatever_was_written_before() -> None:
    line = replace(CLAIM.lines[0], charge=Decimal("100.00"), units=Decimal(100))
    claim = replace(CLAIM, charge=Decimal("100.00"), lines=(line,))
    for whole in (CLAIM, claim):
        (service,) = starting(written(whole), "SV1")
        assert service.split("*")[2] == str(whole.lines[0].charge)
        assert service.split("*")[4] == str(whole.lines[0].units)


def test_a_level_holds_a_hundred_claims_at_most() -> None:
    segments = written(*[replace(CLAIM, claim_id=f"A{n}") for n in range(250)])
    assert len(starting(segments, "HL*")) == 4


def test_another_day_or_form_starts_a_transaction() -> None:
    later = replace(CLAIM, submitted_on=dt.date(2024, 5, 6))
    segments = written(CLAIM, later, HOSPITAL, CLAIM)
    assert [item[:7] for item in starting(segments, "ST*")] == ["ST*837*"] * 4
    assert [item.split("*")[2] for item in starting(segments, "ST*")] == [
        "0001",
        "0002",
        "0003",
        "0004",
    ]
    assert [item.split("*")[4] for item in starting(segments, "BHT*")] == [
        "20240505",
        "20240506",
        "20240505",
        "20240505",
    ]
    assert starting(segments, "GE*") == ["GE*2*1", "GE*1*2", "GE*1*3"]
    assert starting(segments, "IEA*") == ["IEA*3*000000001"]


def test_claims_per_transaction() -> None:
    envelope = replace(ENVELOPE, claims_per_transaction=2)
    segments = written(*[CLAIM] * 5, envelope=envelope)
    assert len(starting(segments, "ST*")) == 3


def test_envelope() -> None:
    envelope = Envelope(
        sender="ME",
        receiver="YOU",
        created=dt.datetime(2024, 5, 6, 7, 8, tzinfo=dt.UTC),
        sender_name="Müller & Söhne",
        interchange_control=42,
        group_control=7,
        transaction_control=12345,
        usage="T",
        delimiters=Delimiters(line_end=""),
    )
    out = io.BytesIO()
    write_837([CLAIM], out, envelope)
    segments = out.getvalue().decode("ascii").split("~")
    assert segments[0] == (
        "ISA*00*          *00*          *ZZ*ME             *ZZ*YOU            "
        "*240506*0708*^*00501*000000042*0*T*:"
    )
    assert segments[1] == "GS*HC*ME*YOU*20240506*0708*7*X*005010X222A1"
    assert segments[2] == "ST*837*12345*005010X222A1"
    assert segments[4] == "NM1*41*2*Muller & Sohne*****46*ME"
    assert segments[-4].endswith("*12345")
    assert segments[-3:] == ["GE*1*7", "IEA*1*000000042", ""]


def test_names_come_from_the_identities() -> None:
    class Named:
        def member(self, member_id: str, relationship: str) -> Identity:
            return Identity(name=f"OF*{member_id}", first=relationship, city="Élan")

        def provider(self, npi: str) -> Identity:
            return Identity(name=f"CLINIC {npi}", tax_id="987654321")

        def payer(self, payer_id: str) -> Identity:
            return Identity(name="UNUSED")

    out = io.BytesIO()
    write_837([replace(CLAIM, patient=CHILD)], out, ENVELOPE, Named())
    segments = out.getvalue().decode("ascii").split("~\n")
    assert "NM1*85*2*CLINIC 1000000001*****XX*1000000001" in segments
    assert "REF*EI*987654321" in segments
    assert "NM1*IL*1*OF M1*18****MI*M1" in segments
    assert "NM1*QC*1*OF M1*19" in segments
    assert "NM1*PR*2*FIRST HEALTH*****PI*P1" in segments
    assert "N4*Elan*NY*100010001" in segments


REFUSED = [
    (replace(CLAIM, claim_id=""), "no claim id"),
    (replace(CLAIM, lines=()), "no service line"),
    (replace(CLAIM, diagnoses=()), "no diagnosis"),
    (replace(CLAIM, place_of_service=""), "no place of service"),
    (replace(CLAIM, subscriber=Subscriber()), "no member id"),
    (replace(CLAIM, payer=Payer(payer_id="")), "no payer id"),
    (replace(CLAIM, patient=Patient(relationship="19")), "no birth date"),
    (replace(CLAIM, lines=(replace(CLAIM.lines[0], units=None),)), "no units"),
    (replace(CLAIM, lines=(replace(CLAIM.lines[0], service_from=None),)), "no service date"),
    (replace(CLAIM, lines=(replace(CLAIM.lines[0], procedure=""),)), "no procedure"),
    (replace(HOSPITAL, statement_from=None), "no statement dates"),
    (replace(HOSPITAL, patient_status=""), "no patient status"),
    (replace(HOSPITAL, bill_type=""), "no bill type"),
]


@pytest.mark.parametrize(("claim", "said"), REFUSED, ids=[said for _, said in REFUSED])
def test_a_claim_without_what_the_guide_requires_is_refused(claim: Claim, said: str) -> None:
    with pytest.raises(WriteError, match=f"Claim 2 in order has {said}"):
        write_837([CLAIM, claim], io.BytesIO(), ENVELOPE)


@pytest.mark.parametrize("bad", ["*", ":", "~", "^", "\n", "\x1c", "\x1d", "\x1f", "é", "\x00"])
@pytest.mark.parametrize("field", ["claim_id", "procedure", "diagnoses"])
def test_no_value_can_break_the_structure(bad: str, field: str) -> None:
    value = f"A{bad}1"
    if field == "claim_id":
        claim = replace(CLAIM, claim_id=value)
    elif field == "procedure":
        claim = replace(CLAIM, lines=(replace(CLAIM.lines[0], procedure=value),))
    else:
        claim = replace(CLAIM, diagnoses=(value,))
    with pytest.raises(WriteError, match="Claim 1 in order holds a character") as caught:
        write_837([claim], io.BytesIO(), ENVELOPE)
    assert value not in str(caught.value)


@pytest.mark.parametrize(
    "delimiters", [Delimiters(element=":"), Delimiters(terminator="A"), Delimiters(component=" ")]
)
def test_delimiters_that_cannot_be_are_refused(delimiters: Delimiters) -> None:
    with pytest.raises(WriteError, match="delimiters"):
        write_837([], io.BytesIO(), replace(ENVELOPE, delimiters=delimiters))


def test_any_number_of_provider_adjustments() -> None:
    adjustments = tuple(
        ProviderAdjustment(
            npi=f"100000000{n % 2}", fiscal_period_end=DAY, reason="WO", amount=Decimal(n)
        )
        for n in sorted(range(20), key=lambda n: n % 2)
    )
    payment = replace(PAYMENT, provider_adjustments=adjustments)
    out = io.BytesIO()
    write_835([(payment, [REMITTANCE])], out, ENVELOPE)
    assert out.getvalue().count(b"PLB*") == 4
    assert next(item for item in read(out.getvalue()) if isinstance(item, Payment)) == payment


def test_a_payment_without_remittances() -> None:
    out = io.BytesIO()
    write_835([(PAYMENT, [])], out, ENVELOPE)
    assert findings(out.getvalue()) == []
    assert list(read(out.getvalue())) == [PAYMENT]


@pytest.mark.parametrize(
    ("payment", "remittance", "said"),
    [
        (replace(PAYMENT, trace=""), REMITTANCE, "trace number"),
        (replace(PAYMENT, payer_id=""), REMITTANCE, "payer id"),
        (PAYMENT, replace(REMITTANCE, claim_id=""), "claim id"),
        (PAYMENT, replace(REMITTANCE, filing_code=""), "filing code"),
        (PAYMENT, replace(REMITTANCE, payer_claim_number=""), "claim number of the payer"),
    ],
)
def test_a_payment_without_what_the_guide_requires_is_refused(
    payment: Payment, remittance: Remittance, said: str
) -> None:
    with pytest.raises(WriteError, match=said):
        write_835([(payment, [remittance])], io.BytesIO(), ENVELOPE)
