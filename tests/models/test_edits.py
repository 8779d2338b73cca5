"""Each rule is broken once, on a claim that otherwise breaks none."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented import clean_claim

from claims.settings import Settings
from claims.types import (
    Authorization,
    Claim,
    Eligibility,
    OtherPayer,
    Payer,
    Provider,
    Subscriber,
)
from models.edits import HOLDING, Rulebook, find_edits, load_rules, npi_valid, starter_rules
from models.edits.document import PAGE, codes, page
from models.edits.guide import KNOWN as GUIDE

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

PROFILES = """
form = 1
[[profile]]
payer_ids = ["ALPHA"]
filing_days = 90
[[profile.authorization]]
procedures = ["70551", "97110"]
from = 2024-12-01
[[profile.referral]]
procedures = ["99243"]
[[profile.modifier]]
procedures = ["97140"]
modifiers = ["GP", "GO"]
severity = "error"
[[profile.referring]]
procedures = ["80053"]
"""
LISTS = {
    "icd10cm_codes_2025.txt": "M545    Low back pain\nI10     Hypertension\n",
    "HCPC2024_OCT_ANWEB.csv": "HCPC,ADD DT,TERM DT\nG0103,20000101,\nJ0001,20000101,20240930\n"
    "J0120,20000101,\n",
    "ptp.txt": "99213\t36415\t\t20200101\t*\t1\tx\n80053\t80048\t\t20200101\t*\t0\tx\n",
    "mue.txt": "97110\t4\t3 Date of Service\tx\nJ0120\t2\t1 Line\tx\n",
}


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Rulebook:
    folder = tmp_path_factory.mktemp("rules")
    for name, text in {"payers.toml": PROFILES, **LISTS}.items():
        (folder / name).write_text(text)
    icd10cm, hcpcs, ncci, mue = (folder / name for name in LISTS)
    return load_rules(
        Settings(payers=folder / "payers.toml", icd10cm=icd10cm, hcpcs=hcpcs, ncci=ncci, mue=mue)
    )


def _two(first: str, second: str, *modifiers: str, **changes: object) -> Claim:
    lines = (
        replace(LINE, procedure=first),
        replace(LINE, number=2, procedure=second, modifiers=modifiers, **changes),
    )
    return replace(CLAIM, charge=Decimal(240), lines=lines)


def _medicare(claim: Claim) -> Claim:
    return replace(claim, payer=replace(claim.payer, filing_code="MB"))


LATE = dt.timedelta(95)
BY_DATA: dict[str, tuple[Claim, str, str, str]] = {
    "not in the list": (
        _with(diagnoses=("M546",)), "diagnosis_not_valid", "diagnoses[0]", "error",
    ),
    "retired": (_line(procedure="J0001"), "procedure_not_valid", "lines[0].procedure", "error"),
    "unlisted": (_line(procedure="G0104"), "procedure_not_valid", "lines[0].procedure", "error"),
    "no authorization": (
        _line(procedure="70551"), "authorization_missing", "lines[0].authorization_number", "error",
    ),
    "no authorization in an emergency": (
        _line(procedure="70551", emergency=True), "authorization_missing",
        "lines[0].authorization_number", "warning",
    ),
    "authorized for another": (
        replace(_two("97110", "70551"),
                authorization=Authorization(number="A", procedures=("97110",))),
        "authorization_line", "lines[1].authorization_number", "error",
    ),
    "no referral": (
        _line(procedure="99243"), "referral_missing", "lines[0].referral_number", "error",
    ),
    "no companion": (
        _line(procedure="97140", modifiers=("59",)), "modifier_missing", "lines[0].modifiers",
        "error",
    ),
    "nobody ordered": (
        _line(procedure="80053"), "referring_missing", "lines[0].referring.npi", "warning",
    ),
    "too late": (
        _line(service_from=SENT - LATE), "filing_passed", "lines", "error",
    ),
    "too late, excused": (
        replace(_line(service_from=SENT - LATE), delay_reason="7"), "filing_passed", "lines",
        "warning",
    ),
    "some lines too late": (
        _two("99213", "99214", service_from=SENT - LATE), "filing_passed", "lines", "warning",
    ),
    "nearly too late": (
        _line(service_from=SENT - dt.timedelta(80)), "filing_near", "lines", "warning",
    ),
    "bundled": (_two("99213", "36415"), "ncci_pair", "lines[1]", "warning"),
    "bundled for Medicare": (
        replace(_medicare(_two("80048", "80053", "59", rendering=CLAIM.rendering)),
                referring=Provider(npi="1245319599")),
        "ncci_pair", "lines[0]", "error",
    ),
    "too many units a day": (
        replace(_two("97110", "97110", "76", units=Decimal(4)), payer=Payer(payer_id="B")),
        "mue_exceeded", "lines[1].units", "warning",
    ),
    "too many units a line": (
        _medicare(_line(procedure="J0120", units=Decimal(3))), "mue_exceeded", "lines[0].units",
        "error",
    ),
}  # fmt: skip


def test_a_clean_claim_breaks_no_rule(rules: Rulebook) -> None:
    assert find_edits(CLAIM, SENT) == ()
    assert find_edits(CLAIM, SENT, rules) == ()


@pytest.mark.parametrize("how", BY_DATA)
def test_each_rule_that_is_data(how: str, rules: Rulebook) -> None:
    claim, code, field, severity = BY_DATA[how]
    found = find_edits(claim, SENT, rules)
    assert [(one.code, one.field, one.severity) for one in found] == [(code, field, severity)]


@pytest.mark.parametrize(
    "claim",
    [
        replace(_line(procedure="70551"), authorization=Authorization(number="A")),
        _line(procedure="70551", authorization_number="A"),
        _line(procedure="70551", service_from=dt.date(2024, 11, 30)),
        replace(_line(procedure="99243"), referral_number="R"),
        _line(procedure="97140", modifiers=("GP",)),
        _line(procedure="80053", ordering=Provider(npi="1245319599")),
        _line(service_from=SENT - dt.timedelta(75)),
        replace(_line(service_from=SENT - LATE), frequency="8", original_reference="X"),
        _two("99213", "36415", "59"),
        _two("99213", "36415", service_from=SERVED - dt.timedelta(1)),
        _two("99213", "36415", rendering=Provider(npi="1003000126")),
        _line(procedure="J0120", units=Decimal(2)),
        replace(
            _two("97110", "97110", "76", service_from=SERVED - dt.timedelta(1), units=Decimal(4)),
            payer=Payer(payer_id="B"),
        ),
    ],
)  # fmt: skip
def test_what_the_data_lets_through(claim: Claim, rules: Rulebook) -> None:
    assert find_edits(claim, SENT, rules) == ()


def test_a_day_that_no_list_covers_is_passed_over(rules: Rulebook) -> None:
    later = replace(_line(procedure="G0104", service_from=dt.date(2026, 1, 5)), diagnoses=("M546",))
    assert find_edits(later, dt.date(2026, 1, 6), rules) == ()


def test_before_the_npi_was_asked_for_none_is_checked() -> None:
    early = replace(
        _line(service_from=dt.date(2006, 1, 3)), billing=Provider(npi="1"), diagnosis_version=9,
        diagnoses=("4019",),
    )  # fmt: skip
    assert find_edits(early, dt.date(2006, 1, 5)) == ()


def test_a_payer_that_does_not_answer_first_may_count_from_the_first_ones_answer(
    rules: Rulebook,
) -> None:
    claim = replace(
        _line(service_from=SENT - LATE), payer=replace(CLAIM.payer, position="S"),
        other_payers=(OtherPayer(payer_id="B", position="P"),),
    )  # fmt: skip
    (edit,) = find_edits(claim, SENT, rules)
    assert (edit.code, edit.severity) == ("filing_passed", "warning")


def test_medicares_limit_is_a_calendar_year() -> None:
    claim = _medicare(_line(service_from=dt.date(2023, 12, 27)))
    assert [one.code for one in find_edits(claim, SENT)] == ["filing_near"]
    assert [one.code for one in find_edits(claim, SENT + dt.timedelta(1))] == ["filing_passed"]


def test_the_digest_names_all_that_rules_are_made_of(rules: Rulebook) -> None:
    parts = ("profiles", "diagnoses", "procedures", "pairs", "units")
    without = {
        replace(rules, **{part: starter_rules().profiles if part == "profiles" else None}).digest
        for part in parts
    }
    assert len(without | {rules.digest}) == 6
    assert starter_rules().digest == starter_rules().digest


def test_every_code_is_broken_here_and_known_to_the_page() -> None:
    broken = {code for _, code, _ in BROKEN.values()} | {code for _, code, *_ in BY_DATA.values()}
    known = {one.code for one in codes()}
    assert broken == known - {one.code for one in GUIDE}
    assert broken >= HOLDING
    assert len(known) == len(codes())
    present = PAGE.read_text()
    assert page(present) == present


def test_every_rule_says_how_a_person_mends_it() -> None:
    for one in codes():
        assert one.text.endswith(".")
        assert one.mend.endswith(".")
        assert one.source


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
