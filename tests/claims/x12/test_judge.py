"""The judge says what pyx12 says, and nothing of what the claim says."""

from __future__ import annotations

import io
import logging

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyx12.params import ParamsBase
from pyx12.x12n_document import x12n_document

from claims.x12 import judge
from claims.x12.judge import findings
from tests.claims.x12 import texts

VALID = texts.data(
    texts.professional(texts.claim("A1"), ["CLM*A2*1.5***11:B:1*Y*A*Y*Y*P", *texts.claim()[1:]])
)


def pyx12_agrees(data: bytes) -> bool:
    """pyx12's own entry point: is the file valid?"""
    logging.disable(logging.CRITICAL)
    try:
        return bool(x12n_document(ParamsBase(), io.StringIO(data.decode("latin-1")), None, None))
    finally:
        logging.disable(logging.NOTSET)


def test_a_valid_file_has_no_finding() -> None:
    assert findings(VALID) == []
    assert pyx12_agrees(VALID)


@pytest.mark.parametrize(
    ("right", "wrong", "segment_id", "element"),
    [
        (b"11:B:1", b"1Z:B:1", "CLM", "CLM05-01"),
        (b"*M1~", b"~", "NM1", "NM109"),
        (b"19700102", b"19701302", "DMG", "DMG02"),
        (b"LX*1~\n", b"LX*2~\n", "LX", ""),
        (b"HI*ABK:M545*ABF:E119~\n", b"", "LX", ""),
        (b"SE*31", b"SE*30", "SE", ""),
        (b"HL*2*1*22", b"HL*9*1*22", "HL", ""),
    ],
)
def test_findings_have_a_place(right: bytes, wrong: bytes, segment_id: str, element: str) -> None:
    assert right in VALID
    broken = VALID.replace(right, wrong, 1)
    found = findings(broken)
    assert not pyx12_agrees(broken)
    assert (segment_id, element) in {(item.segment_id, item.element) for item in found}
    segments = broken.decode().split("~\n")
    first = next(item for item in found if item.segment_id == segment_id)
    assert segments[first.segment - 1].startswith(segment_id)


@settings(max_examples=12, deadline=None)
@given(st.integers(110, len(VALID) - 2), st.sampled_from([b"", b"*", b":", b"~", b"X", b"1"]))
def test_the_verdict_is_that_of_pyx12(at: int, put: bytes) -> None:
    data = VALID[:at] + put + VALID[at + 1 :]
    found = findings(data)
    try:
        valid = pyx12_agrees(data)
    except Exception:
        valid = False  # pyx12 itself fails on some files
    assert (found == []) == valid


@pytest.mark.parametrize("data", [b"", b"hello", texts.ISA.encode(), b"\xff" * 300])
def test_what_is_no_x12_has_a_finding(data: bytes) -> None:
    (finding,) = findings(data)
    assert (finding.code, finding.segment) == ("ISA", 0)


def test_a_guide_without_a_map_has_a_finding() -> None:
    found = findings(VALID.replace(b"005010X222A1", b"005010X999"))
    assert [item.code for item in found] == ["GS"]


def test_no_value_and_no_log(caplog: pytest.LogCaptureFixture) -> None:
    broken = VALID.replace(b"*M1~", b"*S3CR3T~").replace(b"11:B:1", b"S3CR3T:S3CR3T:S3CR3T")
    broken = broken.replace(b"19700102", b"S3CR3T").replace(b"PRV*BI", b"S3CR3T*S3CR3T")
    with caplog.at_level(logging.DEBUG):
        found = findings(broken)
    assert found
    assert "S3CR3T" not in repr([(item.text, item.element) for item in found])
    assert "S3CR3T" not in caplog.text


def test_maps_are_loaded_once() -> None:
    findings(VALID)
    loaded = judge._map.cache_info().misses
    for _ in range(3):
        findings(VALID)
    assert judge._map.cache_info().misses == loaded
    assert judge._index.cache_info().misses == 1
