"""``POST /lifecycle``: the score of ``/score``, in the shape of *Claims Lifecycle AI*."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient
from invented import Practice, clean_claim

from claims.types import Claim
from service.scoring.dialect_examples import CLEARINGHOUSE, FHIR
from service.scoring.examples import FLAT
from tests.claims.dialects.write_clearinghouse import clearinghouse

DAY = "2024-12-27"


@pytest.fixture(scope="module")
def risky(world: Practice) -> Claim:
    """A claim of therapy and visits that its payer denies without an authorization."""
    found = clean_claim()
    lines = [
        replace(found.lines[0], number=place, procedure=code)
        for place, code in enumerate(("99213", "97110"), 1)
    ]
    return replace(found, lines=tuple(lines))


def ask(client: TestClient, body: dict[str, Any], **more: Any) -> dict[str, Any]:
    answer = client.post("/lifecycle", params={"as_of": DAY}, json={**body, **more})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_denied_claim_has_denied_lines_with_reasons_and_codes(
    client: TestClient, risky: Claim
) -> None:
    body = clearinghouse(risky)
    told = ask(client, body, precisionThreshold=0.6)
    score = client.post(f"/score?as_of={DAY}&precision=0.6", json=body).json()
    (claim,) = told["claims"]
    assert claim["claimId"] == risky.claim_id
    assert claim["claimDenied"] is True
    assert claim["denialProbability"] == score["denial_probability"] >= told["threshold"] == 0.25
    assert (told["precisionPromised"], told["decision"]) == (0.6, score["decision"])
    assert told["modelVersion"] == score["model"]["version"]
    assert [line["lineId"] for line in claim["lines"]] == ["1", "2"]
    assert [line["denialProbability"] for line in claim["lines"]] == [
        line["denial_probability"] for line in score["lines"]
    ]
    assert any(line["lineDenied"] for line in claim["lines"])
    for line in claim["lines"]:
        assert ("denialReasons" in line) == line["lineDenied"]
    reasons = claim["denialReasons"]
    assert [one["reason"] for one in reasons] == [one["category"] for one in score["categories"]]
    assert reasons[0]["reason"] == "authorization"
    assert reasons[0]["eraCarcCodes"][0]["code"] == "197"
    assert 1 <= len(reasons) <= 3
    assert all(1 <= len(one["eraCarcCodes"]) <= 3 for one in reasons)


def test_a_claim_below_the_threshold_is_not_denied(client: TestClient) -> None:
    (claim,) = ask(client, clearinghouse(clean_claim()))["claims"]
    assert claim["claimDenied"] is False
    assert claim["denialReasons"] == []
    assert [line["lineDenied"] for line in claim["lines"]] == [False]


def test_it_is_recorded_like_any_score(client: TestClient, risky: Claim) -> None:
    told = ask(client, clearinghouse(risky))
    record = client.app.state.held.repository.get(told["requestId"])  # type: ignore[attr-defined]
    assert record.purpose == "/lifecycle"
    assert record.as_of == dt.date.fromisoformat(DAY)
    assert record.denial_probability == told["claims"][0]["denialProbability"]


def test_a_repeated_request_has_the_same_answer(client: TestClient, risky: Claim) -> None:
    body = clearinghouse(risky)
    first, second = (
        client.post(f"/lifecycle?as_of={DAY}", json=body, headers={"Idempotency-Key": "once-1"})
        for _ in range(2)
    )
    assert first.content == second.content


@pytest.mark.parametrize(
    ("body", "kind", "says"),
    [
        ({**CLEARINGHOUSE, "precisionThreshold": 0.95}, "precision-not-kept", "the best that it"),
        ({**CLEARINGHOUSE, "precisionThreshold": 5}, "precision-not-kept", "between 0.5 and 0.99"),
        ({**CLEARINGHOUSE, "precisionThreshold": 10**300}, "precision-not-kept", "between"),
        ({**CLEARINGHOUSE, "precisionThreshold": "0.9"}, "invalid-claim", "precisionThreshold"),
        ({**CLEARINGHOUSE, "precisionThreshold": True}, "invalid-claim", "precisionThreshold"),
        ({**CLEARINGHOUSE, "claimInformation": []}, "invalid-claim", "claimInformation must be"),
        (FLAT, "invalid-claim", "claimInformation is required"),
        (FHIR, "invalid-claim", "claimInformation is required"),
        ({"claim": CLEARINGHOUSE}, "invalid-claim", "claimInformation is required"),
        ([], "invalid-claim", "must be a JSON object"),
    ],
)
def test_what_cannot_be_answered_is_refused(
    client: TestClient, body: Any, kind: str, says: str
) -> None:
    answer = client.post("/lifecycle", json=body)
    assert answer.status_code == 422
    assert answer.json()["type"] == f"urn:preclear:problem:{kind}"
    assert says in answer.json()["detail"]
