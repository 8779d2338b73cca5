"""Odd values at every place of a claim in the words of others: a problem, or a score; no echo."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from claims.dialects import translated
from service.problems import Problem
from service.scoring.dialect_documents import EXAMPLES
from service.scoring.requests import parse_claim
from tests.security.hostile_x12 import MARK
from tests.security.test_hostile_json import JSON, ODD, check

BODIES = {name: example["value"] for name, example in EXAMPLES.items()}


def places(value: Any) -> Iterator[tuple[str | int, ...]]:
    """Every place in ``value``, the whole left out."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for name, inside in items:
        yield (name,)
        if isinstance(inside, dict | list):
            yield from ((name, *below) for below in places(inside))


def put(body: Any, place: tuple[str | int, ...], odd: Any) -> Any:
    """A copy of ``body`` with ``odd`` at ``place``."""
    changed = copy.deepcopy(body)
    inside = changed
    for name in place[:-1]:
        inside = inside[name]
    inside[place[-1]] = odd
    return changed


def judged(body: Any) -> Problem | None:
    """What is wrong with ``body``, or nothing."""
    try:
        assert parse_claim(body, 999).claim.lines
    except Problem as problem:
        return problem
    return None


@pytest.mark.parametrize("name", BODIES)
def test_odd_values_at_every_place_are_judged(name: str) -> None:
    found = [judged(put(BODIES[name], place, odd)) for place in places(BODIES[name]) for odd in ODD]
    problems = [problem for problem in found if problem is not None]
    for problem in problems:
        told = json.dumps(problem.document())
        assert problem.status in {413, 422}
        assert MARK not in told
        assert len(told) < 5_000
        assert all(error.text for error in problem.errors)
    assert len(problems) > 500
    assert len(found) - len(problems) > 100


@pytest.mark.parametrize("name", BODIES)
def test_odd_values_are_answered(client: TestClient, logged: list[str], name: str) -> None:
    body = BODIES[name]
    tried = [put(body, place, ODD[number % len(ODD)]) for number, place in enumerate(places(body))]
    for one in tried:
        answer = client.post("/score", content=json.dumps(one).encode(), headers=JSON)
        assert answer.status_code in {200, 422}, answer.text
        check(answer)
    batch = client.post("/score/batch", json={"claims": [body, *tried[:20], body]})
    check(batch)
    scores = batch.json()["scores"]
    assert scores[0]["denial_probability"] == scores[-1]["denial_probability"]
    assert not [line for line in logged if MARK in line]


def _numbers(count: int) -> list[int]:
    return list(range(1, count + 1))


def _many_times(claim: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """FHIR claims that lead to much work by little: each names one long list again and again."""
    item = claim["item"][0]
    concept = {"coding": [{"code": str(number)} for number in _numbers(900)]}
    role = {
        "resourceType": "PractitionerRole", "id": "role", "specialty": [concept] * 900,
        "identifier": [{"value": "1"}] * 900,
    }  # fmt: skip
    answer = {
        "resourceType": "ClaimResponse", "id": "answer",
        "item": [
            {"itemSequence": number, "adjudication": [{"category": concept}] * 20}
            for number in _numbers(900)
        ],
    }  # fmt: skip
    every = [
        {**item, "sequence": number, "careTeamSequence": _numbers(900)} for number in _numbers(900)
    ]
    team = [{"sequence": n, "provider": {"reference": "#role"}} for n in _numbers(900)]
    insurance = {**claim["insurance"][0], "focal": False, "claimResponse": {"reference": "#answer"}}
    contained = [*claim["contained"], role, answer]
    return {
        "care team": {**claim, "contained": contained, "item": every, "careTeam": team},
        "answers": {**claim, "contained": contained, "insurance": [insurance] * 11},
        "insurances": {**claim, "insurance": [insurance] * 500},
        "information": {**claim, "supportingInfo": [
            {"sequence": number, "category": concept} for number in _numbers(900)
        ]},
    }  # fmt: skip


@pytest.mark.parametrize("name", ["care team", "answers", "insurances", "information"])
def test_work_is_bounded_whatever_refers_to_what(name: str) -> None:
    body = _many_times(BODIES["fhir"])[name]
    found = translated(body)
    assert found is not None
    problem = judged(body)
    assert problem is not None
    assert problem.status == 422
    assert MARK not in problem.detail


@pytest.mark.parametrize("name", BODIES)
def test_huge_and_deep_claims_are_refused(client: TestClient, name: str) -> None:
    body = BODIES[name]
    deep: Any = {}
    for _ in range(190):
        deep = {MARK: deep}
    found = translated(body)
    assert found is not None
    (lines,) = {found.paths.theirs("lines")}
    place = tuple(lines.split("."))
    for odd in ([{}] * 200_000, deep, [[]] * 5, [MARK] * 500):
        answer = client.post("/score", json=put(body, place, odd))
        assert answer.status_code in {413, 422}
        check(answer)
    # What lies deep within an unknown field is passed over with it.
    answer = client.post("/score", json=put(body, place, [deep] * 50))
    assert len(answer.json()["lines"]) == 50
    check(answer)
