"""Each rule is broken once, on a claim that otherwise breaks none."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented import clean_claim

from claims.types import (
    Authorization,
    Claim,
    Eligibility,
    Payer,
    Provider,
    Subscriber,
)
from models.edits import find_edits, npi_valid

SENT = dt.date(2024, 12, 27)
SERVED = dt.date(2024, 12, 20)
CLAIM = clean_claim(1)
LINE = CLAIM.lines[0]


def _line(**changes: object) -> Claim:
    return replace(CLAIM, lines=(replace(LINE, **changes),))


def _with(**changes: object) -> Claim:
    return replace(CLAIM, **changes)


BROKEN: dict[str, tuple[Claim, str, str]] = {
    "no member id": (_with(subscriber=Subscriber()), "member_id_missing", "subscriber.member_id"),
    "no payer id": (_with(payer=Payer(payer_id="")), "payer_id_missing", "payer.payer_id"),
    "no billing NPI": (_with(billing=Provider()), "billing_npi_missing", "billing.npi"),
    "no diagnosis": (
        replace(_line(diagnosis_pointers=()), diagnoses=()), "diagnosis_missing", "diagnoses",
    ),
    "no line": (_with(lines=(), charge=Decimal(0)), "lines_missing", "lines"),
    "no place": (_with(place_of_service=""), "place_missing", "place_of_service"),
    "no bill type": (
        replace(CLAIM, form="institutional", place_of_service=""), "bill_type_missing", "bill_type",
    ),
    "replacement": (_with(frequency="7"), "original_reference_missing", "original_reference"),
    "void": (_with(frequency="8"), "original_reference_missing", "original_reference"),
    "billing NPI": (_with(billing=Provider(npi="1234567890")), "npi_invalid", "billing.npi"),
    "facility NPI": (_with(facility=Provider(npi="12345")), "npi_invalid", "facility.npi"),
    "line NPI": (
        _line(rendering=Provider(npi="1234567894")), "npi_invalid", "lines[0].rendering.npi",
    ),
    "total": (_with(charge=Decimal("119.99")), "total_differs", "charge"),
    "negative": (
        replace(_line(charge=Decimal(-5)), charge=Decimal(-5)),
        "charge_negative", "lines[0].charge",
    ),
    "no units": (_line(units=Decimal(0)), "units_not_positive", "lines[0].units"),
    "stay": (
        _with(admitted_on=SERVED, discharged_on=SERVED - dt.timedelta(1)),
        "dates_reversed", "discharged_on",
    ),
    "statement": (
        _with(statement_from=SERVED, statement_to=SERVED - dt.timedelta(1)),
        "dates_reversed", "statement_to",
    ),
    "line dates": (
        _line(service_to=SERVED - dt.timedelta(1)), "dates_reversed", "lines[0].service_to",
    ),
    "no date": (_line(service_from=None), "service_date_missing", "lines[0].service_from"),
    "future": (_line(service_from=SENT + dt.timedelta(1)), "service_in_future", "lines"),
    "before birth": (
        _with(patient=replace(CLAIM.patient, birth_date=SENT)),
        "service_before_birth", "patient.birth_date",
    ),
    "diagnosis": (_with(diagnoses=("M545", "10")), "diagnosis_shape", "diagnoses[1]"),
    "procedure": (_line(procedure="9921"), "procedure_shape", "lines[0].procedure"),
    "no procedure": (_line(procedure=""), "procedure_missing", "lines[0].procedure"),
    "pointer": (
        _line(diagnosis_pointers=(3,)), "pointer_out_of_range", "lines[0].diagnosis_pointers",
    ),
    "no pointer": (_line(diagnosis_pointers=()), "pointer_missing", "lines[0].diagnosis_pointers"),
    "twice": (
        replace(CLAIM, charge=Decimal(240), lines=(LINE, replace(LINE, number=2))),
        "line_repeated", "lines[1]",
    ),
    "not active": (
        _with(eligibility=Eligibility(active=False)), "coverage_inactive", "eligibility.active",
    ),
    "coverage ended": (
        _with(eligibility=Eligibility(active=True, coverage_end=SERVED - dt.timedelta(1))),
        "coverage_ended", "eligibility.coverage_end",
    ),
    "not yet authorized": (
        _with(authorization=Authorization(number="A", valid_from=SENT)),
        "authorization_dates", "authorization.valid_from",
    ),
    "no longer authorized": (
        _with(authorization=Authorization(number="A", valid_to=SERVED - dt.timedelta(1))),
        "authorization_dates", "authorization.valid_to",
    ),
    "another procedure": (
        _with(authorization=Authorization(number="A", procedures=("97110",))),
        "authorization_procedures", "authorization.procedures",
    ),
    "units used up": (
        _with(authorization=Authorization(
            number="A", procedures=("99213",), units_left=Decimal("0.5"))),
        "authorization_units", "authorization.units_left",
    ),
    "second payer": (
        _with(payer=replace(CLAIM.payer, position="S")), "other_payer_missing", "other_payers",
    ),
    "half a unit": (_line(units=Decimal("1.5")), "units_fractional", "lines[0].units"),
    "no chapter": (_with(diagnoses=("K960", "I10")), "diagnosis_chapter", "diagnoses[0]"),
    "injury cut short": (_with(diagnoses=("S134",)), "diagnosis_incomplete", "diagnoses[0]"),
    "ICD-9 in 2024": (
        _with(diagnosis_version=9, diagnoses=("4019",)), "diagnosis_version", "diagnosis_version",
    ),
    "diagnosis twice": (_with(diagnoses=("M545", "M54.5")), "diagnosis_repeated", "diagnoses[1]"),
    "fall first": (_with(diagnoses=("W010XXA",)), "external_cause_first", "diagnoses[0]"),
    "thirteen diagnoses": (
        _with(diagnoses=tuple(f"M54{place:X}" for place in range(13))), "diagnoses_too_many",
        "diagnoses",
    ),
    "five pointers": (
        replace(_line(diagnosis_pointers=(1, 2, 3, 4, 5)),
                diagnoses=("M545", "I10", "E119", "J069", "R05")),
        "pointers_too_many", "lines[0].diagnosis_pointers",
    ),
    "local code": (_line(procedure="W1234"), "procedure_letter", "lines[0].procedure"),
    "fifty-one lines": (
        replace(CLAIM, charge=Decimal(51), lines=tuple(
            replace(LINE, number=place, modifiers=("59",), charge=Decimal(1))
            for place in range(1, 52))),
        "lines_too_many", "lines",
    ),
    "born long ago": (_with(diagnoses=("Z380",)), "age_conflict", "diagnoses[0]"),
    "pregnant man": (
        _with(patient=replace(CLAIM.patient, sex="M"), diagnoses=("O0991",)), "sex_conflict",
        "diagnoses[0]",
    ),
    "prostate of a woman": (
        _line(procedure="G0103"), "sex_conflict_procedure", "lines[0].procedure",
    ),
}  # fmt: skip
WARNINGS = {
    "line_repeated", "other_payer_missing", "units_fractional", "diagnosis_repeated",
    "external_cause_first", "procedure_letter", "age_conflict", "sex_conflict",
    "sex_conflict_procedure",
}  # fmt: skip


def test_a_clean_claim_breaks_no_rule() -> None:
    assert find_edits(CLAIM, SENT) == ()


def test_before_the_npi_was_asked_for_none_is_checked() -> None:
    early = replace(
        _line(service_from=dt.date(2006, 1, 3)), billing=Provider(npi="1"), diagnosis_version=9,
        diagnoses=("4019",),
    )  # fmt: skip
    assert find_edits(early, dt.date(2006, 1, 5)) == ()


@pytest.mark.parametrize("how", BROKEN)
def test_each_rule(how: str) -> None:
    claim, code, field = BROKEN[how]
    (edit,) = find_edits(claim, SENT)
    assert (edit.code, edit.field) == (code, field)
    assert edit.severity == ("warning" if code in WARNINGS else "error")
    assert edit.text.endswith(".")
    assert edit.mend.endswith(".")


@pytest.mark.parametrize(
    "claim",
    [
        _with(eligibility=Eligibility(active=True, coverage_end=SERVED)),
        _with(eligibility=Eligibility()),
        _with(authorization=Authorization(
            number="A", valid_from=SERVED, valid_to=SERVED, procedures=("99213", "97110"),
            units_left=Decimal(1))),
        _with(frequency="7", original_reference="X1"),
        replace(CLAIM, charge=Decimal(240),
                lines=(LINE, replace(LINE, number=2, modifiers=("76",)))),
        replace(CLAIM, charge=Decimal(240),
                lines=(replace(LINE, ndc="1"), replace(LINE, number=2, ndc="2"))),
        _with(diagnoses=("U071",)),
        _line(service_to=SERVED),
    ],
)  # fmt: skip
def test_what_is_right_is_let_through(claim: Claim) -> None:
    assert find_edits(claim, SENT) == ()


def test_nothing_of_the_claim_is_in_a_text() -> None:
    for claim, _, _ in BROKEN.values():
        for edit in find_edits(claim, SENT):
            for value in ("99213", "M545", "M1", "120", "ALPHA", "2024", "C1"):
                assert value not in edit.text.replace("1234", "")


@given(st.integers(10**8, 10**9 - 1))
def test_one_check_digit_in_ten_is_right(first: int) -> None:
    assert sum(npi_valid(f"{first}{digit}") for digit in range(10)) == 1


@pytest.mark.parametrize("npi", ["1234567893", "1245319599", "1003000126"])
def test_known_npis(npi: str) -> None:
    assert npi_valid(npi)


@pytest.mark.parametrize("npi", ["", "123456789", "12345678901", "123456789a", "１２３４５"])
def test_what_is_no_npi(npi: str) -> None:
    assert not npi_valid(npi)
