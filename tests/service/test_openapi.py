from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from models.score import Score


@pytest.fixture(scope="module")
def document(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/openapi.json").json()
    return found


def examples(document: dict[str, Any]) -> list[tuple[str, str, Any]]:
    found = []
    for path, methods in document["paths"].items():
        for operation in methods.values():
            for media, content in operation.get("requestBody", {}).get("content", {}).items():
                told = content.get("examples", {}).values()
                found.extend((path, media, example["value"]) for example in told)
    return found


def test_every_example_is_answered(client: TestClient, document: dict[str, Any]) -> None:
    found = examples(document)
    assert {(path, media) for path, media, _ in found} >= {
        ("/score", "application/json"),
        ("/score", "application/edi-x12"),
        ("/score/batch", "application/json"),
        ("/triage", "application/edi-x12"),
        ("/outcomes", "application/edi-x12"),
        ("/rank", "application/json"),
        ("/rank", "application/edi-x12"),
        ("/lifecycle", "application/json"),
    }
    for path, media, value in found:
        content = value if isinstance(value, str) else json.dumps(value)
        answer = client.post(path, content=content, headers={"Content-Type": media})
        assert answer.status_code == 200, (path, media, answer.text)
        if path == "/triage":
            assert answer.json()["denials"]
            continue
        if path == "/outcomes":
            assert answer.json()["remittances"] == 2
            continue
        told = answer.json()
        if path == "/lifecycle":
            assert told["claims"][0]["lines"]
            continue
        scores = told.get("scores", told.get("worklist", [told]))
        assert scores
        assert all("denial_probability" in score for score in scores)


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    known = document["components"]["schemas"]

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            if "$ref" in value:
                assert value["$ref"].removeprefix("#/components/schemas/") in known
            for part in value.values():
                walk(part)
        elif isinstance(value, list):
            for part in value:
                walk(part)

    walk(document)
    assert set(known["Score"]["properties"]) == set(Score.__dataclass_fields__)
    assert "HTTPValidationError" not in known


def test_every_operation_says_what_may_go_wrong(document: dict[str, Any]) -> None:
    for path in ("/score", "/score/batch", "/rank"):
        answers = document["paths"][path]["post"]["responses"]
        assert set(answers) >= {"200", "400", "413", "415", "422", "503"}
        assert "application/problem+json" in answers["422"]["content"]


def test_every_refusal_is_a_problem(document: dict[str, Any]) -> None:
    for path, methods in document["paths"].items():
        for said in methods.values():
            for status, answer in said["responses"].items():
                kinds = set(answer.get("content", {}))
                assert status < "400" or kinds == {"application/problem+json"}, (path, status)


def test_the_837_example_passes_the_guide() -> None:
    judge = pytest.importorskip("claims.x12.judge")
    from service.scoring.examples import X12_837

    assert judge.findings(X12_837.encode()) == []
