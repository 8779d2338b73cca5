"""*Models*: versions, live figures, challenger; who may change what serves."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from browsing import Browsers
from fastapi.testclient import TestClient
from installation import install, point, register, tag
from invented import Practice, another

from claims.settings import Settings
from models.drift import Monitored
from models.drift_kept import FILE, keep, last
from models.listing import listed
from service.app import create_app
from service.audit.event import Event
from service.audit.repository import AuditRepository
from service.pages.models import endpoints
from service.pages.models.changing import change
from service.problems import Problem
from service.scoring.examples import BESIDE, FLAT


@pytest.fixture(scope="module")
def settings(world: Practice, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    found = install(tmp_path_factory.mktemp("models"), world)
    register(found.mlruns, another(world, 0.5), 8)
    tag(found.mlruns, 8, "preclear.promotion", "refused: <b>worse</b> than the champion")
    point(found.mlruns, "challenger", 8)
    return found


@pytest.fixture(scope="module")
def client(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


def test_versions_are_listed_without_mlflow(settings: Settings) -> None:
    found = listed(settings.mlruns)
    assert [(one.version, one.aliases) for one in found] == [
        ("8", ("challenger",)), ("7", ("champion",)),
    ]  # fmt: skip
    assert found[1].digest.startswith("sha256:")


def test_versions_and_challenger_are_shown(client: TestClient, browsers: Browsers) -> None:
    held: Any = client.app.state.held  # type: ignore[attr-defined]
    held.watch.look()
    for claim in (FLAT, BESIDE):
        assert client.post("/score", json=claim).status_code == 200
    held.shadow.settle()
    page = browsers("reports").get("/pages/models").text
    assert "refused: &lt;b&gt;worse&lt;/b&gt;" in page
    assert "Version 8 is asked about the same claims" in page
    assert '<th scope="row">Version 8</th><td class="number">2</td>' in page
    assert "No score has its answer yet" in page
    assert "Promote" not in page


def test_live_calibration_is_that_of_the_outcomes(
    client: TestClient, browsers: Browsers, settings: Settings
) -> None:
    told = [client.post("/score", json={**FLAT, "claim_id": f"L{n}"}).json() for n in range(4)]
    body = {
        "remittance": "x", "known_on": "2999-01-01", "category": "", "carc": "", "payer": "62308",
        "submission": 1, "standing": "as_sent", "retrospective": False,
    }  # fmt: skip
    with AuditRepository.of(settings) as log:
        log.append(
            [
                Event("outcome", one["score_id"], {**body, "outcome": said}, "")
                for one, said in zip(told, ["denied", "paid", "paid", "paid"], strict=True)
            ]
        )
    page = browsers("reports").get("/pages/models").text
    assert '<th scope="row">62308</th><td class="number">4</td><td class="number">1</td>' in page
    assert '<td class="number">25 %</td>' in page
    assert 'class="point"' in page


def test_only_an_admin_changes_what_serves(
    client: TestClient, browsers: Browsers, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, ...]] = []

    async def pretended(_: Settings, *words: str) -> None:
        asked.append(words)
        if words[-1] == "9":
            raise Problem(422, "not-changed", "There is no version 9.")

    monkeypatch.setattr(endpoints, "change", pretended)
    assert browsers("reports").post("/pages/models", {"version": "8"}).status_code == 403
    assert asked == []
    admin = browsers("reports", "admin")
    assert "Promote" in admin.get("/pages/models").text
    assert admin.post("/pages/models", {"version": "8"}).status_code == 200
    assert admin.post("/pages/models", {"what": "rollback"}).status_code == 200
    refused = admin.post("/pages/models", {"version": "9"})
    assert refused.status_code == 422
    assert "There is no version 9." in refused.text
    assert admin.post("/pages/models", {"version": "--help"}).status_code == 422
    assert asked == [("promote", "8"), ("rollback",), ("promote", "9")]
    with AuditRepository.of(settings) as log:
        said = [event.body for event in log.of_kind("model", 10)]
    assert said == [
        {"asked": "promote", "version": "8"}, {"asked": "rollback", "version": ""},
    ]  # fmt: skip


def test_a_broken_registry_is_told_on_a_page(
    client: TestClient, browsers: Browsers, settings: Settings
) -> None:
    browser = browsers("reports")
    with closing(sqlite3.connect(settings.mlruns / "mlflow.db")) as connection, connection:
        connection.execute("ALTER TABLE model_versions RENAME TO hidden")
    try:
        answer = browser.get("/pages/models")
        assert answer.status_code == 503
        assert str(settings.mlruns) not in answer.text
    finally:
        with closing(sqlite3.connect(settings.mlruns / "mlflow.db")) as connection, connection:
            connection.execute("ALTER TABLE hidden RENAME TO model_versions")


def test_the_command_says_why_it_changed_nothing(settings: Settings) -> None:
    """In a process of its own, as the page runs it: of a registry that mlflow cannot read."""
    with pytest.raises(Problem) as refused:
        asyncio.run(change(settings, "promote", "99"))
    assert refused.value.kind == "not-changed"
    assert refused.value.detail
    assert "Traceback" not in refused.value.detail


def test_a_model_card_is_shown_without_mlflow(
    browsers: Browsers, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = browsers("reports")
    for version in ("7", "99", "x", "<b>"):
        answer = browser.get(f"/pages/models/{version}/card")
        assert answer.status_code == 404
        assert "There is no" in answer.text
    monkeypatch.setattr(endpoints, "card_page", lambda _, version: f"<h1>Card {version}</h1>")
    answer = browser.get("/pages/models/7/card")
    assert answer.text == "<h1>Card 7</h1>"
    assert "unsafe" not in answer.headers["content-security-policy"]


def test_drift_that_was_found_is_shown(
    client: TestClient, browsers: Browsers, settings: Settings
) -> None:
    held: Any = client.app.state.held  # type: ignore[attr-defined]
    browser = browsers("reports")
    assert "Nothing was looked at yet" in browser.get("/pages/models").text
    assert browser.get("/pages/models/drift").status_code == 404
    found = Monitored(
        model="denial 7",
        digest=held.serving.now().reference.digest,
        threshold=0.3,
        learned_before="2026-01-01",
        reference_first="2025-09-01",
        reference_last="2025-12-31",
        reference_claims=400,
        twin=True,
        set_aside=0,
        features=166,
        untested=3,
        months=(),
        payers=(),
        drifts=("In May <b>more</b> came.",),
    )
    try:
        keep(settings.home, found, "<!doctype html><title>kept</title>", "2026-05-31")
        shown = browser.get("/pages/models").text
        assert "In May &lt;b&gt;more&lt;/b&gt; came." in shown
        assert "What moved since this model learned (before 2026-01-01)" in shown
        assert (settings.home / FILE).stat().st_mode & 0o777 == 0o600
        page = browser.get("/pages/models/drift")
        assert page.status_code == 200
        assert "<title>kept</title>" in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]
        keep(settings.home, replace(found, digest="sha256:0", drifts=()), "", "2026-05-31")
        other = browser.get("/pages/models").text
        assert "Of another model than the one that answers here, denial 7" in other
        assert "Nothing beyond chance" in other
        for broken in ("{", "[]", '{"model": 1}', '{"drifts": 3}'):
            (settings.home / FILE).write_text(broken)
            assert last(settings.home) is None
            assert browser.get("/pages/models").status_code == 200
    finally:
        (settings.home / FILE).unlink()
