"""Whatever is sent, the service answers: a score or a problem, never a 500."""

from __future__ import annotations

import datetime as dt
import json
import random
from decimal import Decimal
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from service.scoring.claim_form import ClaimRequest
from service.scoring.examples import X12_837

X12 = {"Content-Type": "application/edi-x12"}
TEXTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["", " ", "\x00", "99213", "1", "7", "8", "18", "MB", "16", "e11.9", "\ud7ff", "💊"]
    ),
)
DAYS = st.one_of(
    st.dates(dt.date(1900, 1, 1), dt.date(2199, 12, 31)),
    st.sampled_from([dt.date(1900, 1, 1), dt.date(2199, 12, 31), dt.date(1970, 1, 1)]),
).map(str)
AMOUNTS = st.one_of(
    st.decimals(Decimal(0), Decimal("9999999999.99"), places=2),
    st.sampled_from([Decimal(0), Decimal("0.01"), Decimal("9999999999.99")]),
).map(str)
UNITS = st.decimals(Decimal(0), Decimal("99999999.999"), places=3).map(str)
CHOICES = {
    "form": ["professional", "institutional"],
    "position": ["P", "S", "T", "U", "A", "H"],
    "sex": ["F", "M", "U"],
}


def value_of(name: str, schema: dict[str, Any], whole: dict[str, Any]) -> st.SearchStrategy[Any]:
    if "$ref" in schema:
        return part(whole["$defs"][schema["$ref"].rsplit("/", 1)[-1]], whole)
    if "anyOf" in schema:
        kinds = [one for one in schema["anyOf"] if one != {"type": "null"}]
        return st.one_of(
            st.none(), value_of(name, kinds[0] if "$ref" in kinds[0] else kinds[-1], whole)
        )
    if name in CHOICES:
        return st.sampled_from(CHOICES[name])
    kind = schema.get("type")
    if kind == "array":
        least, most = schema.get("minItems", 0), min(schema.get("maxItems", 4), 4)
        return st.lists(value_of("", schema["items"], whole), min_size=least, max_size=most)
    if kind == "boolean":
        return st.booleans()
    if kind == "integer":
        return st.integers(schema.get("minimum", 1), schema.get("maximum", 99))
    if schema.get("format") == "date":
        return DAYS
    if kind == "string" and "pattern" in schema:
        return UNITS if "unit" in name or name == "quantity" else AMOUNTS
    least = schema.get("minLength", 0)
    return TEXTS.filter(lambda text: len(text) >= least)


def part(schema: dict[str, Any], whole: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    fields = {
        name: value_of(name, field, whole)
        for name, field in schema["properties"].items()
        if name != "number" or schema.get("title") == "AuthorizationForm"
    }
    needed = set(schema.get("required", ())) | {"lines"} & set(fields)
    return st.fixed_dictionaries(
        {name: found for name, found in fields.items() if name in needed},
        optional={name: found for name, found in fields.items() if name not in needed},
    )


def claims(model: type[BaseModel] = ClaimRequest) -> st.SearchStrategy[dict[str, Any]]:
    schema = model.model_json_schema()
    return part(schema, schema)


@settings(
    max_examples=120,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(claim=claims())
def test_every_claim_that_the_schema_allows_is_scored(
    client: TestClient, claim: dict[str, Any]
) -> None:
    answer = client.post("/score", json=claim)
    assert answer.status_code in {200, 422}, answer.text
    if answer.status_code == 200:
        told = answer.json()
        assert 0 <= told["denial_probability"] <= 1
        assert all(
            line["denial_probability"] <= told["denial_probability"] for line in told["lines"]
        )
        total = told["base_value"] + told["other_contribution"]
        total += sum(reason["contribution"] for reason in told["reasons"])
        assert total == pytest.approx(told["raw_score"], abs=1e-9)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(
            st.sampled_from(["claim", "claims", "lines", "payer", "as_of"]) | st.text(), inner
        ),
        max_leaves=12,
    ),
    path=st.sampled_from(["/score", "/score/batch", "/rank"]),
)  # fmt: skip
def test_any_json_is_answered(client: TestClient, body: object, path: str) -> None:
    content = json.dumps(body).encode("utf-8", "replace")
    answer = client.post(path, content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code in {200, 400, 422}


def mutated(source: bytes, chance: random.Random) -> bytes:
    body = bytearray(source)
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(body))
        match chance.randrange(6):
            case 0:
                body[place] = chance.randrange(256)
            case 1:
                del body[place : place + chance.randint(1, 40)]
            case 2:
                body[place:place] = bytes(
                    chance.randrange(256) for _ in range(chance.randint(1, 9))
                )
            case 3:
                body[place:place] = body[place : place + chance.randint(1, 200)]
            case 4:
                body[place:place] = chance.choice(
                    [b"~", b"*", b":", b"^", b"\r\n", b"ISA", b"\x00"]
                )
            case _:
                body[place:place] = b"9" * chance.randint(1, 400)
        body = body or bytearray(b"~")
    return bytes(body)


def test_broken_837s_are_answered(client: TestClient) -> None:
    chance = random.Random(7)
    statuses = set()
    for _ in range(200):
        answer = client.post("/score", content=mutated(X12_837.encode(), chance), headers=X12)
        statuses.add(answer.status_code)
        assert answer.status_code in {200, 422}, answer.text
        if answer.status_code == 200:
            slots = answer.json()["scores"]
            assert all(slot.get("status", 200) in {200, 413, 422} for slot in slots)
    assert statuses == {200, 422}


@pytest.mark.heavy
def test_many_broken_837s_are_answered(client: TestClient) -> None:
    chance = random.Random(11)
    for _ in range(3_000):
        answer = client.post("/score/batch", content=mutated(X12_837.encode(), chance), headers=X12)
        assert answer.status_code in {200, 422}, answer.text
        if answer.status_code == 200:
            slots = answer.json()["scores"]
            assert all(slot.get("status", 200) in {200, 413, 422} for slot in slots)
