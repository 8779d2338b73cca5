"""A canary in every field of a claim, and wherever else a caller may put one, through every route.

It may stand in ``claim_id`` of an answer that is a score, and nowhere else: no problem, no header,
no line of the log, no metric, no trace, no file of the installation.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from test_canaries import MARK, broken, filled

from claims.settings import Settings
from service.access.scopes import ROUTES
from service.app import create_app
from service.scoring.claim_form import ClaimRequest
from service.scoring.examples import X12_837
from service.tracing import otel

JSON, LINES, X12, FORM, ODD = (
    {"Content-Type": kind}
    for kind in (
        "application/json",
        "application/jsonl",
        "application/edi-x12",
        "application/x-www-form-urlencoded",
        f"text/{MARK}",
    )
)


@pytest.fixture(scope="module")
def claim() -> dict[str, Any]:
    found = filled(ClaimRequest, MARK)
    found["authorization"]["number"] = MARK + "auth"
    return found


@pytest.fixture(scope="module")
def spans() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture(scope="module")
def client(settings: Settings, spans: InMemorySpanExporter) -> Iterator[TestClient]:
    """The service with traces, which are kept here."""
    asked = settings.model_copy(update={"traces": "http://127.0.0.1:9/v1/traces"})
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(otel, "BatchSpanProcessor", lambda _: SimpleSpanProcessor(spans))
        with TestClient(create_app(asked), raise_server_exceptions=False) as client:
            yield client


def bodies(claim: dict[str, Any]) -> list[tuple[dict[str, str], bytes]]:
    text = json.dumps(claim)
    marked = X12_837.replace("DOE", MARK).replace("W2087431", MARK).replace("PCN-1042", MARK)
    return [
        (JSON, text.encode()),
        (JSON, json.dumps({"claims": [claim, {MARK: MARK}]}).encode()),
        (JSON, text[:-9].encode()),
        (LINES, f"{text}\n{text[:-9]}\n".encode()),
        (X12, marked.encode()),
        (X12, marked[:400].encode()),
        (FORM, f"grant_type={MARK}&client_id={MARK}&client_secret={MARK}".encode()),
        (ODD, text.encode()),
    ]


HEADERS = [
    {},
    {"Idempotency-Key": f"{MARK}-1"},
    {"Idempotency-Key": f"{MARK} {MARK}"},
    {"X-Request-Id": MARK, "User-Agent": MARK, "Referer": MARK, "traceparent": MARK},
    {"Authorization": f"Bearer {MARK}"},
    {"Authorization": f"Basic {MARK}", "X-API-Key": MARK},
]


def test_no_answer_log_metric_trace_or_file_holds_a_canary(
    client: TestClient, settings: Settings, claim: dict[str, Any], logged: list[str],
    spans: InMemorySpanExporter, capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    statuses = set()
    for method, path in sorted({*ROUTES, ("GET", f"/{MARK}"), (MARK, "/score")}):
        for more in HEADERS:
            for kind, content in bodies(claim) if method == "POST" else [({}, b"")]:
                for query in ("", f"?as_of={MARK}&{MARK}={MARK}"):
                    answer = client.request(
                        method, path + query, content=content, headers={**kind, **more}
                    )
                    statuses.add(answer.status_code)
                    assert MARK not in str(answer.headers)
                    assert MARK not in beside_claim_ids(answer.text)
    assert statuses >= {200, 400, 401, 404, 405, 415, 422}
    assert 500 not in statuses
    for path, headers, content in broken(claim)[:40]:
        client.post(path, headers={**headers, "Idempotency-Key": MARK}, content=content)
    assert len(logged) > 500
    assert [line for line in logged if MARK in line or "1931-07" in line] == []
    figures = client.get("/metrics").text
    assert 'preclear_requests_total{method="POST",route="/score",status="200"}' in figures
    assert MARK not in figures
    assert "1931-07" not in figures
    traced = [span.to_json() for span in spans.get_finished_spans()]
    assert len(traced) > 500
    assert [span for span in traced if MARK in span or "1931-07" in span] == []
    seen = capfd.readouterr()
    assert MARK not in seen.out + seen.err
    # Read by another process: closing the files in this one would drop SQLite's locks.
    files = [str(path) for path in settings.home.rglob("*") if path.is_file()]
    held = subprocess.run(["cat", *files], check=True, capture_output=True).stdout
    assert any("idempotency.db" in file for file in files)
    assert MARK.encode() not in held
    assert b"1931-07" not in held


def beside_claim_ids(text: str) -> str:
    """An answer without the ids of the caller's own claims, where they belong."""
    try:
        told = [json.loads(line) for line in text.splitlines()]
    except ValueError:
        return text
    for one in told:
        lists = [one.get("scores"), one.get("worklist")] if isinstance(one, dict) else []
        scores = next((found for found in lists if found is not None), [one] if lists else [])
        for score in scores:
            if "score_id" in score:
                del score["claim_id"]
    return json.dumps(told)
