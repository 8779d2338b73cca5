from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from answers import DECIDED, SERVED, answer, line

from claims.carc import load_catalogue
from claims.denials.decode import denials, undecided

CATALOGUE = load_catalogue()


def test_lines_denied_for_one_reason_are_one_denial() -> None:
    found = denials(
        answer(
            line("CO-197", "M62"),
            line("CO-45:40"),
            line("CO-197", "M62", charge=250, control_number="7"),
            line("CO-16", "M51", charge=60),
        ),
        CATALOGUE,
    )
    assert [(one.facts.code, one.amount) for one in found] == [
        ("197", Decimal(350)),
        ("16", Decimal(60)),
    ]
    first = found[0]
    assert [part.number for part in first.lines] == [1, 7]
    assert (first.group, first.facts.category, first.whole) == ("CO", "authorization", False)
    assert [one.code for one in first.remarks] == ["M62"]
    assert first.service_from == SERVED
    assert first.decided_on == DECIDED


def test_group_and_remarks_tell_denials_apart() -> None:
    found = denials(
        answer(line("CO-96", "N130"), line("PR-96", "N130"), line("PR-96", "N425")), CATALOGUE
    )
    assert {(one.group, one.remarks[0].code) for one in found} == {
        ("CO", "N130"),
        ("PR", "N130"),
        ("PR", "N425"),
    }


def test_a_line_without_a_reason_has_that_of_its_claim() -> None:
    claim = answer(
        line(charge=80, paid=Decimal(0)), adjustments=line("PR-27", charge=80).adjustments
    )
    (one,) = denials(claim, CATALOGUE)
    assert (one.group, one.facts.code, one.amount, one.whole) == ("PR", "27", Decimal(80), True)


def test_a_claim_without_lines_is_denied_as_a_whole() -> None:
    claim = answer(
        adjustments=line("CO-29", charge=500).adjustments, charge=Decimal(500), remarks=("N211",)
    )
    (one,) = denials(claim, CATALOGUE)
    assert (one.lines, one.amount, one.whole) == ((), Decimal(500), True)
    assert one.says("no_appeal")


def test_further_reasons_for_the_same_line_are_told() -> None:
    (one,) = denials(answer(line("PR-16:60", "CO-97:40")), CATALOGUE)
    assert (one.facts.code, one.amount) == ("16", Decimal(60))
    assert [other.code for other in one.others] == ["97"]


def test_what_was_paid_taken_back_or_left_to_the_patient_is_no_denial() -> None:
    assert denials(answer(line("CO-45:40")), CATALOGUE) == ()
    assert denials(answer(line("PR-1")), CATALOGUE) == ()
    back = answer(line("CO-197"), status="22")
    assert denials(back, CATALOGUE) == ()
    assert undecided(back)
    assert not undecided(answer(line("CO-197")))


def test_the_decision_is_of_the_earliest_day_stated() -> None:
    made = answer(line("CO-197"), produced_on=DECIDED - dt.timedelta(days=2))
    (one,) = denials(replace(made, file_date=DECIDED + dt.timedelta(days=3)), CATALOGUE)
    assert one.decided_on == DECIDED - dt.timedelta(days=2)
    assert one.known_on == DECIDED + dt.timedelta(days=3)
