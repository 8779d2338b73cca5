"""What champion and challenger said of answered claims: only scores that are judged count."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from arriving import Practice
from fastapi.testclient import TestClient
from serving import installed, post
from test_performance import answered, score

from claims.keys import load_keys
from claims.settings import Settings
from service.app import create_app
from service.audit.event import Event
from service.audit.repository import AuditRepository
from service.audit.worked import worked
from service.outcomes.shadowed import shadowed


@pytest.fixture
def settings(tmp_path: Path, files: Practice) -> Settings:
    return installed(tmp_path, files)


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


def said(told: dict[str, Any], version: str, probability: float) -> Event:
    body = {"model": {"name": "denial", "version": version}, "denial_probability": probability}
    return Event("shadow", told["score_id"], body, "")


def test_both_answers_of_a_claim_that_is_answered(client: TestClient, settings: Settings) -> None:
    draft, sent, other = (score(client, name) for name in ("PCN-1043", "PCN-1043", "PCN-1042"))
    waiting = score(client, "PCN-9")
    champion = sent["model"]["version"]
    with AuditRepository.of(settings) as log:
        log.append([said(one, "8", 0.4) for one in (draft, sent, other, waiting)])
        log.append([said(sent, "9", 0.6)])
        assert shadowed(log, champion, "8") == []
        soon = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=20)
        post(client, answered(soon))
        found = {one.claim_key: one for one in shadowed(log, champion, "8")}
        keys = load_keys(settings.home)
        assert set(found) == {keys.claim("PCN-1043"), keys.claim("PCN-1042")}
        one = found[keys.claim("PCN-1043")]
        assert (one.champion, one.challenger) == (sent["denial_probability"], 0.4)
        assert one.denied
        assert [pair.challenger for pair in shadowed(log, champion, "9")] == [0.6]
        assert shadowed(log, "another", "8") == []


def test_a_claim_that_was_worked_on_tells_nothing(client: TestClient, settings: Settings) -> None:
    told = score(client, "PCN-1043")
    with AuditRepository.of(settings) as log:
        record = log.get(told["score_id"])
        assert record is not None
        log.append([said(told, "8", 0.4), worked(record, "done", "user:a")])
        post(client, answered(dt.datetime.now(dt.UTC).date() + dt.timedelta(days=20)))
        assert shadowed(log, told["model"]["version"], "8") == []
