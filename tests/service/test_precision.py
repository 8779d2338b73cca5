from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from service.scoring.examples import FLAT, X12_837

X12 = {"Content-Type": "application/edi-x12"}


@pytest.mark.parametrize("path", ["/score", "/score/batch"])
def test_a_precision_takes_the_place_of_the_threshold(client: TestClient, path: str) -> None:
    body = FLAT if path == "/score" else {"claims": [FLAT]}
    answer = client.post(f"{path}?precision=0.8", json=body).json()
    told = answer if path == "/score" else answer["scores"][0]
    assert (told["threshold"], told["precision_promised"]) == (0.7, 0.8)
    of_837 = client.post(f"{path}?precision=0.8", content=X12_837, headers=X12).json()
    assert {one["precision_promised"] for one in of_837["scores"]} == {0.8}
    assert client.post("/score", json=FLAT).json()["precision_promised"] is None


@pytest.mark.parametrize(
    ("asked", "kind", "told"),
    [
        ("0.95", "precision-not-kept", "cannot keep a precision of 0.95: the best that it can"),
        ("0.2", "precision-not-kept", "between 0.5 and 0.99"),
        ("nan", "precision-not-kept", "between 0.5 and 0.99"),
        ("high", "invalid-request", "precision"),
    ],
)
def test_a_precision_that_cannot_be_kept_is_refused(
    client: TestClient, asked: str, kind: str, told: str
) -> None:
    answer = client.post(f"/score?precision={asked}", json=FLAT)
    assert answer.status_code == 422
    assert answer.json()["type"] == f"urn:preclear:problem:{kind}"
    assert told in answer.json()["detail"]
