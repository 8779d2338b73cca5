"""No bytes make the reader fail, and a broken claim never takes another with it."""

from __future__ import annotations

import sys
import tracemalloc
from types import FrameType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.problems import Problem
from claims.types import Claim, Payment, Remittance
from claims.x12 import read
from tests.claims.x12 import texts

KINDS = (Claim, Remittance, Payment, Problem)
RICH = [
    *texts.professional(texts.claim("A1"), texts.claim("A2"), texts.claim("A3")),
    *texts.remitted(texts.remittance("R1"), texts.remittance("R2"), ["PLB*1*20241231*72*3"]),
]
BYTES = texts.data(RICH)
LARGE = [
    "SBR*S*18*******MB", "CAS*PR*1*2*3*4*5", "AMT*D*1", "DTP*573*D8*20240101", "SVD*P*1*HC:1**1",
    "HI*ABK:A1*BF:B2", "CL1*1*2*3", "SV2*0300*HC:1*1*UN*1", "PWK*03*EL", "LIN**N4*1", "MIA*1",
    "NM1*PR", "NM1*IL", "NM1*82", "DMG", "PAT", "BPR", "TRN", "SVC", "CLP", "CLM", "HL", "ST", "GS",
    "LX", "SV1", "REF*G1", "REF*6R", "DTM*472", "LQ*HE", "N1*PR", "PRV*PE", "PRV*AT", "REF*2U",
    "SE", "MOA", "ISA", "BHT", "PLB", "ST*837", "ST*835", "NM1*85", "NM1*87", "DTP*472", "DTP*434",
    "AMT*F5",
]  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    data = bytearray(BYTES)
    for _ in range(draw(st.integers(1, 12))):
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        length = draw(st.integers(0, 40))
        put = draw(st.one_of(st.binary(max_size=6), st.sampled_from([b"~", b"*", b":", b"ISA*"])))
        data[at : at + length] = put
    return bytes(data)


@st.composite
def shuffled(draw: st.DrawFn) -> bytes:
    """Segments in any order, with some cut short."""
    segments = draw(st.lists(st.sampled_from(RICH + LARGE), min_size=5, max_size=60))
    return texts.data([texts.ISA, *segments])


@settings(max_examples=300, deadline=None)
@given(mutated())
def test_mutated_files_never_fail(data: bytes) -> None:
    for item in read(data, "a"):
        assert isinstance(item, KINDS)


@settings(max_examples=300, deadline=None)
@given(shuffled())
def test_segments_in_any_order_never_fail(data: bytes) -> None:
    for item in read(data, "a"):
        assert isinstance(item, KINDS)
        hash(item)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_never_fail(data: bytes) -> None:
    for prefix in (b"", texts.ISA.encode() + b"~"):
        for item in read(prefix + data, "a"):
            assert isinstance(item, KINDS)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 40), st.text("AB19*:.- ", max_size=5)),
        min_size=1,
        max_size=6,
    )
)
def test_what_is_broken_in_a_claim_stays_in_it(changes: list[tuple[int, int, str]]) -> None:
    broken = texts.claim("BAD")
    for segment, at, put in changes:
        text = broken[segment]
        head = 4 if text[3:4] == "*" else 3  # the segment stays of its kind
        place = max(head, min(at, len(text)))
        broken[segment] = text[:place] + put + text[place + 1 :]
    segments = texts.professional(texts.claim("A1"), broken, texts.claim("A2"))
    found = [item for item in read(texts.data(segments)) if isinstance(item, Claim)]
    first, last = found[0], found[-1]
    alone = list(read(texts.data(texts.professional(texts.claim("A1")))))
    assert first == alone[0]
    assert last.claim_id == "A2"
    assert last.lines == first.lines
    assert len(found) in (2, 3)


REPEATED = [
    (["CLM*A1*1***11:B:1*Y*A*Y*Y"], ["HI*ABK:M545", "PWK*03*EL", "SBR*S*18", "CAS*CO*45*1"]),
    (texts.claim("A1"), ["SVD*P*1*HC:1**1", "PWK*03*EL", "CAS*CO*45*1", "LX*1", "SV1*HC:1*1*UN*1"]),
    (["CLP*A1*1*1*1*1*12*P"], ["CAS*CO*45*1", "MOA***N1", "MIA*0****N1", "SVC*HC:1*1*1"]),
    (texts.remittance("A1"), ["CAS*CO*45*1", "LQ*HE*N1", "REF*6R*X"]),
]


def _calls(data: bytes) -> int:
    """How many calls reading takes: a measure of work that no other work on the machine changes."""
    calls = 0

    def count(_frame: FrameType, event: str, _about: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        assert len(list(read(data))) >= 1
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize(("start", "again"), REPEATED)
def test_a_segment_repeated_without_end_takes_work_in_proportion(
    start: list[str], again: list[str]
) -> None:
    wrap = texts.remitted if start[0].startswith("CLP") else texts.professional
    for segment in again:
        once, more = (
            _calls(texts.data(wrap([*start, *[segment] * count]))) for count in (8_000, 32_000)
        )
        assert more < 5 * once


def test_what_looks_like_an_isa_within_a_long_segment_is_looked_at_once() -> None:
    once, more = (
        _calls(texts.data(texts.professional(texts.claim("A1"), ["NTE*ADD*" + "ISA!" * count])))
        for count in (8_000, 32_000)
    )
    assert more < 5 * once


def test_long_segments_are_not_remembered() -> None:
    long = [f"HI*ABK:{'X' * 50_000}{number}" for number in range(40)]
    tracemalloc.start()
    for _ in read(texts.data(texts.professional([*texts.claim("A1")[:1], *long]))):
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 12_000_000
