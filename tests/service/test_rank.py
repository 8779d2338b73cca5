"""``POST /rank``: the contract, the budget, what is recorded, and what is refused."""

from __future__ import annotations

import datetime as dt
import io
import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from installation import install
from invented import Practice

from claims.settings import Settings
from claims.types import Claim
from claims.x12 import Envelope, write_837
from service.app import create_app
from service.scoring.documents import RankedClaim, RankTotals
from service.scoring.examples import FLAT, X12_837

X12 = {"Content-Type": "application/edi-x12"}
LINES = {"Content-Type": "application/jsonl"}


def _as_837(claims: list[Claim]) -> bytes:
    out = io.BytesIO()
    created = dt.datetime(2025, 1, 1)  # noqa: DTZ001 - X12 states no zone
    write_837(claims, out, Envelope(sender="A", receiver="B", created=created))
    return out.getvalue()


@pytest.fixture(scope="module")
def batch(world: Practice) -> bytes:
    """Two hundred claims of the last months: some at risk, most not."""
    return _as_837([replace(one, authorization=None) for one in world.claims[-200:]])


def _recorded(settings: Settings) -> set[str]:
    with closing(sqlite3.connect(settings.home / "audit.db")) as connection:
        return {row[0] for row in connection.execute("SELECT score_id FROM scores")}


def _rate(one: dict[str, Any]) -> float:
    sent = one["decision"] == "submit" or not one["minutes"]
    return 0.0 if sent else float(one["saving"]) / one["minutes"]


def test_a_worklist_has_the_names_of_the_contract(client: TestClient) -> None:
    answer = client.post("/rank?budget=40", json={"claims": [FLAT, {**FLAT, "claim_id": "B"}]})
    assert answer.status_code == 200
    told = answer.json()
    assert set(told) == {"worklist", "totals", "problems"}
    assert all(set(one) == set(RankedClaim.model_fields) for one in told["worklist"])
    assert set(told["totals"]) == set(RankTotals.model_fields)
    assert told["totals"]["budget"] == {"actions": 40, "minutes": None}
    assert [one["rank"] for one in told["worklist"]] == [1, 2]
    assert answer.headers["cache-control"] == "no-store"


def test_most_money_a_minute_stands_first_and_fits_the_budget(
    client: TestClient, batch: bytes
) -> None:
    told = client.post("/rank?budget=5", content=batch, headers=X12).json()
    listed, totals = told["worklist"], told["totals"]
    assert totals["claims"] == len(listed) == 200
    rates = [_rate(one) for one in listed]
    assert rates == sorted(rates, reverse=True)
    chosen = [one for one in listed if one["chosen"]]
    assert chosen == listed[:5]
    assert totals["chosen"] == 5
    assert float(totals["saving"]) == pytest.approx(sum(float(one["saving"]) for one in chosen))
    assert float(totals["saving_of_all"]) > float(totals["saving"]) > 0
    assert totals["minutes"] == sum(one["minutes"] for one in chosen)
    assert totals["hold"] + totals["review"] + totals["submit"] == 200
    assert {one["decision"] for one in chosen} <= {"hold", "review"}
    assert all(one["decision_reason"] for one in listed)


def test_minutes_bound_it_too(client: TestClient, batch: bytes) -> None:
    told = client.post("/rank?minutes=30", content=batch, headers=X12).json()
    assert 0 < told["totals"]["minutes"] <= 30
    free = client.post("/rank", content=batch, headers=X12).json()
    saving = [one for one in free["worklist"] if _rate(one) > 0]
    assert free["totals"]["chosen"] == len(saving) > told["totals"]["chosen"]
    assert free["totals"]["budget"] == {"actions": None, "minutes": None}


def test_every_form_of_a_batch_is_taken_and_none_differs_from_the_score(
    client: TestClient,
) -> None:
    score = client.post("/score", json=FLAT).json()
    ranked = [
        client.post("/rank", json={"claims": [FLAT]}),
        client.post("/rank", content=json.dumps(FLAT).encode(), headers=LINES),
        client.post("/rank", content=X12_837, headers=X12),
    ]
    for answer in ranked:
        (one,) = answer.json()["worklist"]
        assert one["denial_probability"] == score["denial_probability"]
        assert one["saving"] == score["value"]["saving"] == score["actions"][0]["saving"]
        assert one["action"] == score["actions"][0]["action"]
        assert one["decision"] == score["decision"]


def test_every_score_is_in_the_log_when_it_is_answered(
    client: TestClient, settings: Settings, batch: bytes
) -> None:
    told = client.post("/rank?budget=1", content=batch, headers=X12).json()
    ids = {one["score_id"] for one in told["worklist"]}
    assert len(ids) == 200
    assert ids <= _recorded(settings)


def test_a_bad_claim_is_named_by_its_place_and_loses_no_neighbour(client: TestClient) -> None:
    claims = [FLAT, {"claim_id": "secret-id"}, 3, {**FLAT, "claim_id": "last"}]
    told = client.post("/rank", json={"claims": claims}).json()
    assert {one["claim_id"] for one in told["worklist"]} == {"PCN-1042", "last"}
    assert [(one["claim"], one["status"]) for one in told["problems"]] == [(2, 422), (3, 422)]
    assert "secret-id" not in json.dumps(told["problems"])
    assert told["totals"]["claims"] == 2


def test_an_empty_batch_is_an_empty_worklist(client: TestClient) -> None:
    told = client.post("/rank?budget=3", json={"claims": []}).json()
    assert (told["worklist"], told["problems"]) == ([], [])
    assert (told["totals"]["chosen"], told["totals"]["saving"]) == (0, "0.00")


@pytest.mark.parametrize(
    ("query", "body", "status", "kind"),
    [
        ("budget=0", {"claims": []}, 422, "invalid-request"),
        ("budget=many", {"claims": []}, 422, "invalid-request"),
        ("budget=1e9", {"claims": []}, 422, "invalid-request"),
        ("minutes=0", {"claims": []}, 422, "invalid-request"),
        ("minutes=nan", {"claims": []}, 422, "invalid-request"),
        ("minutes=inf", {"claims": []}, 422, "invalid-request"),
        ("as_of=never", {"claims": []}, 422, "invalid-request"),
        ("precision=0.95", {"claims": []}, 422, "precision-not-kept"),
        ("", {"claims": 3}, 422, "invalid-batch"),
        ("", [FLAT], 422, "invalid-batch"),
        ("", FLAT, 422, "invalid-batch"),
    ],
)
def test_what_cannot_be_ranked_is_refused(
    client: TestClient, query: str, body: object, status: int, kind: str
) -> None:
    answer = client.post(f"/rank?{query}", json=body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == f"urn:preclear:problem:{kind}"


def test_what_is_no_batch_at_all_is_refused(client: TestClient) -> None:
    assert client.post("/rank", content=b"{", headers={"Content-Type": "application/json"}
                       ).status_code == 400  # fmt: skip
    assert client.post("/rank", content=b"x", headers={"Content-Type": "text/csv"}
                       ).status_code == 415  # fmt: skip
    assert client.post("/rank", content=b"ISA*", headers=X12).status_code == 422
    assert client.get("/rank").status_code == 405


def test_a_practice_sets_its_day_and_what_its_work_costs(
    world: Practice, batch: bytes, tmp_path: Path
) -> None:
    own = tmp_path / "minutes.toml"
    own.write_text("[minutes]\nobtain_authorization = 400\n")
    settings = install(
        tmp_path, world, daily_actions=3, daily_minutes=100, action_minutes=own, max_claims=300
    )
    with TestClient(create_app(settings), raise_server_exceptions=False) as mine:
        told = mine.post("/rank", content=batch, headers=X12).json()
        assert told["totals"]["budget"] == {"actions": 3, "minutes": 100.0}
        assert told["totals"]["chosen"] <= 3
        # At four hundred minutes no authorization of a claim of this practice is worth it.
        asked = [one for one in told["worklist"] if one["action"] == "obtain_authorization"]
        assert not any(one["chosen"] for one in asked)
        wider = mine.post("/rank?budget=7&minutes=1000", content=batch, headers=X12).json()
        assert wider["totals"]["budget"] == {"actions": 7, "minutes": 1000.0}


def test_too_many_claims_are_refused_whole(world: Practice, tmp_path: Path) -> None:
    settings = install(tmp_path, world, max_claims=2)
    with TestClient(create_app(settings), raise_server_exceptions=False) as small:
        for content, headers in (
            (json.dumps({"claims": [FLAT] * 3}), {"Content-Type": "application/json"}),
            ("1\n2\n3\n", LINES),
        ):
            assert small.post("/rank", content=content, headers=headers).status_code == 413
    assert _recorded(settings) == set()
