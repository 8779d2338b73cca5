from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.carc import load_catalogue
from claims.outcome import Judgement, judge, known_on
from claims.types import Adjustment, Remittance, RemittanceLine

CATALOGUE = load_catalogue()


def adjustments(text: str) -> tuple[Adjustment, ...]:
    """``"CO-45 20, PR-1 80"`` as adjustments."""
    made = []
    for entry in filter(None, (part.strip() for part in text.split(","))):
        reason, amount = entry.split()
        group, _, carc = reason.partition("-")
        made.append(Adjustment(group=group, carc=carc, amount=Decimal(amount)))
    return tuple(made)


def line(charge: str, paid: str, reasons: str = "") -> RemittanceLine:
    return RemittanceLine(
        charge=Decimal(charge), paid=Decimal(paid), adjustments=adjustments(reasons)
    )


def remittance(
    *lines: RemittanceLine, status: str = "1", reasons: str = "", charge: str = ""
) -> Remittance:
    total = Decimal(charge) if charge else sum((entry.charge for entry in lines), Decimal(0))
    return Remittance(
        claim_id="C",
        status=status,
        charge=total,
        paid=sum((entry.paid for entry in lines), Decimal(0)),
        adjustments=adjustments(reasons),
        lines=lines,
    )


def told(judgement: Judgement) -> tuple[str, str, str]:
    return judgement.outcome, judgement.category, judgement.carc


@pytest.mark.parametrize(
    ("name", "answer", "expected"),
    [
        ("paid in full", remittance(line("100", "100")), ("paid", "", "")),
        ("paid by contract", remittance(line("100", "60", "CO-45 40")), ("paid", "", "")),
        ("written off whole", remittance(line("100", "0", "CO-45 100")), ("paid", "", "")),
        ("all deductible", remittance(line("100", "0", "CO-45 20, PR-1 80")), ("paid", "", "")),
        ("coinsurance, copay", remittance(line("9", "0", "PR-2 4, PR-3 5")), ("paid", "", "")),
        ("capitated", remittance(line("100", "0", "CO-24 100"), status="4"), ("paid", "", "")),
        (
            "secondary after primary",
            remittance(line("100", "0", "OA-23 100"), status="2"),
            ("paid", "", ""),
        ),
        (
            "status 4 and only informational",
            remittance(line("100", "0", "OA-23 100"), status="4"),
            ("paid", "", ""),
        ),
        (
            "denied although status 1",
            remittance(line("100", "0", "CO-29 100")),
            ("denied", "timely_filing", "29"),
        ),
        (
            "group PR denies too",
            remittance(line("100", "0", "PR-204 100")),
            ("denied", "non_covered", "204"),
        ),
        (
            "group PR, coverage ended",
            remittance(line("100", "0", "PR-27 100")),
            ("denied", "eligibility", "27"),
        ),
        (
            "contract share and denial on one line",
            remittance(line("100", "0", "CO-45 40, CO-197 60")),
            ("denied", "authorization", "197"),
        ),
        (
            "reduced, not denied: something was paid",
            remittance(line("100", "10", "CO-97 90")),
            ("paid", "", ""),
        ),
        (
            "bundled line beside a paid one",
            remittance(line("100", "80", "CO-45 20"), line("30", "0", "CO-97 30")),
            ("partial", "bundling", "97"),
        ),
        (
            "a line without charge does not count",
            remittance(line("100", "0", "CO-50 100"), line("0", "0")),
            ("denied", "medical_necessity", "50"),
        ),
        (
            "a denied line without charge is not denied",
            remittance(line("100", "80", "CO-45 20"), line("0", "0", "CO-97 0")),
            ("paid", "", ""),
        ),
        (
            "denied by the claim's adjustment",
            remittance(line("60", "0"), line("40", "0"), reasons="CO-31 100"),
            ("denied", "eligibility", "31"),
        ),
        (
            "the claim's adjustment spares paid lines",
            remittance(line("60", "60"), line("40", "0"), reasons="CO-16 40"),
            ("partial", "missing_information", "16"),
        ),
        (
            "the line's own reason goes first",
            remittance(line("60", "0", "CO-50 60"), reasons="CO-16 999"),
            ("denied", "medical_necessity", "50"),
        ),
        (
            "no service lines",
            remittance(charge="100", reasons="CO-18 100"),
            ("denied", "duplicate", "18"),
        ),
        ("no service lines, contract", remittance(charge="9", reasons="CO-45 9"), ("paid", "", "")),
        ("nothing at all", remittance(), ("paid", "", "")),
        (
            "lines without charge under a charged claim",
            remittance(line("0", "0"), charge="100", reasons="CO-29 100"),
            ("denied", "timely_filing", "29"),
        ),
        (
            "largest amount wins",
            remittance(line("10", "0", "CO-16 10"), line("90", "0", "CO-197 90")),
            ("denied", "authorization", "197"),
        ),
        (
            "amounts of a category add up",
            remittance(
                line("60", "0", "CO-16 60"),
                line("50", "0", "CO-197 50"),
                line("20", "0", "CO-198 20"),
            ),
            ("denied", "authorization", "197"),
        ),
        (
            "largest on one line",
            remittance(line("100", "0", "CO-16 0, CO-50 100")),
            ("denied", "medical_necessity", "50"),
        ),
        (
            "a tie goes to the first",
            remittance(line("50", "0", "CO-16 50"), line("50", "0", "CO-50 50")),
            ("denied", "missing_information", "16"),
        ),
        (
            "an unknown code on an unpaid line",
            remittance(line("100", "0", "CO-ZZ9 100")),
            ("denied", "other", "ZZ9"),
        ),
        (
            "an unknown code on a paid line",
            remittance(line("100", "60", "CO-ZZ9 40")),
            ("paid", "", ""),
        ),
        ("unpaid without a reason", remittance(line("100", "0")), ("paid", "", "")),
        (
            "an adjustment taken back denies nothing",
            remittance(line("100", "0", "CO-45 130, CO-97 -30")),
            ("paid", "", ""),
        ),
        (
            "a reason of amount zero still stands",
            remittance(line("100", "0", "CO-16 0, CO-45 100")),
            ("denied", "missing_information", "16"),
        ),
        (
            "forwarded",
            remittance(line("100", "0", "CO-22 100"), status="19"),
            ("denied", "coordination_of_benefits", "22"),
        ),
        (
            "leading zeros",
            remittance(line("9", "0", "CO-029 9"), status="01"),
            ("denied", "timely_filing", "29"),
        ),
        (
            "pending beside a denial is known in part",
            remittance(line("50", "0", "OA-133 50"), line("50", "0", "CO-50 50")),
            ("partial", "medical_necessity", "50"),
        ),
    ],
)
def test_outcomes(name: str, answer: Remittance, expected: tuple[str, str, str]) -> None:
    judgement = judge(answer, CATALOGUE)
    assert judgement.first_outcome, name
    assert told(judgement) == expected, name
    assert len(judgement.lines) == len(answer.lines)


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("reversal", remittance(line("-100", "-80", "CO-45 -20"), status="22")),
        ("not our claim", remittance(line("100", "0", "CO-109 100"), status="23")),
        ("predetermination", remittance(line("100", "0", "CO-101 100"), status="25")),
        ("pended (4010)", remittance(line("100", "0"), status="5")),
        ("no status", remittance(line("100", "0", "CO-29 100"), status="")),
        ("reversal under status 1", remittance(line("-100", "0", "CO-29 -100"))),
        ("all pending", remittance(line("100", "0", "OA-133 100"))),
        ("pending claim", remittance(charge="100", reasons="OA-257 100")),
        (
            "a pending line beside a paid one",
            remittance(line("9", "9"), line("9", "0", "OA-133 9")),
        ),
    ],
)
def test_what_decides_nothing(name: str, answer: Remittance) -> None:
    judgement = judge(answer, CATALOGUE)
    assert not judgement.first_outcome, name
    assert told(judgement) == ("", "", ""), name
    assert judgement.denied_amount == 0
    assert not any(verdict.denied for verdict in judgement.lines)
    assert len(judgement.lines) == len(answer.lines)


def test_lines_and_amounts() -> None:
    judgement = judge(
        remittance(
            line("100", "80", "CO-45 20"), line("30", "0", "CO-45 5, CO-97 25"), line("0", "0")
        ),
        CATALOGUE,
    )
    assert [verdict.denied for verdict in judgement.lines] == [False, True, False]
    assert (judgement.lines[1].category, judgement.lines[1].carc) == ("bundling", "97")
    assert judgement.lines[1].amount == 25
    assert judgement.denied_amount == 30


money = st.decimals(-500, 500, places=2)
reason = st.builds(
    Adjustment,
    group=st.sampled_from(["CO", "PR", "OA", "PI"]),
    carc=st.sampled_from(["45", "1", "23", "133", "197", "50", "97", "QQ"]),
    amount=money,
)
service = st.builds(
    RemittanceLine,
    charge=money,
    paid=st.one_of(st.just(Decimal(0)), money),
    adjustments=st.lists(reason, max_size=3).map(tuple),
)


@given(
    st.lists(service, max_size=4),
    st.lists(reason, max_size=2),
    st.sampled_from(["1", "2", "4", "22", "25"]),
    st.sampled_from(["CO", "PR", "OA"]),
)
def test_rules_hold_for_any_remittance(
    lines: list[RemittanceLine], whole: list[Adjustment], status: str, group: str
) -> None:
    answer = Remittance(
        claim_id="C",
        status=status,
        charge=sum((entry.charge for entry in lines), Decimal(0)),
        adjustments=tuple(whole),
        lines=tuple(lines),
    )
    judgement = judge(answer, CATALOGUE)
    for entry, verdict in zip(lines, judgement.lines, strict=True):
        if verdict.denied:
            assert entry.charge > 0
            assert entry.paid == 0
            assert 0 <= verdict.amount <= entry.charge
    charged = sum(entry.charge > 0 for entry in lines)
    count = sum(verdict.denied for verdict in judgement.lines)
    if judgement.first_outcome and charged:
        expected = "paid" if count == 0 else "denied" if count == charged else "partial"
        assert judgement.outcome == expected
    assert (judgement.category == "") == (judgement.outcome in ("", "paid"))
    # the group code decides nothing
    regrouped = Remittance(
        claim_id="C",
        status=status,
        charge=answer.charge,
        adjustments=tuple(replace(entry, group=group) for entry in whole),
        lines=answer.lines,
    )
    assert judge(regrouped, CATALOGUE) == judgement


D = dt.date


@pytest.mark.parametrize(
    ("file_date", "produced_on", "payment_date", "expected"),
    [
        (D(2025, 3, 5), D(2025, 3, 4), D(2025, 3, 6), D(2025, 3, 5)),
        (D(2025, 3, 5), D(2025, 3, 7), None, D(2025, 3, 7)),
        (D(2025, 3, 5), None, D(2025, 4, 1), D(2025, 3, 5)),
        (D(2025, 3, 5), None, None, D(2025, 3, 5)),
        (None, D(2025, 3, 4), D(2025, 3, 6), D(2025, 3, 4)),
        (None, None, D(2025, 3, 6), D(2025, 3, 6)),
        (None, None, None, None),
        # 45 days late is late, 46 is a copy
        (D(2025, 4, 20), D(2025, 3, 4), D(2025, 3, 6), D(2025, 4, 20)),
        (D(2025, 4, 21), D(2025, 3, 4), D(2025, 3, 6), D(2025, 3, 6)),
        (D(2026, 1, 1), D(2025, 3, 8), D(2025, 3, 6), D(2025, 3, 8)),
        (D(2026, 1, 1), None, D(2025, 3, 6), D(2025, 3, 6)),
        (D(2026, 1, 1), D(2025, 3, 4), None, D(2025, 3, 4)),
    ],
)
def test_known_on(
    file_date: dt.date | None,
    produced_on: dt.date | None,
    payment_date: dt.date | None,
    expected: dt.date | None,
) -> None:
    answer = Remittance(
        claim_id="C",
        status="1",
        file_date=file_date,
        produced_on=produced_on,
        payment_date=payment_date,
    )
    assert known_on(answer) == expected
