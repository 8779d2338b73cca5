"""Thousands of requests made from our OpenAPI document: no 500, every answer as documented."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import FastAPI
from installation import install
from invented import Practice

from service.access.scopes import ROUTES, SCOPES
from service.access.store import FILE, KeyStore
from service.app import create_app
from tests.security.openapi_cases import BATCHES, Report, run

SCORING = ("POST /score", "POST /score/batch", "POST /rank", "POST /lifecycle", "POST /triage")


@pytest.fixture(scope="module")
def served(world: Practice, tmp_path_factory: pytest.TempPathFactory) -> tuple[FastAPI, str]:
    """An application of its own, which Schemathesis starts and ends, and a key for it."""
    home: Path = tmp_path_factory.mktemp("openapi")
    settings = install(home, world, rate_limit=0)
    store = KeyStore(settings.home / FILE)
    _, key = store.create("schemathesis", list(SCOPES), 1)
    store.close()
    return create_app(settings), key


def check(report: Report, app: FastAPI) -> None:
    assert report.errors == []
    found = "\n\n".join(f"{where}: {said}" for where, said in report.failures.items())
    assert not report.failures, found
    described = {
        f"{method.upper()} {path}"
        for path, methods in app.openapi()["paths"].items()
        for method in methods
    }
    assert {label for label, _ in report.statuses} == described
    assert described <= {f"{method} {path}" for method, path in ROUTES}
    assert not [status for _, status in report.statuses if status >= 500]
    assert all(report.statuses[label, 200] for label in SCORING)


def test_answers_are_as_documented(served: tuple[FastAPI, str]) -> None:
    app, key = served
    report = run(app, key, seed=5, examples=5, coverage=False)
    check(report, app)
    assert report.cases > 60


@pytest.mark.heavy
def test_two_thousand_answers_are_as_documented(served: tuple[FastAPI, str]) -> None:
    app, key = served
    report = run(app, key, seed=55, examples=20, coverage=True)
    check(report, app)
    assert report.cases >= 2_000
    methods = {label for label, status in report.statuses if status == 405}
    batches = {f"POST {path}" for path in BATCHES}
    assert methods == {label for label, _ in report.statuses} - batches
