"""835: payments and remittances, each field from its place."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from claims.problems import Problem
from claims.types import Adjustment, Payment, ProviderAdjustment, Remittance
from claims.x12 import read
from tests.claims.x12 import texts


def read_all(segments: list[str]) -> tuple[list[Remittance], list[Payment], list[Problem]]:
    found = list(read(texts.data(segments), "a.835"))
    return (
        [item for item in found if isinstance(item, Remittance)],
        [item for item in found if isinstance(item, Payment)],
        [item for item in found if isinstance(item, Problem)],
    )


def read_one(*segments: str) -> tuple[Remittance, Payment]:
    remittances, payments, problems = read_all(texts.remitted(list(segments)))
    assert problems == []
    return remittances[0], payments[0]


def test_a_plain_remittance_and_its_payment() -> None:
    remittance, payment = read_one(*texts.remittance())
    assert payment == Payment(
        payer_id="P1",
        payer_name="FIRST HEALTH",
        payee_npi="1000000001",
        amount=Decimal(80),
        method="ACH",
        payment_date=dt.date(2024, 5, 10),
        trace="T1",
    )
    assert (remittance.claim_id, remittance.status, remittance.charge) == ("A1", "1", Decimal(100))
    assert (remittance.paid, remittance.patient_responsibility) == (Decimal(80), Decimal(5))
    assert (remittance.filing_code, remittance.payer_claim_number) == ("12", "PC1")
    assert (remittance.facility_code, remittance.frequency) == ("11", "1")
    assert (remittance.payer_id, remittance.payer_name) == ("P1", "FIRST HEALTH")
    assert (remittance.payee_npi, remittance.trace) == ("1000000001", "T1")
    assert remittance.file_date == dt.date(2024, 5, 6)
    assert remittance.produced_on == dt.date(2024, 5, 9)
    assert remittance.payment_date == dt.date(2024, 5, 10)
    (line,) = remittance.lines
    assert (line.procedure, line.modifiers, line.units) == ("99213", ("25",), Decimal(1))
    assert (line.charge, line.paid) == (Decimal(100), Decimal(80))
    assert (line.service_from, line.service_to) == (dt.date(2024, 5, 1), None)
    assert line.adjustments == (
        Adjustment(group="CO", carc="45", amount=Decimal(15)),
        Adjustment(group="PR", carc="2", amount=Decimal(5)),
    )
    assert (line.control_number, line.remarks) == ("L1", ("N130",))


def test_what_a_remittance_may_state() -> None:
    remittance, _ = read_one(
        "CLP*A1*22*-100*-80**MB*PC1*11*7**470",
        "CAS*CO*45*-10*-1*97*-5**16*-5",
        "NM1*QC*1*DOE*JANE",
        "NM1*82*1*A*B****XX*1000000002",
        "NM1*TT*2*NEXT*****PI*P9",
        "MIA*0****MA01***************N1*N2",
        "MOA***MA18**N30",
        "REF*EA*X",
        "DTM*232*20240501",
        "DTM*233*20240503",
        "DTM*050*20240504",
        "AMT*AU*5",
        "SVC*NU:0120*-100*-80**3",
        "DTM*150*20240501",
        "DTM*151*20240503",
        "CAS*CO*45*-20",
    )
    assert (remittance.status, remittance.charge, remittance.paid) == (
        "22",
        Decimal(-100),
        Decimal(-80),
    )
    assert (remittance.frequency, remittance.drg, remittance.filing_code) == ("7", "470", "MB")
    assert remittance.adjustments == (
        Adjustment(group="CO", carc="45", amount=Decimal(-10), quantity=Decimal(-1)),
        Adjustment(group="CO", carc="97", amount=Decimal(-5)),
        Adjustment(group="CO", carc="16", amount=Decimal(-5)),
    )
    assert (remittance.rendering_npi, remittance.crossover_payer_id) == ("1000000002", "P9")
    assert remittance.remarks == ("MA01", "N1", "N2", "MA18", "N30")
    assert remittance.service_from == dt.date(2024, 5, 1)
    assert remittance.service_to == dt.date(2024, 5, 3)
    assert remittance.payer_received_on == dt.date(2024, 5, 4)
    (line,) = remittance.lines
    assert (line.procedure, line.revenue_code) == ("", "0120")
    assert (line.service_from, line.service_to) == (dt.date(2024, 5, 1), dt.date(2024, 5, 3))


def test_remarks_and_provider_adjustments() -> None:
    segments = [*texts.remittance(), "PLB*1000000001*20241231*CV:9876514*-1.27*WO:X*20"]
    segments += ["PLB*1000000002*20241231*72*3"]
    remittances, payments, problems = read_all(texts.remitted(segments))
    assert (len(remittances), problems) == (1, [])
    end = dt.date(2024, 12, 31)
    assert payments[0].provider_adjustments == tuple(
        ProviderAdjustment(npi=npi, fiscal_period_end=end, reason=reason, amount=Decimal(amount))
        for npi, reason, amount in (
            ("1000000001", "CV", "-1.27"),
            ("1000000001", "WO", "20"),
            ("1000000002", "72", "3"),
        )
    )


@pytest.mark.parametrize(
    ("party", "expected"),
    [
        (["N1*PR*NAME*XV*H1", "REF*2U*P1"], "H1"),
        (["N1*PR*NAME", "REF*2U*P1"], "P1"),
        (["N1*PR*NAME", "REF*EO*X"], "1999999999"),
    ],
)
def test_who_the_payer_is(party: list[str], expected: str) -> None:
    segments = texts.remitted(texts.remittance())
    at = segments.index("N1*PR*FIRST HEALTH")
    segments[at : at + 2] = party
    remittances, payments, _ = read_all(segments)
    assert (remittances[0].payer_id, payments[0].payer_id) == (expected, expected)


def test_money_taken_back_is_negative() -> None:
    segments = [item.replace("BPR*I*80*C", "BPR*I*80*D") for item in texts.remitted([])]
    _, payments, _ = read_all(segments)
    assert payments[0].amount == Decimal(-80)


BROKEN = [
    (["CLP**1*100*80*5*12*PC1"], "names no claim (CLP01)"),
    (["CLP*BAD*1*1x0*80*5*12*PC1"], "charge or payment (CLP03"),
    (["CLP*BAD*1*10*80*5*12*PC1", "SVC*HC:99213*a*1"], "charge or payment (SVC02"),
    (["CLP*BAD*1*10*80*5*12*PC1", "SVC*HC:99213*1*1", "CAS*CO*45*1.2.3"], "adjustment (CAS)"),
]


@pytest.mark.parametrize(("segments", "said"), BROKEN, ids=[said for _, said in BROKEN])
def test_a_broken_remittance_is_named_and_its_neighbours_kept(
    segments: list[str], said: str
) -> None:
    remittances, payments, problems = read_all(
        texts.remitted(texts.remittance("A1"), segments, texts.remittance("A2"))
    )
    assert [item.claim_id for item in remittances] == ["A1", "A2"]
    assert len(payments) == 1
    (problem,) = problems
    assert said in problem.text
    assert problem.claim_id in ("BAD", "")


def test_amounts_that_are_not_stated_are_read_as_nothing_and_named() -> None:
    remittances, _, problems = read_all(texts.remitted(["CLP*A1*22"]))
    assert (remittances[0].charge, remittances[0].paid) == (Decimal(0), Decimal(0))
    assert [problem.claim_id for problem in problems] == ["A1"]


def test_odd_dates_are_left_out_and_named() -> None:
    segments = texts.remitted(texts.remittance())
    for stated in ("20240510", "20240501"):
        segments = [item.replace(stated, "20249910") for item in segments]
    remittances, payments, problems = read_all(segments)
    assert payments[0].payment_date is None
    assert remittances[0].lines[0].service_from is None
    assert [("BPR16" in item.text, "DTM*472" in item.text) for item in problems] == [
        (True, False),
        (False, True),
    ]


def test_a_payment_without_an_amount_keeps_its_remittances() -> None:
    segments = [
        item.replace("BPR*I*80", "BPR*I*eighty") for item in texts.remitted(texts.remittance())
    ]
    remittances, payments, problems = read_all(segments)
    assert (len(remittances), len(payments), len(problems)) == (1, 0, 1)


def test_several_transactions_do_not_leak() -> None:
    first = texts.remitted(texts.remittance("A1"))
    second = [
        "ST*835*0002",
        "BPR*H*0*C*NON************20240511",
        "TRN*1*T2*1999999998",
        "CLP*B1*4*10*0*0*12*PC2",
        "SE*5*0002",
    ]
    remittances, payments, problems = read_all([*first[:-2], *second, "GE*2*1", first[-1]])
    assert problems == []
    assert [item.trace for item in payments] == ["T1", "T2"]
    last = remittances[1]
    assert (last.payer_id, last.payer_name, last.payee_npi) == ("1999999998", "", "")
    assert (last.produced_on, last.payment_date) == (None, dt.date(2024, 5, 11))
