"""What is written is read back as it was, and pyx12 finds nothing wrong with it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.x12 import Delimiters, Envelope, read, write_835, write_837
from claims.x12.judge import findings
from tests.claims.x12.strategies import ENVELOPE, claims, payments

if TYPE_CHECKING:
    from claims.types import Claim, Payment, Remittance

SLOW = settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None
)
several_claims = st.lists(claims(), min_size=1, max_size=4)
several_payments = st.lists(payments(), min_size=1, max_size=3)


def written_837(given_claims: list[Claim], envelope: Envelope = ENVELOPE) -> bytes:
    out = io.BytesIO()
    write_837(given_claims, out, envelope)
    return out.getvalue()


def written_835(
    given_payments: list[tuple[Payment, list[Remittance]]], envelope: Envelope = ENVELOPE
) -> bytes:
    out = io.BytesIO()
    write_835(given_payments, out, envelope)
    return out.getvalue()


def in_order(given_payments: list[tuple[Payment, list[Remittance]]]) -> list[object]:
    return [item for payment, found in given_payments for item in (*found, payment)]


@settings(SLOW, max_examples=60)
@given(several_claims)
def test_claims_come_back_as_they_were(given_claims: list[Claim]) -> None:
    assert list(read(written_837(given_claims))) == given_claims


@settings(SLOW, max_examples=50)
@given(several_payments)
def test_payments_come_back_as_they_were(
    given_payments: list[tuple[Payment, list[Remittance]]],
) -> None:
    assert list(read(written_835(given_payments))) == in_order(given_payments)


@settings(SLOW, max_examples=15)
@given(several_claims)
def test_pyx12_finds_nothing_in_written_claims(given_claims: list[Claim]) -> None:
    assert findings(written_837(given_claims)) == []


@settings(SLOW, max_examples=15)
@given(several_payments)
def test_pyx12_finds_nothing_in_written_payments(
    given_payments: list[tuple[Payment, list[Remittance]]],
) -> None:
    assert findings(written_835(given_payments)) == []


@pytest.mark.parametrize(
    "delimiters",
    [
        Delimiters(line_end=""),
        Delimiters(line_end="\r\n"),
        Delimiters(element="|", component=">", repetition="!", terminator="'"),
        Delimiters(element="~", component="^", repetition="`", terminator="_", line_end=""),
        Delimiters(element="*", component=":", repetition="^", terminator="\n", line_end=""),
        Delimiters(element="*", component=":", repetition="^", terminator="\r", line_end="\n"),
        Delimiters(element="\x1d", component="\x1f", repetition="^", terminator="\x1c"),
    ],
)
@settings(SLOW, max_examples=4)
@given(given_claims=several_claims, given_payments=several_payments)
def test_any_delimiters_read_the_same(
    delimiters: Delimiters,
    given_claims: list[Claim],
    given_payments: list[tuple[Payment, list[Remittance]]],
) -> None:
    envelope = Envelope(
        sender="SENDER", receiver="RECEIVER", created=ENVELOPE.created, delimiters=delimiters
    )
    both = written_837(given_claims, envelope) + written_835(given_payments, envelope)
    expected = [*given_claims, *in_order(given_payments)]
    assert list(read(both)) == expected
