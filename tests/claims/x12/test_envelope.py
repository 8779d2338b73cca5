"""Counts that do not add up, files that were cut, segments that were lost."""

from __future__ import annotations

import pytest

from claims.problems import Problem
from claims.types import Claim, Payment, Remittance
from claims.x12 import read
from tests.claims.x12 import texts

WHOLE = texts.professional(texts.claim("A1"), texts.claim("A2"))


def read_all(segments: list[str]) -> tuple[list[str], list[Problem]]:
    found = list(read(texts.data(segments), "a"))
    ids = [item.claim_id for item in found if isinstance(item, Claim | Remittance)]
    return ids, [item for item in found if isinstance(item, Problem)]


@pytest.mark.parametrize(
    ("right", "wrong", "element"),
    [("SE*31*", "SE*30*", "SE01"), ("GE*1*", "GE*2*", "GE01"), ("IEA*1*", "IEA**", "IEA01")],
)
def test_wrong_counts_are_named_and_all_is_kept(right: str, wrong: str, element: str) -> None:
    segments = [item.replace(right, wrong) for item in WHOLE]
    assert segments != WHOLE
    ids, problems = read_all(segments)
    assert ids == ["A1", "A2"]
    assert [item.text.split()[0] for item in problems] == [element]
    assert (
        problems[0].segment == segments.index(next(s for s in segments if s.startswith(wrong))) + 1
    )


@pytest.mark.parametrize("kept", range(1, len(WHOLE)))
def test_a_file_cut_between_segments_keeps_what_it_had(kept: int) -> None:
    ids, problems = read_all(WHOLE[:kept])
    whole_first = kept > WHOLE.index("SV1*HC:99213:25*100*UN*1***1")
    second = [at for at, item in enumerate(WHOLE) if item.startswith("SV1")][1]
    assert ids == ["A1"][: int(whole_first)] + ["A2"][: int(kept > second)]
    assert problems
    assert "the whole file" in problems[-1].text


def test_a_file_cut_inside_a_segment_gives_up_the_open_claim_alone() -> None:
    data = texts.data(WHOLE)
    second = data.index(b"A2")
    cut = data[: data.index(b"DTP", second) + 12]
    found = list(read(cut))
    assert [item.claim_id for item in found if isinstance(item, Claim)] == ["A1"]
    assert [item.claim_id for item in found if isinstance(item, Problem)] == ["A2", ""]


def test_a_cut_835_gives_up_the_open_remittance_alone() -> None:
    data = texts.data(texts.remitted(texts.remittance("A1"), texts.remittance("A2")))
    found = list(read(data[: data.rindex(b"CAS*PR") + 4]))
    assert [item.claim_id for item in found if isinstance(item, Remittance)] == ["A1"]
    assert [item.claim_id for item in found if isinstance(item, Problem)] == ["A2", ""]
    assert [type(item) for item in found].count(Payment) == 1


def test_a_last_terminator_may_be_missing() -> None:
    found = list(read("~".join(WHOLE).encode()))
    assert [type(item) for item in found] == [Claim, Claim]


@pytest.mark.parametrize("lost", ["ST", "SE", "GE", "IEA", "GS", "BHT", "HL"])
def test_a_lost_segment_of_the_envelope_loses_no_claim(lost: str) -> None:
    at = next(place for place, item in enumerate(WHOLE) if item.startswith(lost + "*"))
    ids, problems = read_all([*WHOLE[:at], "ZZ*?", *WHOLE[at + 1 :]])
    assert ids == ["A1", "A2"]
    assert bool(problems) == (lost not in ("BHT", "HL"))


def test_unknown_segments_are_normal() -> None:
    segments = [
        item for pair in zip(WHOLE, ["UNKNOWN*1*2"] * len(WHOLE), strict=True) for item in pair
    ]
    ids, problems = read_all(segments)
    assert ids == ["A1", "A2"]
    assert [item.text.split()[0] for item in problems] == ["SE01"]


def test_both_kinds_in_one_file() -> None:
    ids, problems = read_all([*WHOLE, *texts.remitted(texts.remittance("R1"))])
    assert (ids, problems) == (["A1", "A2", "R1"], [])


def test_problems_hold_no_value_of_the_claim() -> None:
    secret = texts.claim("S3CR3T", "S3CR3T")
    found = list(read(texts.data(texts.professional(secret)), "a"))
    (problem,) = [item for item in found if isinstance(item, Problem)]
    assert "S3CR3T" not in problem.text
    assert problem.where() == "a, segment 21, claim S3CR3T"
