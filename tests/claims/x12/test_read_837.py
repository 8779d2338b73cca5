"""837: each field from its place, loops inherited, one bad claim never two."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from claims.problems import Problem
from claims.types import (
    Adjustment,
    Attachment,
    Authorization,
    Claim,
    LineAdjudication,
    OtherPayer,
    Patient,
    Payer,
    Provider,
    Subscriber,
)
from claims.x12 import read
from tests.claims.x12 import texts


def read_all(segments: list[str]) -> tuple[list[Claim], list[Problem]]:
    found = list(read(texts.data(segments), "a.837"))
    claims = [item for item in found if isinstance(item, Claim)]
    return claims, [item for item in found if isinstance(item, Problem)]


def read_one(*segments: str) -> Claim:
    claims, problems = read_all(texts.professional(list(segments)))
    assert problems == []
    (claim,) = claims
    return claim


def test_a_plain_claim() -> None:
    claim = read_one(*texts.claim())
    assert claim.payer == Payer(payer_id="P1", name="FIRST HEALTH", filing_code="CI", position="P")
    born = dt.date(1970, 1, 2)
    assert claim.subscriber == Subscriber(member_id="M1", sex="F", birth_date=born)
    assert claim.patient == Patient(relationship="18", sex="F", birth_date=born)
    assert claim.billing == Provider(npi="1000000001", taxonomy="207Q00000X")
    assert claim.submitted_on == dt.date(2024, 5, 5)
    assert (claim.form, claim.place_of_service, claim.frequency) == ("professional", "11", "1")
    assert (claim.diagnoses, claim.diagnosis_version) == (("M545", "E119"), 10)
    (line,) = claim.lines
    assert (line.procedure, line.modifiers, line.charge) == ("99213", ("25",), Decimal(100))
    assert (line.units, line.diagnosis_pointers) == (Decimal(1), (1,))
    assert (line.service_from, line.service_to) == (dt.date(2024, 5, 1), None)
    assert line.control_number == "L1"


def test_what_a_professional_claim_may_state() -> None:
    claim = read_one(
        "CLM*A1*100***22:B:7*Y*C*Y*Y*P*AA:EM::NY*********11",
        "DTP*431*D8*20240401",
        "DTP*439*D8*20240402",
        "DTP*435*D8*20240403",
        "DTP*096*D8*20240404",
        "PWK*OZ*BM***AC*D1",
        "AMT*F5*12.5",
        "REF*9F*R1",
        "REF*G1*G1NUMBER",
        "REF*F8*PAYERNUMBER",
        "REF*X4*11D",
        "REF*D9*IGNORED",
        "NTE*ADD*A NOTE",
        "HI*BK:724.5*BF:25000",
        "NM1*DN*1*A*B****XX*1000000002",
        "NM1*82*1*A*B****XX*1000000003",
        "PRV*PE*PXC*208000000X",
        "NM1*77*2*PLACE*****XX*1000000004",
        "NM1*DQ*1*A*B****XX*1000000005",
        *texts.claim()[2:],
    )
    assert (claim.frequency, claim.original_reference) == ("7", "PAYERNUMBER")
    assert (claim.related_causes, claim.accident_state) == (("AA", "EM"), "NY")
    assert (claim.delay_reason, claim.accepts_assignment) == ("11", "C")
    assert claim.onset_on == dt.date(2024, 4, 1)
    assert claim.accident_on == dt.date(2024, 4, 2)
    assert (claim.admitted_on, claim.discharged_on) == (dt.date(2024, 4, 3), dt.date(2024, 4, 4))
    assert claim.attachments == (
        Attachment(report_type="OZ", transmission="BM", control_number="D1"),
    )
    assert claim.patient_paid == Decimal("12.5")
    assert claim.authorization == Authorization(number="G1NUMBER")
    assert (claim.referral_number, claim.clia_number) == ("R1", "11D")
    assert claim.notes_present
    assert (claim.diagnoses, claim.diagnosis_version) == (("7245", "25000"), 9)
    assert claim.referring == Provider(npi="1000000002")
    assert claim.rendering == Provider(npi="1000000003", taxonomy="208000000X")
    assert claim.facility == Provider(npi="1000000004")
    assert claim.supervising == Provider(npi="1000000005")


def test_what_a_line_may_state() -> None:
    claim = read_one(
        *texts.claim()[:2],
        "LX*1",
        "SV1*HC:J1745:JZ*90*UN*2.5*22**1:2**Y",
        "PWK*03*EL***AC*D2",
        "DTP*472*RD8*20240501-20240503",
        "REF*G1*MINE",
        "REF*G1*THEIRS**2U:P2",
        "REF*9F*R2",
        "REF*X4*12D",
        "NTE*ADD*TEXT",
        "LIN**N4*50242004001",
        "CTP****2*UN",
        "NM1*82*1*A*B****XX*1000000006",
        "PRV*PE*PXC*207RC0000X",
        "NM1*DK*1*A*B****XX*1000000007",
        "NM1*DN*1*A*B****XX*1000000008",
    )
    (line,) = claim.lines
    assert (line.units, line.place_of_service) == (Decimal("2.5"), "22")
    assert (line.diagnosis_pointers, line.emergency) == ((1, 2), True)
    assert line.attachments[0].control_number == "D2"
    assert (line.service_from, line.service_to) == (dt.date(2024, 5, 1), dt.date(2024, 5, 3))
    assert (line.authorization_number, line.referral_number) == ("MINE", "R2")
    assert (line.clia_number, line.notes_present, line.ndc) == ("12D", True, "50242004001")
    assert line.rendering == Provider(npi="1000000006", taxonomy="207RC0000X")
    assert (line.ordering, line.referring) == (
        Provider(npi="1000000007"),
        Provider(npi="1000000008"),
    )
    assert claim.authorization is None
    assert claim.attachments == ()


def test_earlier_payers_of_claim_and_line() -> None:
    claim = read_one(
        *texts.claim()[:2],
        "SBR*S*01*******MB",
        "CAS*PR*1*21.89**2*15",
        "AMT*D*39.15",
        "OI***Y***Y",
        "NM1*IL*1*OTHER*ONE****MI*X1",
        "NM1*PR*2*KEY*****PI*P2",
        "DTP*573*D8*20240415",
        "REF*G1*NOT OURS",
        "NM1*82*1",
        "REF*G2*X",
        "SBR*T*18*******CI",
        "OI***Y***Y",
        "NM1*PR*2*KEY*****PI*P3",
        *texts.claim()[2:],
        "SVD*P2*40*HC:99213:25**1",
        "CAS*CO*45*3*1",
        "CAS*PR*2*4",
        "DTP*573*D8*20240416",
        "SVD*P3*1*HC:99213**2",
        "DTP*573*D8*20240417",
    )
    assert claim.payer.payer_id == "P1"
    assert claim.rendering is None
    assert claim.authorization is None
    assert claim.other_payers == (
        OtherPayer(
            payer_id="P2",
            filing_code="MB",
            position="S",
            paid=Decimal("39.15"),
            adjustments=(
                Adjustment(group="PR", carc="1", amount=Decimal("21.89")),
                Adjustment(group="PR", carc="2", amount=Decimal(15)),
            ),
            adjudicated_on=dt.date(2024, 4, 15),
        ),
        OtherPayer(payer_id="P3", filing_code="CI", position="T"),
    )
    first, second = claim.lines[0].other_adjudications
    assert first == LineAdjudication(
        payer_id="P2",
        paid=Decimal(40),
        procedure="99213",
        modifiers=("25",),
        units=Decimal(1),
        adjustments=(
            Adjustment(group="CO", carc="45", amount=Decimal(3), quantity=Decimal(1)),
            Adjustment(group="PR", carc="2", amount=Decimal(4)),
        ),
        adjudicated_on=dt.date(2024, 4, 16),
    )
    assert (second.payer_id, second.adjudicated_on) == ("P3", dt.date(2024, 4, 17))
    assert claim.lines[0].service_from == dt.date(2024, 5, 1)


def test_an_institutional_claim() -> None:
    segments = texts.professional(
        [
            "CLM*A1*500***11:A:1**A*Y*Y",
            "DTP*434*RD8*20240501-20240504",
            "DTP*435*DT*202405010830",
            "DTP*096*TM*1130",
            "CL1*1*7*30",
            "HI*ABF:I10:::::::Y",
            "HI*ABK:J189:::::::N",
            "HI*ABJ:R05",
            "HI*DR:193",
            "HI*BH:11:D8:20240401",
            "NM1*71*1*A*B****XX*1000000002",
            "PRV*AT*PXC*207R00000X",
            "NM1*72*1*A*B****XX*1000000003",
            "LX*1",
            "SV2*0300*HC:81099*73.42*UN*1",
            "DTP*472*D8*20240502",
            "LX*2",
            "SV2*0120**400*DA*3",
        ]
    )
    claims, problems = read_all(segments)
    assert problems == []
    (claim,) = claims
    assert (claim.form, claim.bill_type, claim.place_of_service) == ("institutional", "11", "")
    assert (claim.statement_from, claim.statement_to) == (dt.date(2024, 5, 1), dt.date(2024, 5, 4))
    assert (claim.admitted_on, claim.discharged_on) == (dt.date(2024, 5, 1), None)
    assert (claim.admission_type, claim.admission_source, claim.patient_status) == ("1", "7", "30")
    assert (claim.diagnoses, claim.admitting_diagnosis, claim.drg) == (
        ("I10", "J189"),
        "R05",
        "193",
    )
    assert claim.attending == Provider(npi="1000000002", taxonomy="207R00000X")
    assert claim.operating == Provider(npi="1000000003")
    assert [line.revenue_code for line in claim.lines] == ["0300", "0120"]
    assert (claim.lines[1].procedure, claim.lines[1].unit_basis) == ("", "DA")


def test_levels_inherit_and_do_not_leak() -> None:
    segments = texts.professional(
        texts.claim("SELF"),
        [
            "HL*3*1*22*1",
            "SBR*S********MC",
            "NM1*IL*1*ROE*RICHARD****MI*M2",
            "NM1*PR*2*STATE*****PI*P2",
            "HL*4*3*23*0",
            "PAT*19",
            "NM1*QC*1*ROE*ANN",
            "DMG*D8*20150607*F",
        ],
        texts.claim("CHILD1"),
        texts.claim("CHILD2"),
        ["HL*5*3*23*0", "PAT*01", "NM1*QC*1*ROE*MAY", "DMG*D8*19800102*F"],
        texts.claim("SPOUSE"),
        ["HL*6**20*1", "NM1*85*2*OTHER*****XX*1000000009", "NM1*87*2", "HL*7*6*22*0"],
        ["SBR*P*18*******CI", "NM1*IL*1*POE*P****MI*M3", "NM1*PR*2*X*****PI*P3"],
        texts.claim("LAST"),
    )
    claims, problems = read_all(segments)
    assert problems == []
    assert [(c.claim_id, c.subscriber.member_id, c.patient.relationship) for c in claims] == [
        ("SELF", "M1", "18"),
        ("CHILD1", "M2", "19"),
        ("CHILD2", "M2", "19"),
        ("SPOUSE", "M2", "01"),
        ("LAST", "M3", "18"),
    ]
    assert [c.payer.payer_id for c in claims] == ["P1", "P2", "P2", "P2", "P3"]
    assert claims[1].patient.birth_date == dt.date(2015, 6, 7)
    assert claims[1].subscriber.birth_date is None
    assert claims[4].patient.birth_date is None
    assert [c.billing.npi for c in claims] == ["1000000001"] * 4 + ["1000000009"]
    assert claims[4].billing.taxonomy == ""
    assert (claims[3].pay_to, claims[4].pay_to) == (None, Provider())


def test_4010_names_its_roles_otherwise() -> None:
    claim = read_one(
        *texts.claim()[:2],
        "NM1*82*1*A*B****24*123456789",
        "PRV*PE*ZZ*208000000X",
        "NM1*FA*2*PLACE*****XX*1000000004",
        *texts.claim()[2:],
    )
    assert claim.rendering == Provider(npi="", taxonomy="208000000X")
    assert claim.facility == Provider(npi="1000000004")


BROKEN = [
    (["CLM**100***11:B:1*Y*A*Y*Y"], "has no number (CLM01)"),
    (["CLM*BAD*1OO***11:B:1*Y*A*Y*Y"], "total charge (CLM02)"),
    (["CLM*BAD"], "total charge (CLM02)"),
    (["CLM*BAD*1e3***11:B:1*Y*A*Y*Y"], "total charge (CLM02)"),
    (["CLM*BAD*NaN***11:B:1*Y*A*Y*Y"], "total charge (CLM02)"),
    (["CLM*BAD*10***11:B:1", "LX*1", "SV1*HC:99213*X*UN*1***1"], "charge (SV102"),
    (["CLM*BAD*10***11:B:1", "LX*1", "SV1*HC:99213*1*UN*one***1"], "units (SV104"),
    (
        ["CLM*BAD*10***11:B:1", "LX*1", "SV1*HC:99213*1*UN*1***1", "DTP*472*D8*20240230"],
        "service date (DTP*472)",
    ),
    (["CLM*BAD*10***11:A:1", "DTP*434*RD8*2024-2025"], "statement dates (DTP*434)"),
    (["CLM*BAD*10***11:B:1", "HI*ABK:M545"], "no service line"),
    (["CLM*BAD*10***11:B:1", "SBR*S*18", "CAS*PR*1*ten"], "adjustment (CAS)"),
    (
        ["CLM*BAD*10***11:B:1", "LX*1", "SV1*HC:99213*1*UN*1***1", "SVD*P2*x*HC:99213**1"],
        "payment (SVD02)",
    ),
]


@pytest.mark.parametrize(("segments", "said"), BROKEN, ids=[said for _, said in BROKEN])
def test_a_broken_claim_is_named_and_its_neighbours_kept(segments: list[str], said: str) -> None:
    claims, problems = read_all(texts.professional(texts.claim("A1"), segments, texts.claim("A2")))
    assert [claim.claim_id for claim in claims] == ["A1", "A2"]
    (problem,) = problems
    assert said in problem.text
    assert problem.claim_id in ("BAD", "")
    assert problem.segment > 24


def test_an_odd_birth_date_is_left_out_and_named() -> None:
    segments = [item.replace("19700102", "19701302") for item in texts.professional(texts.claim())]
    claims, problems = read_all(segments)
    assert claims[0].patient == Patient(relationship="18", sex="F", birth_date=None)
    assert [problem.segment for problem in problems] == [segments.index("DMG*D8*19701302*F") + 1]


def test_odd_optional_dates_are_not_stated() -> None:
    claim = read_one(*texts.claim()[:2], "DTP*431*D8*2024", *texts.claim()[2:])
    assert claim.onset_on is None


@pytest.mark.parametrize(
    ("bht", "gs", "day"),
    [
        ("20240505", "20240506", dt.date(2024, 5, 5)),
        ("", "20240507", dt.date(2024, 5, 7)),
        ("", "x", dt.date(2024, 5, 6)),
    ],
)
def test_the_day_of_submission(bht: str, gs: str, day: dt.date) -> None:
    segments = texts.professional(texts.claim())
    segments[1] = segments[1].replace("20240506", gs)
    segments[3] = segments[3].replace("20240505", bht)
    claims, _ = read_all(segments)
    assert claims[0].submitted_on == day


def test_a_service_without_its_line_number() -> None:
    segments = [item for item in texts.claim() if not item.startswith("LX")]
    claim = read_one(*segments, "SV1*HC:99214*10*UN*1***1")
    assert [(line.number, line.procedure) for line in claim.lines] == [(1, "99213"), (2, "99214")]


def test_what_belongs_to_no_line_is_dropped() -> None:
    claim = read_one(
        *texts.claim()[:2], "LX*1", "SVD*P2*1*HC:1**1", "PWK*03*EL", *texts.claim()[3:], "LX*2"
    )
    (line,) = claim.lines
    assert (line.attachments, line.other_adjudications) == ((), ())


def test_two_thousand_claims_in_one_transaction() -> None:
    segments = texts.professional(*[texts.claim(f"A{n}") for n in range(2000)])
    claims, problems = read_all(segments)
    assert problems == []
    assert [claim.claim_id for claim in claims] == [f"A{n}" for n in range(2000)]


def test_other_transactions_are_named_and_skipped() -> None:
    one = texts.professional(texts.claim("A1"))
    other = ["ST*270*0002*005010X279A1", "BHT*0022*13*1*20240505*1", "CLM*X*1", "SE*4*0002"]
    dental = ["ST*837*0003*005010X224A2", "BHT*0019*00*1*20240505*1*CH", "CLM*X*1", "SE*4*0003"]
    segments = [*one[:-2], *other, *dental, "GE*3*1", one[-1]]
    claims, problems = read_all(segments)
    assert [claim.claim_id for claim in claims] == ["A1"]
    assert ["270" in problems[0].text, "dental" in problems[1].text] == [True, True]
    assert len(problems) == 2
