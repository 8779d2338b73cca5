from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from answers import DECIDED, SERVED, answer, line

from claims.carc import load_catalogue
from claims.denials.standing import Ledger, Sent
from claims.types import Claim, Payer, Remittance

CATALOGUE = load_catalogue()


def later(remittance: Remittance, days: int = 30) -> Remittance:
    day = DECIDED + dt.timedelta(days=days)
    return replace(remittance, payment_date=day, file_date=day, payer_claim_number="P2")


def standing(*remittances: Remittance) -> list[str]:
    ledger = Ledger(CATALOGUE)
    for one in remittances:
        ledger.add(one)
    return [one.facts.code for one in ledger.standing()]


DENIED = answer(line("CO-197"))
PAID = answer(line("CO-45:20"))


def test_a_later_answer_to_the_same_lines_takes_the_place_of_the_earlier() -> None:
    assert standing(DENIED) == ["197"]
    assert standing(DENIED, later(PAID)) == []
    assert standing(later(PAID), DENIED) == []
    assert standing(DENIED, later(answer(line("CO-50")))) == ["50"]


def test_an_earlier_payment_does_not_hide_a_later_denial() -> None:
    assert standing(PAID, later(DENIED)) == ["197"]


def test_a_part_of_a_claim_answered_later_leaves_the_other_part() -> None:
    other = answer(line("CO-45:20", procedure="97110"))
    assert standing(DENIED, later(other)) == ["197"]
    assert standing(DENIED, later(replace(other, frequency="7"))) == []


def test_a_reversal_takes_back_and_a_copy_does_not() -> None:
    assert standing(DENIED, later(replace(DENIED, status="22"))) == []
    assert standing(DENIED, later(answer(line("CO-29"), status="23"))) == ["197"]
    assert standing(DENIED, later(answer(line("OA-18")))) == ["197", "18"]


def test_another_payers_answer_says_nothing_of_this_one() -> None:
    assert standing(DENIED, later(replace(PAID, payer_id="BETA"))) == ["197"]


def test_an_answer_read_twice_counts_once() -> None:
    ledger = Ledger(CATALOGUE)
    for one in (DENIED, DENIED, replace(DENIED, payer_claim_number="P7", claim_id="C7")):
        ledger.add(one)
    assert (ledger.remittances, ledger.repeated, len(ledger.standing())) == (2, 1, 2)


def test_nothing_is_inferred_from_placeholders() -> None:
    many = [later(PAID, days) for days in range(1, 25)]
    assert standing(DENIED, *many) == ["197"]


def test_a_copy_finds_the_day_its_service_was_paid() -> None:
    ledger = Ledger(CATALOGUE)
    ledger.add(PAID)
    ledger.add(later(answer(line("OA-18"))))
    (copy,) = ledger.standing()
    assert ledger.paid_on(copy) == DECIDED
    lonely = Ledger(CATALOGUE)
    lonely.add(answer(line("OA-18")))
    assert lonely.paid_on(lonely.standing()[0]) is None


def claim(days: int, **changes: object) -> Claim:
    day = DECIDED + dt.timedelta(days=days)
    made = Claim(claim_id="C1", payer=Payer(payer_id="ALPHA"), charge=Decimal(1), submitted_on=day)
    return replace(made, **changes)  # type: ignore[arg-type]


def test_the_claim_behind_a_denial_and_what_was_sent_again() -> None:
    ledger = Ledger(CATALOGUE)
    ledger.add(DENIED)
    (denial,) = ledger.standing()
    sent = Sent([denial])
    assert sent.claim(denial) is None
    sent.add(claim(-20))
    assert sent.claim(denial) == claim(-20)
    assert sent.resent_on(denial) is None
    for one in (claim(9, frequency="8"), claim(3, claim_id="OTHER")):
        sent.add(one)
    assert sent.resent_on(denial) is None
    sent.add(claim(5, claim_id="C9", original_reference="P1", frequency="7"))
    assert sent.resent_on(denial) == DECIDED + dt.timedelta(days=5)
    sent.add(claim(8))
    assert sent.resent_on(denial) == DECIDED + dt.timedelta(days=8)
    assert sent.claim(denial) == claim(-20)
    assert denial.service_from == SERVED
