from __future__ import annotations

import datetime as dt
import io
import json
import logging
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from installation import install
from invented import KEYS, Practice, clean_claim

from claims.settings import Settings
from claims.types import Claim
from claims.x12 import Envelope, write_837
from models.score import Score
from service.app import create_app
from service.audit.tables import AuditError
from service.scoring.examples import FLAT, X12_837

X12 = {"Content-Type": "application/edi-x12"}
LINES = {"Content-Type": "application/jsonl"}
PROBLEM = "application/problem+json"
NAMES = {
    *("score_id", "claim_id", "as_of", "scored_at", "model", "denial_probability", "decision"),
    *("threshold", "amount_at_risk", "support", "categories", "lines", "reasons", "actions"),
    "edits",
}


def rows(settings: Settings, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(settings.home / "audit.db")) as connection:
        return connection.execute(query).fetchall()


def test_a_score_has_the_names_of_the_contract(client: TestClient) -> None:
    answer = client.post("/score", json=FLAT)
    assert answer.status_code == 200
    told = answer.json()
    assert set(told) >= NAMES
    assert set(told) == set(Score.__dataclass_fields__)
    assert told["claim_id"] == FLAT["claim_id"]
    assert told["as_of"] == FLAT["submitted_on"]
    assert told["amount_at_risk"] == "248.00"
    assert answer.headers["cache-control"] == "no-store"


def test_the_score_is_in_the_log_when_it_is_answered(
    client: TestClient, settings: Settings
) -> None:
    told = client.post("/score", json=FLAT).json()
    found = rows(
        settings,
        "SELECT denial_probability, answer, claim_key, length(features), model_digest "
        f"FROM scores WHERE score_id = '{told['score_id']}'",
    )
    ((probability, answer, key, size, digest),) = found
    assert probability == told["denial_probability"]
    kept = json.loads(answer)
    assert {"claim_id": told["claim_id"], **kept} == told
    assert "claim_id" not in kept
    assert key == f"{KEYS.claim('PCN-1042'):016x}"
    assert size == 4 * client.get("/model").json()["features"]
    assert digest == told["model"]["digest"]


def test_as_of_may_stand_in_the_query_or_the_body(client: TestClient) -> None:
    asked = client.post("/score?as_of=2025-01-31", json=FLAT).json()
    assert asked["as_of"] == "2025-01-31"
    both = client.post("/score?as_of=2025-01-31", json={**FLAT, "as_of": "2024-06-01"}).json()
    assert both["as_of"] == "2024-06-01"


def test_an_837_answers_for_each_of_its_claims(client: TestClient) -> None:
    told = client.post("/score", content=X12_837, headers=X12).json()
    alone = client.post("/score", json=FLAT).json()
    assert told["problems"] == []
    (score,) = told["scores"]
    assert score["denial_probability"] == alone["denial_probability"]
    assert score["reasons"] == alone["reasons"]


def as_837(claims: list[Claim]) -> bytes:
    out = io.BytesIO()
    created = dt.datetime(2025, 1, 1)  # noqa: DTZ001 - X12 states no zone
    write_837(claims, out, Envelope(sender="A", receiver="B", created=created))
    return out.getvalue()


def test_a_batch_answers_as_each_claim_alone(client: TestClient, world: Practice) -> None:
    claims = world.claims[:100]
    told = client.post("/score/batch", content=as_837(claims), headers=X12).json()
    assert [score["claim_id"] for score in told["scores"]] == [one.claim_id for one in claims]
    alone = client.post("/score", content=as_837(claims[70:71]), headers=X12).json()["scores"][0]
    for name in NAMES - {"score_id", "scored_at"}:
        assert alone[name] == told["scores"][70][name], name


def test_a_bad_claim_keeps_its_slot_and_loses_no_neighbour(client: TestClient) -> None:
    claims = [FLAT, {"claim_id": "x"}, 3, None, {**FLAT, "claim_id": "last"}]
    scores = client.post("/score/batch", json={"claims": claims}).json()["scores"]
    assert [slot.get("status", 200) for slot in scores] == [200, 422, 422, 422, 200]
    assert scores[4]["claim_id"] == "last"


def test_json_lines_are_answered_line_by_line(client: TestClient) -> None:
    content = b"\n".join([json.dumps(FLAT).encode(), b"{broken", b"", b'{"claim_id": "\xff"}'] * 40)
    answer = client.post("/score/batch", content=content, headers=LINES)
    assert answer.headers["content-type"].startswith("application/jsonl")
    *told, last = [json.loads(line) for line in answer.text.splitlines()]
    assert [slot.get("status", 200) for slot in told] == [200, 400, 400] * 40
    assert last["summary"]["complete"]


@pytest.mark.parametrize("batch", [[], {}, {"claims": 3}, {"claims": [], "more": 1}, 3])
def test_what_is_no_batch_is_refused(client: TestClient, batch: object) -> None:
    answer = client.post("/score/batch", json=batch)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == PROBLEM


def test_an_empty_batch_is_answered_empty(client: TestClient) -> None:
    assert client.post("/score/batch", json={"claims": []}).json() == {"scores": [], "problems": []}


@pytest.mark.parametrize("content", [b"", b"hello", b"ISA*00*", b"\xff\xfe" * 500])
def test_what_is_no_837_is_said(client: TestClient, content: bytes) -> None:
    answer = client.post("/score", content=content, headers=X12)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == PROBLEM


def test_part_of_an_837_that_is_broken_is_named_by_its_segment(client: TestClient) -> None:
    broken = X12_837.replace("SE*29*0001", "SE*99*0001")
    told = client.post("/score", content=broken, headers=X12).json()
    assert len(told["scores"]) == 1
    (problem,) = told["problems"]
    assert problem["segment"] == 31
    assert problem["status"] == 422


@pytest.mark.parametrize(
    ("method", "path", "headers", "content", "status"),
    [
        ("POST", "/score", {"Content-Type": "application/json"}, b"{", 400),
        ("GET", "/nowhere", {}, b"", 404),
        ("POST", "/score/", {"Content-Type": "application/json"}, b"{}", 404),
        ("GET", "/score", {}, b"", 405),
        ("DELETE", "/score/batch", {}, b"", 405),
        ("POST", "/score", {"Content-Type": "text/plain"}, b"{}", 415),
        ("POST", "/score", {}, b"{}", 415),
        ("POST", "/score", LINES, b"{}", 415),
        ("POST", "/score", {"Content-Type": "application/json; charset=utf-16"}, b"{}", 415),
        (
            "POST", "/score",
            {"Content-Type": "application/json", "Content-Encoding": "gzip"}, b"{}", 415,
        ),
        ("POST", "/score", {"Content-Type": "application/json"}, b"{}", 422),
        ("POST", "/score?as_of=yesterday", {"Content-Type": "application/json"}, b"{}", 422),
    ],
)  # fmt: skip
def test_every_refusal_is_a_problem(
    client: TestClient, method: str, path: str, headers: dict[str, str], content: bytes, status: int
) -> None:
    answer = client.request(method, path, headers=headers, content=content)
    assert answer.status_code == status
    assert answer.headers["content-type"] == PROBLEM
    document = answer.json()
    assert document["status"] == status
    assert document["type"].startswith("urn:preclear:problem:")
    assert document["title"]
    assert document["detail"].endswith(".")
    assert "traceback" not in answer.text.lower()


def test_a_refused_method_says_which_are_taken(client: TestClient) -> None:
    assert client.get("/score").headers["allow"] == "POST"


@pytest.fixture(scope="module")
def small(world: Practice, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service with narrow limits."""
    limits = {"max_body_bytes": 5_000, "max_claims": 2, "max_lines": 3, "max_stream_claims": 2}
    settings = install(tmp_path_factory.mktemp("small"), world, **limits)
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


def test_limits(small: TestClient) -> None:
    assert small.post("/score", json=FLAT).status_code == 200
    long = {**FLAT, "lines": [{}] * 4}
    assert small.post("/score", json=long).status_code == 413
    slots = small.post("/score/batch", json={"claims": [FLAT, long]}).json()["scores"]
    assert [slot.get("status", 200) for slot in slots] == [200, 413]
    three = {"claims": [1, 2, 3]}
    assert small.post("/score/batch", json=three).status_code == 413
    assert small.post("/rank", content=b"1\n2\n3\n", headers=LINES).status_code == 413
    big = b" " * 6_000
    headers = {"Content-Type": "application/json"}
    assert small.post("/score", content=big, headers=headers).status_code == 413
    chunked = small.post("/score", content=iter([b" " * 3_000] * 3), headers=headers)
    assert chunked.status_code == 413
    assert chunked.headers["content-type"] == PROBLEM


def test_too_many_claims_in_an_837(small: TestClient) -> None:
    lines = X12_837.split("~\n")
    first = next(place for place, line in enumerate(lines) if line.startswith("CLM"))
    claim = lines[first:-3]
    content = "~\n".join([*lines[:-3], *claim, *claim, *lines[-3:]])
    assert small.post("/score", content=content, headers=X12).status_code == 413


def test_no_score_is_given_that_could_not_be_recorded(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    repository = client.app.state.held.repository  # type: ignore[attr-defined]

    def fails(records: object) -> None:
        raise AuditError("The audit log cannot be written (OperationalError).")

    monkeypatch.setattr(repository, "add", fails)
    alone = client.post("/score", json=FLAT)
    assert alone.status_code == 503
    assert alone.headers["retry-after"] == "1"
    assert "denial_probability" not in alone.text
    slots = client.post("/score/batch", json={"claims": [FLAT, {}]}).json()["scores"]
    assert [slot["status"] for slot in slots] == [503, 422]
    assert "no score was given" in caplog.text


def test_a_failure_names_itself_and_nothing_of_the_claim(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from service.scoring.service import ScoringService

    def fails(self: object, asks: Any, serving: object) -> None:
        raise RuntimeError(f"canary {asks[0].claim.claim_id}")

    monkeypatch.setattr(ScoringService, "_answers", fails)
    with caplog.at_level(logging.DEBUG):
        answer = client.post("/score", json={**FLAT, "claim_id": "CANARY-77"})
        slots = client.post("/score/batch", json={"claims": [{**FLAT, "claim_id": "CANARY-77"}]})
    assert answer.status_code == 500
    assert answer.json()["instance"] in caplog.text
    assert slots.json()["scores"][0]["status"] == 500
    assert "RuntimeError" in caplog.text
    assert "CANARY-77" not in answer.text + slots.text + caplog.text
    assert "test_http.py" in caplog.text


def test_the_model_is_named(client: TestClient, world: Practice) -> None:
    told = client.get("/model").json()
    assert told["digest"] == world.model.digest
    assert told["history_digest"] == world.history.digest
    assert told["version"] == "7"
    assert told["threshold"] == world.model.threshold


def test_a_threshold_of_the_installation_goes_before_the_models(
    world: Practice, tmp_path: Path
) -> None:
    with TestClient(create_app(install(tmp_path, world, threshold=0.001))) as client:
        told = client.post("/score", json=FLAT).json()
        assert told["threshold"] == 0.001
        assert told["decision"] != "submit"


def test_no_frame_library_is_imported_to_serve(settings: Settings) -> None:
    code = (
        "import sys, pathlib\n"
        "from fastapi.testclient import TestClient\n"
        "from claims.settings import Settings\n"
        "from service.app import create_app\n"
        "from service.scoring.examples import FLAT, X12_837\n"
        "app = create_app(Settings.read(home=sys.argv[1], mlruns=sys.argv[2]))\n"
        "key = {'X-API-Key': pathlib.Path(sys.argv[1], 'local-key').read_text().strip()}\n"
        "with TestClient(app, headers=key) as client:\n"
        "    assert client.post('/score', json=FLAT).status_code == 200\n"
        "    headers = {'Content-Type': 'application/edi-x12'}\n"
        "    assert client.post('/score', content=X12_837, headers=headers).status_code == 200\n"
        "    client.get('/openapi.json')\n"
        "heavy = 'pandas sklearn shap mlflow lightgbm matplotlib training data_synth'\n"
        "print([name for name in heavy.split() if name in sys.modules])\n"
    )
    command = [sys.executable, "-c", code, str(settings.home), str(settings.mlruns)]
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, cwd=Path(__file__).parents[2]
    )
    assert done.stdout == "[]\n", done.stderr


def test_a_clean_claim_and_one_without_authorization_differ(client: TestClient) -> None:
    claim = clean_claim(900001)
    assert claim.authorization is None
    body = {
        "claim_id": claim.claim_id,
        "submitted_on": "2024-12-27",
        "payer": {"payer_id": "ALPHA", "filing_code": "CI"},
        "subscriber": {
            "member_id": claim.subscriber.member_id,
            "sex": "F",
            "birth_date": "1980-05-05",
        },
        "billing": {"npi": claim.billing.npi, "taxonomy": "207Q00000X"},
        "rendering": {"npi": "1245319599", "taxonomy": "207Q00000X"},
        "diagnoses": ["M545", "I10"],
        "place_of_service": "11",
        "lines": [
            {
                "procedure": "97110",
                "charge": 120,
                "units": 1,
                "diagnosis_pointers": [1],
                "service_from": "2024-12-20",
            }
        ],
    }
    without = client.post("/score", json=body).json()
    given = client.post("/score", json={**body, "authorization": {"number": "A1"}}).json()
    assert without["denial_probability"] > 0.5 > given["denial_probability"]
    assert without["categories"][0]["category"] == "authorization"
    assert without["decision"] == "hold"
    assert without["actions"][0]["action"] == "obtain_authorization"
    assert without["actions"][0]["probability_after"] < without["denial_probability"]
