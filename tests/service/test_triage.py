"""POST /triage over HTTP."""

from __future__ import annotations

import json
import logging
import random
from typing import Any

import pytest
from fastapi.testclient import TestClient

from models.triage import Triaged
from service.scoring.examples import X12_837
from service.triage.examples import X12_835

X12 = {"Content-Type": "application/edi-x12"}


def test_every_denial_of_the_example_is_answered(client: TestClient) -> None:
    answer = client.post("/triage?as_of=2026-04-01", content=X12_835, headers=X12)
    assert answer.status_code == 200
    told = answer.json()
    assert (told["as_of"], told["remittances"], told["remittances_denied"]) == ("2026-04-01", 2, 2)
    assert told["problems"] == []
    first, second = told["denials"]
    assert set(first) == set(Triaged.__dataclass_fields__)
    assert (first["claim_id"], first["carc"]["code"], first["next_action"]) == (
        "PCN-1043",
        "197",
        "appeal",
    )
    assert (second["claim_id"], second["standing"], second["next_action"]) == (
        "PCN-1042",
        "rejected",
        "correct_and_resubmit",
    )
    assert second["lines"] == [2]
    assert first["rank"] == 1
    assert answer.headers["Cache-Control"] == "no-store"


def test_deadlines_are_those_of_the_payers_profile(client: TestClient) -> None:
    medicare = X12_835.replace("**12*", "**MB*")  # 42 CFR 405.942: 120 days
    assert medicare != X12_835

    def first(day: str) -> dict[str, Any]:
        answer = client.post(f"/triage?as_of={day}", content=medicare, headers=X12)
        return next(one for one in answer.json()["denials"] if one["carc"]["code"] == "197")

    open_ = first("2026-07-16")
    assert (open_["next_action"], open_["appeal_by"], open_["days_left"]) == (
        "appeal",
        "2026-07-16",
        0,
    )
    shut = first("2026-07-17")
    assert (shut["next_action"], shut["appealable"]) == ("write_off", False)


def test_the_835_example_passes_the_guide() -> None:
    judge = pytest.importorskip("claims.x12.judge")
    assert judge.findings(X12_835.encode()) == []


@pytest.mark.parametrize(
    ("body", "headers", "status", "kind"),
    [
        (b"hello", X12, 422, "no-remittance"),
        (b"", X12, 422, "no-remittance"),
        (X12_837.encode(), X12, 422, "no-remittance"),
        (X12_835.encode(), {"Content-Type": "application/json"}, 415, "unsupported-media-type"),
        (X12_835.encode(), {}, 415, "unsupported-media-type"),
        (X12_835.encode()[:200], X12, 422, "no-remittance"),
    ],
)
def test_what_is_no_835_is_refused_in_a_sentence(
    client: TestClient, body: bytes, headers: dict[str, str], status: int, kind: str
) -> None:
    answer = client.post("/triage", content=body, headers=headers)
    assert answer.status_code == status
    assert answer.json()["type"].endswith(kind)
    assert "PCN-" not in answer.text


def test_a_broken_remittance_never_loses_its_neighbours(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    broken = X12_835.replace("CLP*PCN-1043*1*1890", "CLP*PCN-1043*1*QZXCANARY")
    with caplog.at_level(logging.DEBUG):
        answer = client.post("/triage", content=broken, headers=X12)
    assert answer.status_code == 200
    told = answer.json()
    assert [one["claim_id"] for one in told["denials"]] == ["PCN-1042"]
    (problem,) = told["problems"]
    assert problem["segment"] == 14
    assert "PCN-" not in json.dumps(problem)
    assert "QZXCANARY" not in answer.text
    assert "QZXCANARY" not in caplog.text
    assert "PCN-" not in caplog.text


def test_nothing_makes_it_stumble(client: TestClient) -> None:
    drawn = random.Random(7)
    statuses = set()
    for _ in range(150):
        body = bytearray(X12_835.encode())
        for _ in range(drawn.randint(1, 12)):
            place = drawn.randrange(len(body))
            if drawn.random() < 0.3:
                del body[place : place + drawn.randint(1, 30)]
            else:
                body[place % len(body)] = drawn.choice(b"*~:^ A9-.\x00\xff")
        answer = client.post("/triage", content=bytes(body), headers=X12)
        statuses.add(answer.status_code)
        assert answer.status_code in (200, 422), answer.text
    assert statuses == {200, 422}


def test_more_remittances_than_are_taken(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from service.triage import endpoints
    from service.triage.remittances import ledger_of

    monkeypatch.setattr(endpoints, "ledger_of", lambda body, known, most: ledger_of(body, known, 1))
    answer = client.post("/triage", content=X12_835, headers=X12)
    assert (answer.status_code, answer.json()["type"]) == (
        413,
        "urn:preclear:problem:too-many-remittances",
    )
