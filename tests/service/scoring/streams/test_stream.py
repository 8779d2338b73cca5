"""Batches that stream in and out, asked over HTTP."""

from __future__ import annotations

import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from installation import install
from invented import Practice

from claims.settings import Settings
from claims.types import Claim
from claims.x12 import Envelope, write_837
from service.app import create_app
from service.audit.tables import AuditError
from service.audit.writer import AuditWriter
from service.scoring.examples import FLAT, X12_837
from service.scoring.service import ScoringService

NDJSON = "application/x-ndjson"
LINES = {"Content-Type": NDJSON}
X12 = {"Content-Type": "application/edi-x12", "Accept": NDJSON}
APART = {"score_id", "scored_at"}


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def flat(number: int) -> bytes:
    return json.dumps({**FLAT, "claim_id": f"c{number}"}).encode() + b"\n"


def as_837(claims: list[Claim]) -> bytes:
    out = io.BytesIO()
    created = datetime(2025, 1, 1)  # noqa: DTZ001 - X12 states no zone
    write_837(claims, out, Envelope(sender="A", receiver="B", created=created))
    return out.getvalue()


def bare(score: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in score.items() if name not in APART}


def test_json_lines_have_a_line_each_and_one_to_close(
    client: TestClient, settings: Settings
) -> None:
    bad = [b"{broken\n", b"\n", b"3\n"]
    body = b"".join([*(flat(n) for n in range(100)), *bad, flat(100)])
    answer = client.post("/score/batch", content=body, headers=LINES)
    assert answer.headers["content-type"] == NDJSON
    *told, last = lines(answer.text)
    assert [one.get("claim_id") for one in told[:100]] == [f"c{n}" for n in range(100)]
    assert [(one["status"], one["claim"]) for one in told[100:102]] == [(400, 101), (422, 102)]
    assert told[102]["claim_id"] == "c100"
    decided = [one["decision"] for one in told if "decision" in one]
    assert last["summary"] == {
        "complete": True, "claims": 103, "scored": 101, "failed": 2, "unreadable": 0,
        "bytes": len(body), "model": told[0]["model"],
        **{name: decided.count(name) for name in ("hold", "review", "submit")},
    }  # fmt: skip


@pytest.mark.parametrize("path", ["/score", "/score/batch"])
def test_an_837_is_answered_in_lines_to_who_accepts_them(
    client: TestClient, world: Practice, path: str
) -> None:
    body = as_837(world.claims[:90])
    buffered = client.post(path, content=body, headers={**X12, "Accept": "application/json"})
    answer = client.post(path, content=body, headers=X12)
    *told, last = lines(answer.text)
    assert [bare(one) for one in told] == [bare(one) for one in buffered.json()["scores"]]
    assert last["summary"]["complete"]
    assert last["summary"]["claims"] == 90


def test_a_broken_claim_of_an_837_loses_no_neighbour(client: TestClient, world: Practice) -> None:
    body = as_837(world.claims[:9])
    middle = body.index(b"CLM*", len(body) // 2)
    broken = body[:middle] + b"CLM*X*no amount***11:B:1~" + body[middle:]
    *told, last = lines(client.post("/score", content=broken, headers=X12).text)
    assert [one["claim_id"] for one in told if "score_id" in one] == [
        one.claim_id for one in world.claims[:9]
    ]
    parts = [one for one in told if "segment" in one]
    assert parts
    assert {one["status"] for one in parts} == {422}
    assert last["summary"]["unreadable"] == len(parts)
    assert last["summary"]["complete"]


def test_progress_is_told_to_who_asks(client: TestClient) -> None:
    body = b"".join(flat(n) for n in range(130))
    told = lines(client.post("/score/batch?progress=true", content=body, headers=LINES).text)
    steps = [one["progress"] for one in told if "progress" in one]
    assert [one["claims"] for one in steps] == [64, 128, 130]
    assert [one["bytes"] for one in steps] == sorted(one["bytes"] for one in steps)
    assert steps[-1]["bytes"] == len(body)


@pytest.mark.parametrize(
    ("content", "headers", "status", "kind"),
    [
        (b"hello", X12, 422, "no-claim"),
        (b"", X12, 422, "no-claim"),
        (X12_837.encode(), {**X12, "Content-Encoding": "gzip"}, 415, "unsupported-media-type"),
        (b"{}", {**X12, "Content-Type": "text/plain"}, 415, "unsupported-media-type"),
    ],
)
def test_what_is_wrong_before_the_first_claim_has_its_status(
    client: TestClient, content: bytes, headers: dict[str, str], status: int, kind: str
) -> None:
    answer = client.post("/score", content=content, headers=headers)
    assert answer.status_code == status
    assert answer.json()["type"].endswith(f":{kind}")


def test_strict_needs_the_whole_file(client: TestClient) -> None:
    answer = client.post("/score?strict=true", content=X12_837, headers=X12)
    assert (answer.status_code, answer.json()["type"]) == (
        422, "urn:preclear:problem:strict-not-streamed",
    )  # fmt: skip
    plain = {**X12, "Accept": f"{NDJSON};q=0, application/json"}
    assert "scores" in client.post("/score?strict=true", content=X12_837, headers=plain).json()


def test_no_lines_are_an_answer_of_none(client: TestClient) -> None:
    (last,) = lines(client.post("/score/batch", content=b"\n\n", headers=LINES).text)
    assert last["summary"]["complete"]
    assert last["summary"]["claims"] == 0


def test_limits_of_a_stream(world: Practice, tmp_path: Path) -> None:
    narrow = {
        "max_body_bytes": 5_000, "max_stream_bytes": 200_000, "max_stream_claims": 100,
        "max_line_bytes": 2_000, "max_lines": 3, "max_streams": 1,
    }  # fmt: skip
    settings = install(tmp_path, world, **narrow)
    with TestClient(create_app(settings)) as client:
        long = json.dumps({**FLAT, "claim_id": "L" * 3_000}).encode()
        wide = json.dumps({**FLAT, "lines": [{}] * 4}).encode()
        body = b"\n".join([flat(0).strip(), long, wide, flat(1)])
        *told, last = lines(client.post("/score/batch", content=body, headers=LINES).text)
        assert [one.get("status", 200) for one in told] == [200, 413, 413, 200]
        assert told[1]["type"].endswith("line-too-long")
        assert last["summary"]["complete"]

        many = b"".join(flat(n) for n in range(101))
        *told, last = lines(client.post("/score/batch", content=many, headers=LINES).text)
        assert [one["claim_id"] for one in told] == [f"c{n}" for n in range(100)]
        assert not last["summary"]["complete"]
        assert last["summary"]["problem"]["type"].endswith("too-many-claims")

        stated = client.post("/score/batch", content=b"\n" * 200_001, headers=LINES)
        assert stated.status_code == 413


def test_nothing_more_is_scored_when_nothing_can_be_recorded(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = AuditWriter.add
    calls = 0

    async def failing(self: AuditWriter, records: Any, *more: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls > 1:
            raise AuditError("The audit log cannot be written (OperationalError).")
        return await add(self, records, *more)

    monkeypatch.setattr(AuditWriter, "add", failing)
    body = b"".join(flat(n) for n in range(640))
    *told, last = lines(client.post("/score/batch", content=body, headers=LINES).text)
    assert [one.get("status", 200) for one in told] == [200] * 64 + [503] * 64
    assert calls == 2
    assert not last["summary"]["complete"]
    assert last["summary"]["problem"]["type"].endswith("audit-unavailable")


def test_a_stream_with_a_key_is_answered_again_as_before(
    client: TestClient, world: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = {**X12, "Idempotency-Key": str(uuid4())}
    body = as_837(world.claims[:100])
    first = client.post("/score", content=body, headers=headers)
    with monkeypatch.context() as unused:
        unused.setattr(ScoringService, "_each", None)
        assert client.post("/score", content=body, headers=headers).text == first.text
    as_one = client.post("/score", content=body, headers={**headers, "Accept": "application/json"})
    assert as_one.status_code == 422
    assert as_one.json()["type"].endswith("idempotency-key-reused")


def test_a_stream_with_a_key_may_be_no_longer_than_a_body(world: Practice, tmp_path: Path) -> None:
    settings = install(tmp_path, world, max_body_bytes=5_000)
    with TestClient(create_app(settings)) as client:
        headers = {**LINES, "Idempotency-Key": str(uuid4())}
        body = b"".join(flat(n) for n in range(20))
        assert client.post("/score/batch", content=body, headers=headers).status_code == 413
        plain = client.post("/score/batch", content=body, headers=LINES)
        assert lines(plain.text)[-1]["summary"]["scored"] == 20
