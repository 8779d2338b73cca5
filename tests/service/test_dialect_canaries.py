"""Canaries in claims in the words of others: in no answer, no log and no audit log."""

from __future__ import annotations

import json
import logging
import subprocess
from typing import Any

import pytest
from fastapi.testclient import TestClient

from claims.settings import Settings
from service.scoring.dialect_documents import EXAMPLES
from service.scoring.examples import FLAT

MARK = "QZXDIALECT"
CODES = {
    "resourceType", "reference", "system", "code", "url", "id", "use", "status", "created",
    "servicedDate", "birthDate", "gender", "dateOfBirth", "serviceDate", "diagnosisTypeCode",
    "paymentResponsibilityLevelCode", "claimChargeAmount", "lineItemChargeAmount",
    "serviceUnitCount", "diagnosisCodePointers",
}  # fmt: skip
"""What would be refused with a mark in it, or leads somewhere."""
PAYER = "62308"
"""Whom a claim goes to is kept: it tells nobody's identity."""


def marked(value: Any, name: str = "") -> Any:
    """Each text with a mark, and beside each object's fields one that nobody knows."""
    if isinstance(value, dict):
        told = {key: marked(part, key) for key, part in value.items()}
        return {**told, f"{MARK}field": {MARK: [MARK]}, "text": {"div": MARK}}
    if isinstance(value, list):
        return [marked(item, name) for item in value]
    if not isinstance(value, str) or name in CODES or value == PAYER:
        return value
    return f"{MARK}{value}"[:30]


@pytest.mark.parametrize("name", EXAMPLES)
def test_nothing_of_it_stays_or_comes_back(
    client: TestClient, settings: Settings, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    body = marked(EXAMPLES[name]["value"])
    assert json.dumps(body).count(MARK) > 60
    with caplog.at_level(logging.DEBUG):
        told = client.post("/score", json=body)
        refused = [
            client.post("/score", json={**body, key: [MARK]})
            for key in body
            if key not in ("text", f"{MARK}field")
        ]
    assert told.status_code == 200, told.text
    answer = told.json()
    assert answer.pop("claim_id").startswith(MARK)
    assert MARK not in json.dumps(answer)
    assert any(one.status_code == 422 for one in refused)
    assert not [one for one in refused if one.status_code == 422 and MARK in one.text]
    ours = [record for record in caplog.records if not record.name.startswith("httpx")]
    assert not [record for record in ours if MARK in record.getMessage()]
    files = [str(path) for path in settings.home.glob("audit.db*")]
    held = subprocess.run(["cat", *files], check=True, capture_output=True).stdout
    assert answer["score_id"].encode() in held
    assert MARK.encode() not in held


def test_lines_may_each_have_another_form(client: TestClient) -> None:
    bodies = [FLAT, *(example["value"] for example in EXAMPLES.values()), {"claimInformation": 1}]
    content = "\n".join(json.dumps(body) for body in bodies)
    headers = {"Content-Type": "application/jsonl"}
    answer = client.post("/score/batch?as_of=2026-03-04", content=content, headers=headers)
    told = [json.loads(line) for line in answer.text.splitlines()]
    assert [one.get("claim_id") for one in told[:3]] == ["PCN-1042"] * 3
    assert len({one["denial_probability"] for one in told[:3]}) == 1
    assert told[3]["errors"][0]["field"] == "claimInformation"
    assert told[4]["summary"]["scored"] == 3


def test_what_front_desk_knows_may_stand_beside_it(client: TestClient) -> None:
    for example in EXAMPLES.values():
        body = {"claim": example["value"], "eligibility": {"active": False}, "as_of": "2026-03-04"}
        told = client.post("/score", json=body).json()
        assert told["as_of"] == "2026-03-04"
        assert [edit["field"] for edit in told["edits"]] == ["eligibility.active"]


def test_an_edit_points_into_what_was_sent(client: TestClient) -> None:
    body = json.loads(json.dumps(EXAMPLES["clearinghouse"]["value"]))
    body["rendering"]["npi"] = "1245319590"
    del body["claimInformation"]["serviceLines"][1]["serviceDate"]
    told = client.post("/score?as_of=2026-03-04", json=body).json()
    fields = {edit["field"] for edit in told["edits"]}
    assert "rendering.npi" in fields
    assert "claimInformation.serviceLines[1].serviceDate" in fields
    record = client.app.state.held.repository.get(told["score_id"])  # type: ignore[attr-defined]
    kept = {edit["field"] for edit in json.loads(record.answer)["edits"]}
    assert "lines[1].service_from" in kept
