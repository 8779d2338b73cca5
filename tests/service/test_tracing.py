"""Traces, where they are asked for: whose they are, and what they may hold."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from installation import install
from invented import Practice
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from claims.errors import UserError
from claims.settings import Settings
from claims.stages import stage, watched
from service.app import create_app
from service.logs import JsonFormatter
from service.scoring.examples import FLAT
from service.scoring.service import ScoringService
from service.tracing import otel
from service.tracing.parent import parent_of

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
PARENT = {"traceparent": f"00-{TRACE}-{SPAN}-01"}
PARTS = ["read", "parse", "frame", "features", "predict", "explain", "record"]


@pytest.fixture(scope="module")
def seen() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture(scope="module")
def traced(
    world: Practice, tmp_path_factory: pytest.TempPathFactory, seen: InMemorySpanExporter
) -> Iterator[TestClient]:
    settings = install(
        tmp_path_factory.mktemp("traced"), world, traces="http://127.0.0.1:9/v1/traces"
    )
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(otel, "BatchSpanProcessor", lambda _: SimpleSpanProcessor(seen))
        with TestClient(create_app(settings), raise_server_exceptions=False) as client:
            yield client


@pytest.fixture(autouse=True)
def nothing_seen(seen: InMemorySpanExporter) -> None:
    seen.clear()


def roots(seen: InMemorySpanExporter) -> list[ReadableSpan]:
    return [span for span in seen.get_finished_spans() if span.kind is SpanKind.SERVER]


def below(seen: InMemorySpanExporter, root: ReadableSpan) -> list[ReadableSpan]:
    assert root.context
    mine = [
        span for span in seen.get_finished_spans()
        if span.parent and span.parent.span_id == root.context.span_id
    ]  # fmt: skip
    assert {span.context.trace_id for span in mine if span.context} <= {root.context.trace_id}
    return sorted(mine, key=lambda span: span.start_time or 0)


def test_a_score_is_told_part_by_part(traced: TestClient, seen: InMemorySpanExporter) -> None:
    assert traced.post("/score", json=FLAT).status_code == 200
    (root,) = roots(seen)
    assert root.name == "POST /score"
    assert root.parent is None
    assert dict(root.attributes or {}) == {
        "http.request.method": "POST", "http.route": "/score", "http.response.status_code": 200,
    }  # fmt: skip
    parts = below(seen, root)
    assert [span.name for span in parts] == PARTS
    times = [(root.start_time, root.end_time), *((one.start_time, one.end_time) for one in parts)]
    began, ended = times[0]
    assert began
    assert ended
    assert all(began <= first <= last <= ended for first, last in times if first and last)
    assert {one.attributes["preclear.together"] for one in parts if one.attributes} == {1}
    assert root.resource.attributes["service.name"] == "preclear"


def test_the_callers_trace_is_taken_over_and_logged(
    traced: TestClient, seen: InMemorySpanExporter, caplog: pytest.LogCaptureFixture
) -> None:
    lines: list[str] = []

    class Sink(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(JsonFormatter().format(record))

    log = logging.getLogger("preclear.request")
    sink, level = Sink(), log.level
    log.addHandler(sink)
    log.setLevel(logging.INFO)
    try:
        headers = {**PARENT, "tracestate": "vendor=MARK17", "baggage": "a=MARK17"}
        traced.post("/score", json=FLAT, headers=headers)
        traced.get("/healthz")
    finally:
        log.removeHandler(sink)
        log.setLevel(level)
    theirs, own = roots(seen)
    assert theirs.context
    assert theirs.parent
    assert (theirs.context.trace_id, theirs.parent.span_id) == (int(TRACE, 16), int(SPAN, 16))
    assert dict(theirs.context.trace_state) == {}
    assert own.context
    told = [json.loads(line)["trace_id"] for line in lines]
    assert told == [TRACE, format(own.context.trace_id, "032x")]
    assert own.context.trace_id != theirs.context.trace_id


def test_a_caller_that_does_not_record_is_heeded(
    traced: TestClient, seen: InMemorySpanExporter
) -> None:
    traced.post("/score", json=FLAT, headers={"traceparent": f"00-{TRACE}-{SPAN}-00"})
    assert seen.get_finished_spans() == ()


@pytest.mark.parametrize(
    "header",
    ["", "MARK17", f"00-{TRACE}-{SPAN}", f"ff-{TRACE}-{SPAN}-01", f"00-{'0' * 32}-{SPAN}-01",
     f"00-{TRACE}-{'0' * 16}-01", f"00-{TRACE.upper()}-{SPAN}-01", f"00-{TRACE}-{SPAN}-01-more"],
)  # fmt: skip
def test_what_is_no_trace_is_passed_over(header: str) -> None:
    assert parent_of({"type": "http", "headers": [(b"traceparent", header.encode())]}) is None
    twice = [(b"traceparent", PARENT["traceparent"].encode())] * 2
    assert parent_of({"type": "http", "headers": twice}) is None


def test_claims_scored_together_each_have_the_stages(
    traced: TestClient, seen: InMemorySpanExporter
) -> None:
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(traced.post, "/score", json=FLAT) for _ in range(24)]
        assert {one.result().status_code for one in asked} == {200}
    found = roots(seen)
    assert len(found) == 24
    for root in found:
        assert [span.name for span in below(seen, root)] == PARTS
    seen.clear()
    traced.post("/score/batch", json={"claims": [FLAT, {}, FLAT]})
    (root,) = roots(seen)
    stages = [one for one in below(seen, root) if one.name == "predict"]
    assert [(one.attributes or {})["preclear.together"] for one in stages] == [2]


def test_a_failure_tells_its_type_alone(
    traced: TestClient, seen: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("MARK17")

    with monkeypatch.context() as patched:
        patched.setattr(ScoringService, "_answers", fails)
        assert traced.post("/score", json=FLAT).status_code == 500
    (root,) = roots(seen)
    assert root.status.status_code is StatusCode.ERROR
    assert (root.attributes or {})["error.type"] == "500"
    traced.post("/score", content=b"x" * 20_000_000, headers={"Content-Type": "application/json"})
    told = "".join(span.to_json() for span in seen.get_finished_spans())
    assert "MARK17" not in told
    assert all(not span.events for span in seen.get_finished_spans())


def test_an_address_that_is_nowhere_is_not_told(
    traced: TestClient, seen: InMemorySpanExporter
) -> None:
    traced.get("/MARK17?MARK17=1", headers={"User-Agent": "MARK17"})
    traced.request("MARK17", "/score")
    assert [root.name for root in roots(seen)] == ["GET", "_OTHER"]
    assert "MARK17" not in "".join(span.to_json() for span in seen.get_finished_spans())


def test_spans_arrive_at_a_collector_by_otlp(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(otel, "BatchSpanProcessor", BatchSpanProcessor)
    arrived: list[bytes] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.headers["Content-Type"] == "application/x-protobuf"
            arrived.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Collector)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        traces = otel.open_traces(f"http://127.0.0.1:{server.server_port}/v1/traces", "0")
        with traces.span("record"):
            pass
        traces.close()
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    (body,) = arrived
    request = ExportTraceServiceRequest.FromString(body)
    (sent,) = request.resource_spans[0].scope_spans[0].spans
    assert sent.name == "record"


def test_a_collector_that_is_not_there_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the end what cannot be sent is thrown away as soon as waiting is over."""
    monkeypatch.setattr(otel, "BatchSpanProcessor", BatchSpanProcessor)
    monkeypatch.setattr(otel, "_EXPORT_SECONDS", 0.05)
    traces = otel.open_traces("http://127.0.0.1:9/v1/traces", "0")
    for _ in range(3000):
        with traces.span("record"):
            pass
    traces.close()


def test_nothing_is_imported_where_no_traces_are_made(settings: Settings) -> None:
    code = (
        "import sys\n"
        "from fastapi.testclient import TestClient\n"
        "from claims.settings import Settings\n"
        "from service.app import create_app\n"
        "app = create_app(Settings.read(home=sys.argv[1], mlruns=sys.argv[2]))\n"
        "with TestClient(app) as client:\n"
        "    assert client.get('/readyz').status_code == 200\n"
        "made = ('opentelemetry.sdk', 'opentelemetry.exporter', 'requests')\n"
        "print([name for name in sys.modules if name.startswith(made)])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(settings.home), str(settings.mlruns)],
        check=False, capture_output=True, text=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.stdout == "[]\n", done.stderr


def test_the_frameworks_own_telemetry_stays_off(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FastAPI's tells paths and queries to whatever provider the process has."""
    from opentelemetry.sdk.trace import TracerProvider

    provider, theirs = TracerProvider(), InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(theirs))
    monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr("opentelemetry.trace.get_tracer_provider", lambda: provider)
    with TestClient(create_app(settings)) as client:
        assert client.post("/score?as_of=2026-03-02", json=FLAT).status_code == 200
    assert theirs.get_finished_spans() == ()


def test_traces_without_opentelemetry_are_refused_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    from service.tracing.start import traced as start

    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    monkeypatch.delitem(sys.modules, "service.tracing.otel")
    monkeypatch.delattr("service.tracing.otel", raising=False)
    asked = settings.model_copy(update={"traces": "http://127.0.0.1:9"})
    with pytest.raises(UserError, match=r"preclear\[tracing\]"), start(asked, "1"):
        pass


@pytest.mark.parametrize("wrong", ["collector:4318", "ftp://collector", "http://", "http:// x"])
def test_an_address_that_cannot_be_is_refused(wrong: str) -> None:
    with pytest.raises(UserError, match="PRECLEAR_TRACES"):
        Settings.read(traces=wrong)


def test_stages_are_told_to_who_watches_alone() -> None:
    with stage("before"):
        pass
    with watched() as stages, stage("outer"), stage("inner"):
        pass
    with stage("after"):
        pass
    assert [one.name for one in stages] == ["inner", "outer"]
    assert stages[1].began <= stages[0].began <= stages[0].ended <= stages[1].ended
