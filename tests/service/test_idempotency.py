"""The same key and request: the same answer, once."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from installation import install
from invented import Practice

from claims.settings import Settings
from service.access.store import KeyStore
from service.alive import Owner
from service.app import create_app
from service.audit.writer import AuditWriter
from service.idempotency.store import FILE, IdempotencyStore
from service.scoring.examples import BESIDE, FLAT, X12_837
from service.scoring.service import ScoringService

JSON = {"Content-Type": "application/json"}
X12 = {"Content-Type": "application/edi-x12"}
LINES = {"Content-Type": "application/jsonl"}
KEPT = [
    ("/score", JSON, json.dumps({**FLAT, "submitted_on": None})),
    ("/score", X12, X12_837),
    ("/score/batch", JSON, json.dumps({"claims": [FLAT, {"claim_id": "x"}, BESIDE] * 50})),
    ("/score/batch", LINES, "\n".join([json.dumps(FLAT), "{", json.dumps(BESIDE)] * 50)),
]


def count(settings: Settings) -> int:
    with closing(sqlite3.connect(settings.home / "audit.db")) as connection:
        return int(connection.execute("SELECT count(*) FROM scores").fetchone()[0])


@pytest.mark.parametrize(("path", "kind", "content"), KEPT)
def test_the_same_again_is_the_same_answer_and_no_record(
    client: TestClient, settings: Settings, path: str, kind: dict[str, str], content: str
) -> None:
    headers = {**kind, "Idempotency-Key": str(uuid4())}
    first = client.post(path, content=content, headers=headers)
    assert first.status_code == 200
    records = count(settings)
    again = client.post(path, content=content, headers=headers)
    assert again.status_code == 200
    assert again.content == first.content
    assert count(settings) == records
    other = client.post(path, content=content, headers={**kind, "Idempotency-Key": str(uuid4())})
    assert other.content != first.content
    assert count(settings) > records


def test_another_request_with_the_key_is_refused(client: TestClient) -> None:
    headers = {"Idempotency-Key": str(uuid4())}
    assert client.post("/score", json=FLAT, headers=headers).status_code == 200
    others: list[dict[str, Any]] = [
        {"url": "/score", "json": {**FLAT, "claim_id": "other"}},
        {"url": "/score?as_of=2025-01-31", "json": FLAT},
        {"url": "/score/batch", "json": {"claims": []}},
    ]
    for other in others:
        answer = client.post(**other, headers=headers)
        assert answer.status_code == 422
        assert answer.json()["type"].endswith("idempotency-key-reused")


def test_a_refused_request_may_be_mended_under_its_key(client: TestClient) -> None:
    headers = {"Idempotency-Key": str(uuid4())}
    assert client.post("/score", json={}, headers=headers).status_code == 422
    assert client.post("/score", json=FLAT, headers=headers).status_code == 200
    assert client.post("/score", json={}, headers=headers).status_code == 422


def test_another_caller_may_use_the_same_key(client: TestClient, settings: Settings) -> None:
    store = KeyStore(settings.home / "keys.db")
    _, text = store.create("another", ["score"], 1)
    store.close()
    client.app.state.access.forget()  # type: ignore[attr-defined]
    headers = {"Idempotency-Key": str(uuid4())}
    mine = client.post("/score", json=FLAT, headers=headers)
    theirs = client.post(
        "/score", json=BESIDE, headers={**headers, "Authorization": f"Bearer {text}"}
    )
    assert (mine.status_code, theirs.status_code) == (200, 200)


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "é", 'a"b', '"'])
def test_a_key_of_no_form_is_refused(client: TestClient, key: str) -> None:
    answer = client.post("/score", json=FLAT, headers=[("Idempotency-Key", key.encode())])
    assert answer.status_code == 400


def test_a_hundred_at_once_make_one_record(client: TestClient, settings: Settings) -> None:
    headers = {"Idempotency-Key": str(uuid4())}
    records = count(settings)

    def post(_: int) -> tuple[bytes, list[int]]:
        statuses = []
        while True:
            answer = client.post("/score", json=FLAT, headers=headers)
            statuses.append(answer.status_code)
            if answer.status_code == 200:
                return answer.content, statuses
            assert answer.headers["retry-after"] == "1"

    with ThreadPoolExecutor(100) as pool:
        told = list(pool.map(post, range(100)))
    assert len({content for content, _ in told}) == 1
    assert {status for _, statuses in told for status in statuses} <= {200, 409, 503}
    assert json.loads(told[0][0])["claim_id"] == FLAT["claim_id"]
    assert count(settings) == records + 1


def test_what_could_not_be_recorded_was_not_answered(
    client: TestClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer is kept, its record fails: the retry is scored anew, and recorded."""
    headers = {"Idempotency-Key": str(uuid4())}
    records = count(settings)
    with monkeypatch.context() as broken:
        broken.setattr(AuditWriter, "add", _fails)
        assert client.post("/score", json=FLAT, headers=headers).status_code == 503
    assert count(settings) == records
    told = client.post("/score", json=FLAT, headers=headers)
    assert told.status_code == 200
    assert count(settings) == records + 1
    assert client.post("/score", json=FLAT, headers=headers).content == told.content


async def _fails(self: object, records: object) -> None:
    from service.audit.tables import AuditError

    raise AuditError("The audit log cannot be written (OperationalError).")


def test_a_batch_that_broke_off_goes_on_where_it_did(
    client: TestClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two parts of a stream are out when the third fails: the retry records the rest alone."""
    headers = {**LINES, "Idempotency-Key": str(uuid4())}
    content = "\n".join(json.dumps({**FLAT, "claim_id": f"c{place}"}) for place in range(200))
    records = count(settings)
    slots = ScoringService.score_slots
    calls: list[int] = []

    async def breaking(self: ScoringService, asks: Any, serving: Any) -> Any:
        calls.append(len(asks))
        if len(calls) == 3:
            raise RuntimeError
        return await slots(self, asks, serving)

    with monkeypatch.context() as broken:
        broken.setattr(ScoringService, "score_slots", breaking)
        cut = client.post("/score/batch", content=content, headers=headers).text
    assert count(settings) == records + 128
    whole = client.post("/score/batch", content=content, headers=headers).text
    assert whole.startswith(cut)
    assert cut
    *lines, last = [json.loads(line) for line in whole.splitlines()]
    assert last["summary"]["complete"]
    assert [line["claim_id"] for line in lines] == [f"c{place}" for place in range(200)]
    assert count(settings) == records + 200


def test_nothing_of_a_claim_and_no_key_is_kept_in_the_clear(
    client: TestClient, settings: Settings
) -> None:
    headers = {"Idempotency-Key": "CANARYKEY-1"}
    claim = {**FLAT, "claim_id": "CANARYCLAIM-1"}
    told = client.post("/score", json=claim, headers=headers)
    assert told.json()["claim_id"] == "CANARYCLAIM-1"
    files = [str(path) for path in settings.home.glob(f"{FILE}*")]
    held = subprocess.run(["cat", *files], check=True, capture_output=True).stdout
    assert told.json()["score_id"].encode() in held
    assert b"CANARY" not in held


@pytest.fixture
def own(world: Practice, tmp_path: Path) -> Settings:
    return install(tmp_path, world)


def test_an_answer_survives_a_restart(own: Settings) -> None:
    headers = {"Idempotency-Key": "k"}
    with TestClient(create_app(own)) as client:
        first = client.post("/score", json=FLAT, headers=headers)
    with TestClient(create_app(own)) as client:
        assert client.post("/score", json=FLAT, headers=headers).content == first.content
        assert client.post("/score", json=BESIDE, headers=headers).status_code == 422
    assert count(own) == 1
    assert list((own.home / "running").iterdir()) == []


def test_what_a_dead_process_began_may_be_begun_again(own: Settings) -> None:
    """A process at work refuses others; when it is gone its requests are free."""
    gone = Owner(own.home / "running")
    with TestClient(create_app(own)) as client:
        headers = {"Idempotency-Key": "k"}
        told = client.post("/score", json=FLAT, headers=headers)
        _set_owner(own, gone.name)
        assert client.post("/score", json=FLAT, headers=headers).status_code == 409
        # A mark that is left without its lock is what a killed process leaves.
        import os

        os.close(gone._file)
        assert (own.home / "running" / gone.name).exists()
        assert client.post("/score", json=FLAT, headers=headers).content == told.content
    assert count(own) == 1


def _set_owner(settings: Settings, name: str) -> None:
    with closing(sqlite3.connect(settings.home / FILE)) as connection, connection:
        connection.execute("UPDATE requests SET owner = ?", (name,))


def test_a_key_is_forgotten_in_time(tmp_path: Path) -> None:
    import asyncio

    from service.idempotency.store import Name, Reserved

    now = [1000.0]
    store = IdempotencyStore(
        tmp_path / FILE, Owner(tmp_path / "running"), 3600, clock=lambda: now[0]
    )
    name = Name("caller", "key")

    async def scenario() -> None:
        assert await store.reserve(name, "a") == Reserved({})
        assert await store.reserve(name, "a") == "in-flight"
        await store.keep(name, 0, "[1]")
        await store.release(name, forget=True)
        assert await store.reserve(name, "b") == "another-body"
        assert await store.reserve(name, "a") == Reserved({0: "[1]"})
        await store.release(name, forget=False)
        now[0] += 3600
        assert await store.reserve(name, "b") == Reserved({})

    asyncio.run(scenario())
    store.close()
