"""What is counted, and what never stands in a label."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from metrics_page import grown, scrape
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily

from service.access.scopes import ROUTES
from service.metrics.registry import REGISTRY
from service.metrics.scrape import Scrape
from service.metrics.state import Now
from service.scoring.examples import FLAT

OPERATIONS = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()


def test_requests_are_counted_by_template_and_never_by_path(client: TestClient) -> None:
    before = scrape(client)
    for _ in range(3):
        assert client.post("/score?as_of=2026-03-02", json=FLAT).status_code == 200
    client.post("/score", json={"claim_id": "MARK-17"})
    client.get("/MARK-17?MARK-17=1")
    client.get("/v2/models/MARK-17/ready")
    client.request("MARK-17", "/score")
    after = scrape(client)
    for labels, count in (
        ({"method": "POST", "route": "/score", "status": "200"}, 3),
        ({"method": "POST", "route": "/score", "status": "422"}, 1),
        ({"method": "GET", "route": "not listed", "status": "404"}, 1),
        ({"method": "other", "route": "not listed", "status": "405"}, 1),
        ({"method": "GET", "route": "/v2/models/{name}/ready", "status": "404"}, 1),
    ):
        assert grown(before, after, "preclear_requests_total", **labels) == count, labels
    taken = {"method": "POST", "route": "/score"}
    assert grown(before, after, "preclear_request_seconds_count", **taken) == 4
    assert grown(before, after, "preclear_request_seconds_bucket", **taken, le="+Inf") == 4
    assert grown(before, after, "preclear_request_seconds_sum", **taken) > 0
    new = set(after) - set(before)  # other applications of this process may have other routes
    routes = {value for _, labels in new for name, value in labels if name == "route"}
    assert routes <= {path for _, path in ROUTES} | {"not listed"}
    assert "MARK" not in client.get("/metrics").text


def test_scores_and_commits_are_counted_as_they_are_recorded(client: TestClient) -> None:
    before = scrape(client)
    decisions = [client.post("/score", json=FLAT).json()["decision"] for _ in range(2)]
    told = client.post("/score/batch", json={"claims": [FLAT, {}, FLAT]}).json()["scores"]
    decisions += [slot["decision"] for slot in told if "decision" in slot]
    after = scrape(client)
    for decision in set(decisions):
        labels = {"decision": decision, "model_version": "7"}
        grew = grown(before, after, "preclear_scores_total", **labels)
        assert grew == decisions.count(decision)
    assert grown(before, after, "preclear_audit_commit_records_count") == 3
    assert grown(before, after, "preclear_audit_commit_records_sum") == 4
    assert grown(before, after, "preclear_audit_commit_seconds_count") == 3


def test_what_could_not_be_recorded_is_no_score(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: object) -> None:
        raise OSError

    before = scrape(client)
    monkeypatch.setattr(client.app.state.held.repository, "add", fails)  # type: ignore[attr-defined]
    assert client.post("/score", json=FLAT).status_code == 503
    after = scrape(client)
    assert grown(before, after, "preclear_audit_failures_total") == 1
    assert not any(grown(before, after, *place[:1], **dict(place[1])) for place in after
                   if place[0] == "preclear_scores_total")  # fmt: skip


def test_state_and_model_are_told(client: TestClient) -> None:
    found = scrape(client)
    digest = client.get("/model").json()["digest"]
    model = (("digest", digest), ("name", "denial"), ("version", "7"))
    assert found["preclear_model_workers", model] == 1
    assert found["preclear_workers", (("state", "ready"),)] >= 1
    assert found["preclear_requests_in_flight", ()] == 0
    assert found["preclear_requests_in_flight_limit", ()] > 0
    assert found["preclear_claims_waiting", ()] == 0
    assert found["preclear_audit_waiting", ()] == 0
    assert any(name == "preclear_build_info" for name, _ in found)


def test_a_value_of_several_leaves_the_one_before() -> None:
    from prometheus_client import CollectorRegistry, Gauge

    registry = CollectorRegistry()
    now = Now(Gauge("now", "now", ("which",), registry=registry))
    assert [now.become("a"), now.become("a"), now.become("b")] == [True, False, True]
    assert registry.get_sample_value("now", {"which": "a"}) == 0
    assert registry.get_sample_value("now", {"which": "b"}) == 1
    now.become()
    assert registry.get_sample_value("now", {"which": "b"}) == 0


def test_others_add_what_all_workers_share(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    scraping: Scrape = client.app.state.metrics  # type: ignore[attr-defined]

    def precision() -> Iterable[Metric]:
        yield GaugeMetricFamily("preclear_precision_so_far", "For this test.", 0.75)

    def broken() -> Iterable[Metric]:
        raise RuntimeError("MARK-17")

    kept = list(scraping._shared)
    scraping.register(broken)
    scraping.register(precision)
    try:
        with caplog.at_level(logging.WARNING):
            assert scrape(client)["preclear_precision_so_far", ()] == 0.75
    finally:
        scraping._shared[:] = kept
    assert "a collector failed: RuntimeError" in caplog.text
    assert "MARK-17" not in caplog.text


def test_the_page_comes_in_either_form(client: TestClient) -> None:
    plain = client.get("/metrics")
    assert plain.headers["content-type"].startswith("text/plain; version=")
    asked = {"Accept": "application/openmetrics-text; version=1.0.0"}
    other = client.get("/metrics", headers=asked)
    assert other.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    assert other.text.endswith("# EOF\n")


def test_every_metric_is_described() -> None:
    names = {metric.name for metric in REGISTRY.collect()} | {"preclear_build_info"}
    assert len(names) > 12
    for name in names:
        assert f"`{name}" in OPERATIONS, name
