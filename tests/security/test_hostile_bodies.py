"""A thousand broken or hostile 837 and 835 bodies: answered, whole, and without a piece of them."""

from __future__ import annotations

import json
import random
import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service.unreadable import MOST
from tests.security.hostile_x12 import (
    MARK,
    WITHIN,
    broken,
    claims_837,
    flip,
    institutional_837,
    joined,
    remittances_835,
)

X12 = {"Content-Type": "application/edi-x12"}
GOOD = [claims_837(), claims_837(1), institutional_837(), remittances_835(), remittances_835(1)]
PATHS = ("/score", "/score/batch", "/rank", "/triage", "/outcomes")
ANSWERS = ("/triage", "/outcomes")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
WORDS = re.compile(rb"[A-Za-z0-9]{5,}")
REFUSED = {413, 422}


def problems_of(answer: Any) -> list[dict[str, Any]]:
    """Every problem of an answer: the whole, or those of slots and of parts of the file."""
    told = answer.json()
    if answer.status_code != 200:
        return [told]
    slots = [*told.get("scores", []), *told.get("problems", [])]
    return [slot for slot in slots if "status" in slot]


def pieces_of(body: bytes) -> set[str]:
    """What of a body is no word of the language: marks, and whatever holds a digit."""
    for coding in ("utf-16", "utf-16-le", "utf-16-be"):
        body += b" " + body.decode(coding, "ignore").encode("utf-8", "ignore")
    found = {word.decode() for word in WORDS.findall(body)}
    return {word for word in found if MARK in word or any(sign.isdigit() for sign in word)}


def check(client: TestClient, path: str, body: bytes) -> int:
    answer = client.post(path, content=body, headers=X12)
    assert answer.status_code in {200, *REFUSED}, (path, answer.text[:300])
    problems = problems_of(answer)
    assert {one["status"] for one in problems} <= REFUSED, problems
    said = set(re.findall(r"[A-Za-z0-9]{5,}", json.dumps(problems)))
    assert not said & pieces_of(body)
    assert MARK not in json.dumps(problems) + str(answer.headers)
    return answer.status_code


def run(client: TestClient, logged: list[str], numbers: range) -> None:
    statuses: set[int] = set()
    for number in numbers:
        body = broken(number, GOOD)
        for path in PATHS:
            try:
                statuses.add(check(client, path, body))
            except AssertionError as error:
                raise AssertionError(f"body {number} to {path}: {error}") from error
    assert statuses >= {200, 422}
    # A request's id may hold any digits.
    bare = [UUID.sub("", line) for line in logged]
    assert not [line for line in bare if MARK in line or "1931" in line]
    assert client.get("/readyz").status_code == 200


def test_broken_bodies_are_answered(client: TestClient, logged: list[str]) -> None:
    run(client, logged, range(30))


@pytest.mark.heavy
def test_a_thousand_broken_bodies_are_answered(client: TestClient, logged: list[str]) -> None:
    run(client, logged, range(30, 1_030))


UNIQUE = ("score_id", "scored_at")
"""What differs from one score of a claim to the next."""


def scores_of(client: TestClient, path: str, segments: list[str]) -> dict[str, Any]:
    answer = client.post(path, content=joined(segments), headers=X12)
    assert answer.status_code == 200, answer.text
    return {
        one["claim_id"]: {name: value for name, value in one.items() if name not in UNIQUE}
        for one in answer.json()["scores"]
        if "score_id" in one
    }


def broken_in_the_middle(number: int) -> list[str]:
    """Three claims, the second broken within its own segments."""
    chance = random.Random(f"neighbours {number}")
    whole = claims_837()
    starts = [at for at, one in enumerate(whole) if one.startswith("CLM")]
    first, last = (
        starts[1],
        next(at for at in range(starts[1], len(whole)) if whole[at][:2] == "HL"),
    )
    claim = whole[first:last]
    for _ in range(chance.randint(1, 3)):
        chance.choice(WITHIN)(claim, chance)
    if chance.random() < 0.3:
        at = chance.randrange(len(claim))
        claim[at] = flip(claim[at].encode(), chance).decode("latin-1").replace("~", "")
    return [*whole[:first], *claim, *whole[last:]]


@pytest.mark.parametrize("path", ["/score", "/score/batch"])
def test_the_neighbours_of_a_broken_claim_are_scored(client: TestClient, path: str) -> None:
    good = scores_of(client, path, claims_837())
    first, second, third = good
    unlike = 0
    for number in range(40):
        found = scores_of(client, path, broken_in_the_middle(number))
        assert found[first] == good[first], number
        assert found[third] == good[third], number
        unlike += found.get(second) != good[second]
    assert unlike > 20


def faults(path: str, unit: str) -> bytes:
    head = (remittances_835 if path in ANSWERS else claims_837)(1)[:3]
    return joined(head) + unit.encode() * (MOST + 1)


@pytest.mark.parametrize(
    ("path", "unit"),
    [
        *((path, unit) for path in PATHS for unit in ("ST*1~", "GE*9~")),
        ("/score", "CLM~"), ("/rank", "CLM~"), ("/triage", "CLP~"), ("/outcomes", "CLP~"),
    ],
)  # fmt: skip
def test_a_file_of_nothing_but_faults_is_refused(client: TestClient, path: str, unit: str) -> None:
    answer = client.post(path, content=faults(path, unit), headers=X12)
    assert answer.status_code == 413
    assert answer.json()["type"] == "urn:preclear:problem:too-many-problems"


def test_a_stream_of_nothing_but_faults_ends(client: TestClient) -> None:
    lines = {**X12, "Accept": "application/jsonl"}
    answer = client.post("/score/batch", content=faults("/score/batch", "CLM~") * 3, headers=lines)
    told = [json.loads(line) for line in answer.text.splitlines()]
    assert told[-1]["summary"]["complete"] is False
    assert told[-1]["summary"]["problem"]["type"].endswith("too-many-problems")
    assert MOST < len(told) < MOST + 10_000
