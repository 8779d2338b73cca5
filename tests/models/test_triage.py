from __future__ import annotations

import datetime as dt
import sys
from dataclasses import fields, replace
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "claims" / "denials"))

from answers import DECIDED, answer, line

from claims.carc import load_catalogue
from claims.denials.choose import Limits, NoLimits
from claims.denials.standing import Ledger
from claims.types import Remittance
from models.recovery import Recovery
from models.triage import MINUTES, Triaged, Work, to_dict, totals, triage

CATALOGUE = load_catalogue()
TODAY = DECIDED + dt.timedelta(days=10)


def rows(category: int, resent: int, paid: int) -> list[tuple[int, frozenset[int], bool, bool]]:
    return [(category, frozenset({1}), True, place < paid) for place in range(resent)]


AUTHORIZATION, MISSING = 1, 8
RECOVERY = Recovery.fit(120, rows(AUTHORIZATION, 100, 10) + rows(MISSING, 100, 90))


def ledger(*remittances: Remittance) -> Ledger:
    made = Ledger(CATALOGUE)
    for place, one in enumerate(remittances):
        made.add(replace(one, claim_id=f"C{place}", payer_claim_number=f"P{place}"))
    return made


def test_they_are_ordered_by_expected_dollars_a_minute() -> None:
    found = triage(
        ledger(
            answer(line("OA-18", charge=9000)),
            answer(line("CO-197", charge=2000)),
            answer(line("CO-16", "M51", charge=400)),
            answer(line("CO-16", "M51", charge=600)),
        ),
        TODAY,
        recovery=RECOVERY,
    )
    assert [one.rank for one in found] == [1, 2, 3, 4]
    assert [one.claim_id for one in found] == ["C3", "C2", "C1", "C0"]
    best = found[0]
    chance = RECOVERY.chance("missing_information")
    assert best.chance is not None
    assert (best.chance.probability, best.chance.resent) == (chance.chance, 100)
    value = 600 * chance.chance - 0.5 * MINUTES["correct_and_resubmit"]
    assert best.expected_value == f"{value:.2f}"
    rates = [float(one.expected_value or 0) / one.minutes for one in found]
    assert rates == sorted(rates, reverse=True)
    assert (found[-1].chance, found[-1].expected_value) == (None, "0.00")


class Soon(NoLimits):
    """Appeals within ``days``."""

    def __init__(self, days: int) -> None:
        self._days = days

    def last_corrected_day(self, served: dt.date, decided: dt.date | None) -> dt.date | None:
        return DECIDED + dt.timedelta(days=self._days)


def test_among_equals_the_nearer_deadline_comes_first() -> None:
    def limits(payer_id: str, filing_code: str) -> Limits:
        return Soon({"SOON": 20, "LATER": 90}[payer_id]) if payer_id else NoLimits()

    same = answer(line("CO-16", "M51"))
    held = ledger(
        replace(same, payer_id=""), replace(same, payer_id="LATER"), replace(same, payer_id="SOON")
    )
    found = triage(held, TODAY, limits=limits)
    assert [one.payer_id for one in found] == ["SOON", "LATER", ""]
    assert [one.days_left for one in found] == [10, 80, None]


def test_what_costs_more_than_it_brings_is_written_off_with_both_figures() -> None:
    small = ledger(answer(line("CO-197", charge=22)))
    (one,) = triage(small, TODAY)
    assert one.next_action == "write_off"
    assert one.reason == "The amount, $22.00, is no more than the work would cost ($22.50)."
    hopeless = ledger(answer(line("CO-197", charge=60)))
    (one,) = triage(hopeless, TODAY, recovery=RECOVERY)
    assert one.next_action == "write_off"
    assert one.reason.startswith("It is likely to bring $")
    assert one.documents == ()
    few = Recovery.fit(120, rows(AUTHORIZATION, 5, 0))
    (one,) = triage(hopeless, TODAY, recovery=few)
    assert one.next_action == "appeal"
    cheap = Work(minutes={**MINUTES, "appeal": 1.0})
    (one,) = triage(hopeless, TODAY, recovery=RECOVERY, work=cheap)
    assert one.next_action == "appeal"


def test_without_counts_no_chance_is_told() -> None:
    held = ledger(answer(line("CO-197", charge=900)), answer(line("PR-27", charge=900)))
    for recovery in (None, Recovery.fit(120, [])):
        for one in triage(held, TODAY, recovery=recovery):
            assert (one.chance, one.expected_value) == (None, None)
    patient = next(
        one for one in triage(held, TODAY, recovery=RECOVERY) if one.next_action == "bill_patient"
    )
    assert patient.chance is None


def test_everything_a_biller_needs_is_told() -> None:
    (one,) = triage(ledger(answer(line("CO-197", "M62", charge=900))), TODAY)
    told = to_dict(one)
    assert set(told) == {field.name for field in fields(Triaged)}
    assert told["group"]["code"] == "CO"
    assert "patient may not be billed" in told["group"]["text"]
    assert told["carc"]["text"] == "A required authorization or notification was not obtained"
    assert told["remarks"] == (
        {"code": "M62", "text": "The authorization number is missing or wrong"},
    )
    assert Decimal(told["amount"]) == 900
    assert (told["mendable"], told["kind"], told["owner"]) == (
        "hard",
        "administrative",
        "authorization",
    )
    assert totals([one, one]) == {"appeal": 2}
