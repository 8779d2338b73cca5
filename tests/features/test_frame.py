"""One claim of a request and a million from tables: the same arrays, bit for bit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import fields
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.columns import claim_columns
from claims.keys import Keys
from claims.schema import CLAIMS, LINES
from claims.types import (
    Attachment,
    Authorization,
    Claim,
    Eligibility,
    OtherPayer,
    Patient,
    Payer,
    Provider,
    ServiceLine,
    Subscriber,
)
from claims.x12 import read
from features.columns import NO_DAY
from features.frame import Frame

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
KEYS = Keys(b"x" * 32)

codes = st.sampled_from(["", "A1", " a1 ", "99213", "J3490", "é"])
days = st.none() | st.dates(dt.date(2019, 1, 1), dt.date(2027, 1, 1))
money = st.decimals(0, 10**6, places=2)
providers = st.none() | st.builds(Provider, npi=codes, taxonomy=codes)
lines = st.builds(
    ServiceLine,
    number=st.integers(1, 50),
    procedure=codes,
    modifiers=st.lists(st.sampled_from(["25", "59", "26"]), max_size=4).map(tuple),
    charge=money,
    units=st.none() | st.decimals(0, 999, places=3),
    unit_basis=st.sampled_from(["UN", "MJ", "DA", ""]),
    diagnosis_pointers=st.lists(st.integers(1, 5), max_size=4).map(tuple),
    place_of_service=codes,
    revenue_code=codes,
    service_from=days,
    authorization_number=codes,
    rendering=providers,
    attachments=st.lists(st.builds(Attachment, report_type=codes), max_size=2).map(tuple),
)
claims = st.builds(
    Claim,
    claim_id=st.text(max_size=4),
    payer=st.builds(Payer, payer_id=codes, position=st.sampled_from(["P", "S", "T", ""])),
    form=st.sampled_from(["professional", "institutional"]),
    submitted_on=days,
    charge=money,
    place_of_service=codes,
    frequency=st.sampled_from(["1", "7", "8", ""]),
    subscriber=st.builds(Subscriber, member_id=codes, birth_date=days),
    patient=st.builds(Patient, sex=st.sampled_from(["F", "M", "U", ""]), birth_date=days),
    rendering=providers,
    attending=providers,
    authorization=st.none()
    | st.builds(
        Authorization,
        number=codes,
        valid_from=days,
        valid_to=days,
        procedures=st.lists(codes, max_size=3).map(tuple),
        units_left=st.none() | st.decimals(-9, 999, places=3),
    ),
    eligibility=st.none()
    | st.builds(Eligibility, checked_on=days, active=st.none() | st.booleans(), coverage_end=days),
    related_causes=st.lists(st.sampled_from(["AA", "EM"]), max_size=2).map(tuple),
    accident_on=days,
    admitted_on=days,
    discharged_on=days,
    diagnoses=st.lists(st.sampled_from(["E119", "I10", "F1120"]), max_size=4).map(tuple),
    other_payers=st.lists(st.builds(OtherPayer, paid=st.none() | money), max_size=2).map(tuple),
    lines=st.lists(lines, max_size=4).map(tuple),
)


def by_tables(batch: Sequence[Claim]) -> Frame:
    of_claims, of_lines = claim_columns(batch, KEYS)
    return Frame.from_tables(pa.table(of_claims, schema=CLAIMS), pa.table(of_lines, schema=LINES))


def assert_equal(left: Frame, right: Frame) -> None:
    for field in fields(Frame):
        a, b = getattr(left, field.name), getattr(right, field.name)
        assert a.dtype == b.dtype, field.name
        assert a.tobytes() == b.tobytes(), field.name


@given(st.lists(claims, min_size=1, max_size=4))
def test_lists_and_tables_give_the_same_frame(batch: list[Claim]) -> None:
    assert_equal(Frame.from_claims(batch, KEYS), by_tables(batch))


@pytest.mark.skipif(not SAMPLES.exists(), reason="other people's samples are not here")
def test_other_peoples_claims_give_the_same_frame() -> None:
    paths = [path for path in sorted(SAMPLES.rglob("*")) if path.suffix not in {"", ".tsv"}]
    found = [
        value
        for path in paths
        for value in read(path.read_bytes(), path.name)
        if isinstance(value, Claim)
    ]
    assert len(found) > 1000
    assert_equal(Frame.from_claims(found, KEYS), by_tables(found))


def test_units_codes_and_days_are_what_was_stated() -> None:
    claim = Claim(
        claim_id="1",
        payer=Payer(payer_id="P1", position="S"),
        submitted_on=dt.date(1970, 1, 11),
        charge=Decimal("12.34"),
        diagnoses=("E119", "I10"),
        lines=(
            ServiceLine(number=1, units=Decimal("1.5"), diagnosis_pointers=(2,)),
            ServiceLine(number=2, procedure="99213", diagnosis_pointers=(9,)),
        ),
    )
    frame = Frame.from_claims([claim], KEYS)
    assert frame.charge.tolist() == [1234]
    assert frame.submitted.tolist() == [10]
    assert frame.units.tolist() == [1500, 0]
    assert frame.position.tolist() == [2]
    assert frame.service_to.tolist() == [NO_DAY]
    assert frame.line_diagnosis[0] != frame.diagnosis[0]
    assert frame.line_diagnosis[1] == frame.diagnosis[0]
    assert frame.diagnosis_group[0] != frame.diagnosis[0]
    assert frame.starts.tolist() == [0, 2]


def test_taking_rows_takes_their_lines() -> None:
    batch = [
        Claim(
            claim_id=str(i),
            payer=Payer(payer_id="P"),
            lines=tuple(ServiceLine(number=n) for n in range(i)),
        )
        for i in range(4)
    ]
    taken = Frame.from_claims(batch, KEYS).take(np.array([3, 0, 3]))
    assert taken.line_number.tolist() == [0, 1, 2, 0, 1, 2]
    assert taken.line_claim.tolist() == [0, 0, 0, 2, 2, 2]
