"""Each rule that is data (payers' profiles, CMS's lists) is broken once, on a clean claim."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from invented import clean_claim

from claims.settings import Settings
from claims.types import Authorization, Claim, OtherPayer, Payer, Provider
from models.edits import Rulebook, find_edits, load_rules, starter_rules

SENT = dt.date(2024, 12, 27)
SERVED = dt.date(2024, 12, 20)
CLAIM = clean_claim(1)
LINE = CLAIM.lines[0]


def _line(**changes: object) -> Claim:
    return replace(CLAIM, lines=(replace(LINE, **changes),))


def _with(**changes: object) -> Claim:
    return replace(CLAIM, **changes)


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
