"""*KPIs*: the figures are those of a plain count over all files, over any period, and in files."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "outcomes"))

import pyarrow.parquet as pq
from arriving import Practice as Files
from arriving import dataset, invented
from browsing import Browser, Browsers
from fastapi.testclient import TestClient
from installation import install
from invented import Practice
from serving import X12, installed, together

from claims.settings import Settings
from models.promise import Promise, Row
from reports.alerts.report import alerts
from reports.kpi import shown
from reports.kpi.report import KpiReport, kpis
from service.app import create_app
from service.audit.event import Event
from service.audit.repository import AuditRepository
from service.pages.kpis.advice import score_rows
from service.pages.kpis.counting import promised
from service.scoring.examples import FLAT

EVIL = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return invented(tmp_path_factory.mktemp("files"))


@pytest.fixture(scope="module")
def settings(files: Files, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return installed(tmp_path_factory.mktemp("kpis"), files)


@pytest.fixture(scope="module")
def client(settings: Settings, files: Files) -> Iterator[TestClient]:
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        assert client.post("/outcomes", content=together(files.late), headers=X12).is_success
        yield client


@pytest.fixture(scope="module")
def plain(files: Files, settings: Settings) -> KpiReport:
    return kpis(dataset(settings.home, files.every), rework=settings.rework_cost)


@pytest.fixture
def browser(browsers: Browsers) -> Browser:
    return browsers("reports")


def test_every_figure_is_that_of_all_files(browser: Browser, plain: KpiReport) -> None:
    page = browser.get("/pages/kpis").text
    assert plain.figure("denial_rate").numerator > 5
    for one in plain.measured:
        value = shown.value(one.figure.value, one.kpi.unit)
        assert f'data-kpi="{one.kpi.name}">{value}<' in page
        assert one.kpi.title in page.replace("&#39;", "'")
    assert "<polyline" in page


def test_alerts_are_those_of_the_last_day(
    browser: Browser, client: TestClient, plain: KpiReport, files: Files, settings: Settings
) -> None:
    held: Any = client.app.state.held  # type: ignore[attr-defined]
    habits = held.serving.now().model.habits
    whole = dataset(settings.home, files.every)
    days = (plain.period.until - dt.timedelta(days=20 * step) for step in range(24))
    every = (alerts(whole, day, held.profiles, habits=habits) for day in days)
    found = next(one for one in every if one.limits)
    page = browser.get(f"/pages/kpis?until={found.as_of}").text
    assert f'As of <time datetime="{found.as_of}">' in page
    shown = re.findall(r"<code>([0-9a-f]{16})</code>", page.split('id="limits"')[1])
    assert shown == [one.claim for one in found.limits[: len(shown)]]
    assert shown


def test_a_promise_is_that_of_the_own_threshold() -> None:
    rows = tuple(
        Row(precision=p, threshold=t, bound=p, recall=0.5, flagged=9)
        for p, t in ((0.5, 0.2), (0.6, 0.3), (0.9, 0.8))
    )
    promise = Promise(confidence=0.95, examples=100, denied=20, rows=rows)
    for threshold, expected in ((0.35, 0.6), (0.1, None), (0.8, 0.9)):
        model: Any = SimpleNamespace(promise=promise, threshold=threshold)
        assert promised(model) == expected
    nothing: Any = SimpleNamespace(promise=None, threshold=0.5)
    assert promised(nothing) is None


def test_a_period_and_files_of_it(browser: Browser, files: Files, settings: Settings) -> None:
    asked = "since=2025-06-01&until=2025-12-31&by=week"
    page = browser.get(f"/pages/kpis?{asked}").text
    assert "From 2025-06-01 to 2025-12-31" in page
    rows = list(
        csv.DictReader(io.StringIO(browser.get(f"/pages/kpis/file?format=csv&{asked}").text))
    )
    table = pq.read_table(
        io.BytesIO(browser.get(f"/pages/kpis/file?format=parquet&{asked}").content)
    )
    assert table.num_rows == len(rows) > 100
    (rate,) = [
        row for row in rows
        if row["name"] == "denial_rate" and (row["from"], row["to"]) == ("2025-06-01", "2025-12-31")
    ]  # fmt: skip
    whole = dataset(settings.home, files.every)
    own = kpis(whole, dt.date(2025, 6, 1), dt.date(2025, 12, 31), "week")
    assert float(rate["numerator"]) == own.figure("denial_rate").numerator
    assert float(rate["denominator"]) == own.figure("denial_rate").denominator


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"since": EVIL}, "must be a date"),
        ({"since": "2026-01-01", "until": "2025-01-01"}, "ends on 2025-01-01 before it begins"),
    ],
)
def test_a_period_that_is_none_is_told(browser: Browser, query: dict[str, str], said: str) -> None:
    answer = browser.get("/pages/kpis", params=query)
    assert answer.status_code == 200
    assert said in answer.text
    assert EVIL not in answer.text
    file = browser.get("/pages/kpis/file", params={"format": "csv", **query})
    assert file.status_code == 422
    assert browser.get("/pages/kpis/file", params={"format": EVIL}).status_code == 422


def test_what_is_entered_counts(
    browser: Browser, browsers: Browsers, files: Files, settings: Settings
) -> None:
    before = browser.get("/pages/kpis").text

    outcomes = browsers("outcomes")
    key = re.findall(r'href="/pages/denials/([0-9a-f]{16})"', outcomes.get("/pages/denials").text)[
        0
    ]
    outcomes.post(f"/pages/denials/{key}", {"root_cause": "enrollment"})
    after = browser.get("/pages/kpis").text
    assert after != before
    assert "enrollment" in after


def test_scores_with_outcomes_are_told_to_the_kpis(client: TestClient, settings: Settings) -> None:
    told = client.post("/score", json=FLAT).json()
    body = {"known_on": "2026-05-01", "outcome": "paid", "submission": 1, "retrospective": False}
    with AuditRepository.of(settings) as log:
        log.append([Event("outcome", told["score_id"], {**body, "outcome": "denied"}, "")])
        log.append([Event("outcome", told["score_id"], body, "")])
        (row,) = [one for one in score_rows(log) if one.scored_at[:19] == told["scored_at"][:19]]
    assert row.outcome == "paid"
    assert row.denial_probability == told["denial_probability"]
    assert f"{row.amount:.2f}" == told["amount_at_risk"]
    assert json.dumps(row.claim)


def test_without_tables_it_says_what_to_do(
    world: Practice, tmp_path: Path, browsers: Browsers
) -> None:
    from service.access import local

    settings = install(tmp_path, world)
    with TestClient(create_app(settings)) as client:
        client.headers["Authorization"] = f"Bearer {local.read(settings.home)}"
        for path in ("/pages/kpis", "/pages/denials"):
            answer = client.get(path, headers={"Accept": "text/html"})
            assert answer.status_code == 200
            assert "run `preclear train` once" in answer.text
        assert client.get("/pages/kpis/file?format=csv").status_code == 503
