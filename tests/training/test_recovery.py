"""Which claims count as sent again, and which as recovered."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from invented_data import KEYS, START, _claim, _remittance

from claims.carc import load_catalogue
from claims.dataset import Dataset
from claims.progress import SILENT
from claims.tables import Gatherer
from claims.types import Claim, Remittance
from features.hashing import code_hash
from models.recovery import Counts, Recovery
from training.prepare import prepare
from training.recovery import DAYS, learn_recovery

SENT = START + dt.timedelta(days=10)
KNOWN = SENT + dt.timedelta(days=15)
FIRST = _claim(1, SENT, "AAA", "70553", False)
DENIED = replace(_remittance(FIRST, KNOWN, "197"), payer_claim_number="P1", payer_id="835AAA")
LONG_AFTER = (KNOWN - dt.date(1970, 1, 1)).days + 2 * DAYS


def learned(*values: Claim | Remittance, until: int = LONG_AFTER) -> Recovery:
    gatherer = Gatherer("memory", KEYS, load_catalogue(), keep_ids=False)
    for value in (FIRST, DENIED, *values):
        gatherer.add(value)
    dataset = Dataset(**gatherer.finish().tables)
    prepared = prepare(dataset, SILENT)
    return learn_recovery(dataset, prepared.frame, prepared.labels, until)


def again(days: int = 20, **changes: object) -> Claim:
    return replace(FIRST, submitted_on=KNOWN + dt.timedelta(days=days), **changes)  # type: ignore[arg-type]


def paid(claim: Claim, days: int = 40, carc: str = "") -> Remittance:
    return _remittance(claim, KNOWN + dt.timedelta(days=days), carc)


def test_a_denial_that_nobody_sent_again_is_only_seen() -> None:
    assert learned().counts("authorization") == Counts(1, 0, 0)


REPLACEMENT = again(frequency="7", original_reference="P1")
OTHER_ID = again(claim_id="ID77", frequency="7", original_reference="P1")
ANEW = again(claim_id="ID78")


@pytest.mark.parametrize("claim", [REPLACEMENT, again(), OTHER_ID, ANEW])
def test_sent_again_and_paid(claim: Claim) -> None:
    assert learned(claim).counts("authorization") == Counts(1, 1, 0)
    recovery = learned(claim, paid(claim))
    assert recovery.counts("authorization") == Counts(1, 1, 1)
    for name in ("AAA", "835AAA"):
        assert recovery.counts("authorization", code_hash(name)) == Counts(1, 1, 1)
    assert learned(claim, paid(claim, carc="197")).counts("authorization").paid == 0


def test_what_is_no_resubmission() -> None:
    line = replace(FIRST.lines[0], procedure="93000")
    for claim in (
        again(frequency="8", original_reference="P1"),
        again(claim_id="ID79", lines=(line,)),
        again(claim_id="ID79", subscriber=replace(FIRST.subscriber, member_id="M2")),
        again(claim_id="ID79", payer=replace(FIRST.payer, payer_id="BBB")),
        replace(FIRST, claim_id="ID79", submitted_on=KNOWN - dt.timedelta(days=1)),
    ):
        assert learned(claim, paid(claim)).counts("authorization").resent == 0


def test_what_comes_too_late_does_not_count() -> None:
    assert learned(again(days=DAYS + 1)).counts("authorization") == Counts(1, 0, 0)
    slow = again()
    assert learned(slow, paid(slow, DAYS)).counts("authorization") == Counts(1, 1, 1)
    assert learned(slow, paid(slow, DAYS + 1)).counts("authorization") == Counts(1, 1, 0)


def test_nothing_after_the_end_of_the_data_has_a_say() -> None:
    known = (KNOWN - dt.date(1970, 1, 1)).days
    claim = again()
    assert learned(claim, paid(claim), until=known + DAYS).all() == Counts(1, 1, 1)
    young = learned(claim, paid(claim), until=known + DAYS - 1)
    assert young.all() == Counts()


def test_a_member_with_many_such_services_says_nothing() -> None:
    many = [again(days=1 + place % 9, claim_id=f"X{place}") for place in range(60)]
    assert learned(*many).counts("authorization").resent == 0
    assert learned(*many[:40]).counts("authorization").resent == 1


def test_a_part_of_a_claim_counts_by_its_denied_lines() -> None:
    other = replace(FIRST.lines[0], number=2, procedure="93000")
    first = replace(FIRST, claim_id="ID5", lines=(*FIRST.lines, other), charge=Decimal(300))
    denial = _remittance(first, KNOWN, "", "197")
    good = again(claim_id="ID6", lines=(FIRST.lines[0],))
    mended = again(claim_id="ID7", lines=(other,))
    base = learned()
    assert base.all() == Counts(1, 0, 0)
    beside = learned(first, denial, good, paid(good))
    assert beside.counts("authorization") == Counts(2, 1, 1)  # FIRST has that line denied, not ID5
    assert learned(first, denial, mended, paid(mended)).counts("authorization") == Counts(2, 1, 1)
