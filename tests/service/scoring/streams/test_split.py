"""Where the pieces of a stream end makes no difference."""

from __future__ import annotations

import json

import pytest

from service.problems import Problem
from service.scoring.examples import FLAT, X12_837
from service.scoring.requests import Ask, parse_claim, parse_json
from service.scoring.streams.split import X12, JsonLines, Splitter

Slot = Ask | Problem
SIZES = [1, 2, 7, 100, 100_000]


def slots(splitter: Splitter, body: bytes, size: int) -> list[Slot]:
    found: list[Slot] = []
    for first in range(0, len(body), size):
        found += splitter.feed(body[first : first + size])
    return found + splitter.finish()


def told(slot: Slot) -> object:
    return slot.document() if isinstance(slot, Problem) else slot.claim


def line(text: bytes) -> Ask:
    return parse_claim(parse_json(text), 500)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_json_lines(size: int, end: bytes) -> None:
    claims = [json.dumps({**FLAT, "claim_id": f"c{n}"}).encode() for n in range(3)]
    body = b"\n".join([claims[0], b"", b" " * 20, claims[1], b"[" * 5_000, claims[2]]) + end
    found = slots(JsonLines(line, 4_000), body, size)
    assert [one.claim.claim_id for one in found if isinstance(one, Ask)] == ["c0", "c1", "c2"]
    (long,) = [one for one in found if isinstance(one, Problem)]
    assert (found.index(long), long.kind) == (2, "line-too-long")


@pytest.mark.parametrize("size", SIZES)
def test_an_837(size: int) -> None:
    body = X12_837.replace("SE*29*0001", "SE*99*0001").encode() * 3
    whole = [told(one) for one in slots(X12(500, None), body, len(body))]
    assert [told(one) for one in slots(X12(500, None), body, size)] == whole
    assert len(whole) == 6


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
@pytest.mark.parametrize("size", SIZES)
def test_an_837_with_a_mark(encoding: str, size: int) -> None:
    (one,) = slots(X12(500, None), X12_837.encode(encoding), size)
    assert isinstance(one, Ask)


def test_too_many_lines_are_a_problem_of_the_claim() -> None:
    (one,) = slots(X12(1, None), X12_837.encode(), 100)
    assert isinstance(one, Problem)
    assert one.kind == "too-many-lines"


def test_no_claim_is_a_problem_of_the_whole() -> None:
    with pytest.raises(Problem, match="No claim could be read"):
        slots(X12(500, None), b"ISA*00*", 3)
