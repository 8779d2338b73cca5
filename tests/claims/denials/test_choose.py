from __future__ import annotations

import datetime as dt

import pytest
from answers import DECIDED, SERVED, answer, line

from claims.carc import load_catalogue
from claims.categories import CATEGORIES
from claims.denials.choose import Choice, Circumstances, NoLimits, choose
from claims.denials.decode import denials
from claims.denials.next_actions import NEXT_ACTIONS
from claims.denials.steps import step
from claims.types import Claim, Payer

CATALOGUE = load_catalogue()
TODAY = DECIDED + dt.timedelta(days=10)


class Known:
    """A payer that takes first claims for 90 days, corrections for 120 and appeals for 60."""

    def last_filing_day(self, served: dt.date) -> dt.date | None:
        return served + dt.timedelta(days=90)

    def last_corrected_day(self, served: dt.date, decided: dt.date | None) -> dt.date | None:
        return None if decided is None else decided + dt.timedelta(days=120)

    def last_appeal_day(self, decided: dt.date) -> dt.date | None:
        return decided + dt.timedelta(days=60)


def chosen(*codes: str, as_of: dt.date = TODAY, known: object = None, **changes: object) -> Choice:
    beside = {
        name: changes.pop(name) for name in ("claim", "resent_on", "paid_on") if name in changes
    }
    (denial, *_) = denials(answer(line(*codes), **changes), CATALOGUE)
    limits = known or NoLimits()
    return choose(denial, Circumstances(as_of=as_of, limits=limits, **beside))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("codes", "action"),
    [
        (("CO-16", "M51"), "correct_and_resubmit"),
        (("PR-16", "M51"), "correct_and_resubmit"),
        (("CO-4",), "correct_and_resubmit"),
        (("CO-288",), "correct_and_resubmit"),
        (("CO-252", "N706"), "resubmit_with_documents"),
        (("CO-16", "M127"), "resubmit_with_documents"),
        (("CO-197",), "appeal"),
        (("CO-50",), "appeal"),
        (("CO-97",), "appeal"),
        (("CO-29",), "appeal"),
        (("CO-22",), "bill_other_payer"),
        (("OA-109",), "bill_other_payer"),
        (("PR-27",), "bill_patient"),
        (("CO-27",), "bill_other_payer"),
        (("OA-26",), "bill_other_payer"),
        (("PR-204", "N130"), "bill_patient"),
        (("PR-50",), "bill_patient"),
        (("CO-204",), "appeal"),
        (("CO-119",), "appeal"),
        (("PR-119",), "bill_patient"),
        (("PR-119", "N563"), "appeal"),
        (("PR-31",), "correct_and_resubmit"),
        (("CO-227",), "correct_and_resubmit"),
        (("CO-194",), "write_off"),
        (("CO-286",), "write_off"),
        (("OA-18",), "no_action"),
        (("CO-B13",), "no_action"),
        (("CO-B20",), "appeal"),
        (("CO-B11",), "no_action"),
        (("CO-A1", "N517"), "resubmit_with_documents"),
        (("CO-4242",), "appeal"),
    ],
)
def test_the_next_action_follows_from_reason_group_and_remark(
    codes: tuple[str, ...], action: str
) -> None:
    assert chosen(*codes).next_action == action


def test_a_patient_is_billed_for_group_pr_alone() -> None:
    billed = 0
    for facts in CATALOGUE:
        if facts.carc_class == "denial":
            for group in ("CO", "OA", "PI", "CR", ""):
                assert chosen(f"{group}-{facts.code}").next_action != "bill_patient", facts.code
            billed += chosen(f"PR-{facts.code}").next_action == "bill_patient"
            assert chosen(f"PR-{facts.code}", "N842").next_action != "bill_patient"
    assert billed > 20


def test_what_was_sent_back_unprocessable_is_sent_anew_and_never_appealed() -> None:
    for facts in CATALOGUE:
        if facts.carc_class == "denial" and facts.category != "duplicate":
            choice = chosen(f"CO-{facts.code}", "MA130", "MA120", known=Known())
            assert choice.standing == "rejected"
            assert not choice.appealable
            assert choice.appeal_by is None
            assert choice.next_action != "appeal"
    choice = chosen("CO-16", "MA130", "MA120", known=Known())
    assert choice.next_action == "correct_and_resubmit"
    assert "new claim" in choice.text
    assert choice.deadline == SERVED + dt.timedelta(days=90)


def test_deadlines_are_the_payers_or_none() -> None:
    assert chosen("CO-197").deadline is None
    appeal = chosen("CO-197", known=Known())
    assert appeal.deadline == appeal.appeal_by == DECIDED + dt.timedelta(days=60)
    resent = chosen("CO-16", "M51", known=Known())
    assert resent.deadline == resent.resubmit_by == DECIDED + dt.timedelta(days=120)
    assert chosen("PR-27", known=Known()).deadline is None


def test_past_its_limit_nothing_is_appealed_or_corrected() -> None:
    last = DECIDED + dt.timedelta(days=60)
    assert chosen("CO-197", known=Known(), as_of=last).next_action == "appeal"
    late = chosen("CO-197", known=Known(), as_of=last + dt.timedelta(days=1))
    assert (late.next_action, late.appealable) == ("write_off", False)
    assert "limit for appeals" in late.reason
    later = chosen("CO-16", "M51", known=Known(), as_of=DECIDED + dt.timedelta(days=121))
    assert later.next_action == "write_off"
    assert "corrected claims" in later.reason


def test_remarks_grant_and_refuse() -> None:
    assert chosen("CO-197", "N211").next_action == "write_off"
    assert chosen("CO-16", "M51", "N185").next_action == "appeal"
    assert "new claim" in chosen("CO-16", "N142", "M51").text
    assert "frequency 7" in chosen("CO-16", "M51").text
    assert "reopening" in chosen("CO-16", "M51", filing_code="MB").text


def test_without_a_telling_remark_the_payer_is_asked() -> None:
    assert chosen("CO-16").text.startswith("Ask the payer what is missing")
    assert chosen("CO-16", "X999", "MA01").text.startswith("Ask the payer what is missing")
    assert not chosen("CO-16", "M51").text.startswith("Ask the payer")


def test_what_was_corrected_once_is_appealed_next() -> None:
    assert chosen("CO-16", "M51", frequency="7").next_action == "appeal"
    assert chosen("CO-16", "M51", "MA130", frequency="7").next_action == "correct_and_resubmit"


def test_what_was_sent_again_waits() -> None:
    choice = chosen("CO-197", resent_on=TODAY - dt.timedelta(days=3))
    assert (choice.next_action, choice.documents) == ("no_action", ())
    assert "wait" in choice.reason
    old = chosen("CO-197", resent_on=DECIDED, as_of=DECIDED + dt.timedelta(days=90))
    assert "90 days ago" in old.reason
    assert "status" in old.text


def test_a_copy_of_a_paid_claim_needs_nothing() -> None:
    choice = chosen("OA-18", paid_on=DECIDED)
    assert (choice.next_action, choice.reason) == (
        "no_action",
        f"The same service was paid on {DECIDED}.",
    )


def test_a_claim_that_was_truly_late_is_not_appealed() -> None:
    def sent(days: int) -> Claim:
        day = SERVED + dt.timedelta(days=days)
        return Claim(claim_id="C1", payer=Payer(payer_id="ALPHA"), submitted_on=day)

    assert chosen("CO-29", known=Known(), claim=sent(90)).next_action == "appeal"
    late = chosen("CO-29", known=Known(), claim=sent(91))
    assert late.next_action == "write_off"
    assert "after the payer's limit" in late.reason
    assert chosen("CO-29", claim=sent(400)).next_action == "appeal"


def test_documents_belong_to_appeals_and_to_what_was_asked_for() -> None:
    for facts in CATALOGUE:
        if facts.carc_class == "denial":
            choice = chosen(f"CO-{facts.code}")
            asked = choice.next_action in ("appeal", "resubmit_with_documents")
            assert bool(choice.documents) == asked, facts.code
            assert len(set(choice.documents)) == len(choice.documents)
    assert (
        "what remark N706 asks for (the documentation is missing)"
        in chosen("CO-252", "N706").documents
    )


def test_no_step_asks_for_another_code_or_date() -> None:
    for action in NEXT_ACTIONS:
        for category in CATEGORIES:
            text = step(action, category).lower()
            for what in ("change the diagnosis", "change the procedure", "another code", "upcode"):
                assert what not in text
            if category == "coding" and action == "correct_and_resubmit":
                assert "review" in text
                assert "only what the record shows" in text
