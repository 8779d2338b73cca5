"""POST /outcomes over HTTP."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from arriving import Practice, dataset, history_of
from fastapi.testclient import TestClient
from serving import X12, installed, post, serving, together, wait_for

from claims.keys import load_keys
from claims.settings import Settings
from claims.types import Claim, Remittance
from claims.x12 import read
from features.build import build
from features.frame import Frame
from features.history import History
from service.app import create_app
from service.outcomes.documents import Outcomes
from service.triage.examples import X12_835


@pytest.fixture
def settings(tmp_path: Path, files: Practice) -> Settings:
    return installed(tmp_path, files)


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


def events(client: TestClient, score_ids: list[str]) -> list[Any]:
    app: Any = client.app
    found: list[Any] = app.state.held.repository.events_of(score_ids, "outcome")
    return found


def test_an_outcome_changes_the_scores_of_later_days_as_if_it_had_always_been_there(
    client: TestClient, settings: Settings, files: Practice
) -> None:
    before = serving(client)
    told = post(client, together(files.late))
    assert set(told) == set(Outcomes.model_fields)
    assert told["history"] == "pending"
    whole = history_of(settings.home, files.every)
    wait_for(client, whole.digest)
    assert client.get("/model").json()["history_digest"] == whole.digest != before.digest
    # What is scored now has the features that the whole history gives, to the last bit.
    day = dt.date(1970, 1, 1) + dt.timedelta(days=whole.until + 1)
    sent = next(path for path in files.every if path.suffix == ".837")
    answer = client.post(f"/score?as_of={day}", content=sent.read_bytes(), headers=X12).json()
    claims = [one for one in read(sent.read_bytes()) if isinstance(one, Claim)]
    frame = Frame.from_claims(claims, load_keys(settings.home)).as_of_days(
        np.int32(whole.until + 1)
    )
    expected = build(frame, whole)
    app: Any = client.app
    changed = 0
    for place, score in enumerate(answer["scores"]):
        record = app.state.held.repository.get(score["score_id"])
        assert record.history_digest == whole.digest
        assert record.values().tobytes() == expected[place : place + 1].tobytes()
        changed += build(frame, before)[place].tobytes() != expected[place].tobytes()
    assert changed


def test_the_same_file_again_changes_nothing(
    client: TestClient, settings: Settings, files: Practice
) -> None:
    body = together(files.late)
    first = post(client, body)
    digest = history_of(settings.home, files.every).digest
    wait_for(client, digest)
    again = post(client, body)
    decided = first["remittances"] - first["not_decided"]
    assert (first["already_known"], again["already_known"]) == (0, decided)
    assert (first["claims_already_known"], again["claims_already_known"]) == (0, first["claims"])
    assert again["history"] == "current"
    for name in ("remittances", "not_decided", "joined", "unmatched", "claims", "problems"):
        assert again[name] == first[name]
    assert first["unmatched"] == 0
    assert serving(client).digest == digest


def scored(client: TestClient, files: Practice) -> list[Any]:
    body = together(path for path in files.late if path.suffix == ".837")
    found: list[Any] = client.post("/score", content=body, headers=X12).json()["scores"]
    return found


def test_outcomes_are_joined_to_scores_and_recorded_once(
    client: TestClient, settings: Settings, files: Practice
) -> None:
    scores = scored(client, files)
    ids = [score["score_id"] for score in scores]
    told = post(client, together(files.answers()))
    found = events(client, ids)
    keys = load_keys(settings.home)
    answered: dict[int, set[dt.date]] = {}
    for row in dataset(settings.home, files.answers()).remittances.to_pylist():
        if row["first_outcome"]:
            answered.setdefault(row["claim_key"], set()).add(row["known_on"])
    expected = {
        score["score_id"]
        for score in scores
        if any(
            day > dt.date.fromisoformat(score["as_of"])
            for day in answered.get(keys.claim(score["claim_id"]), ())
        )
    }
    assert len(expected) > 20
    assert {event.score_id for event in found} == expected
    assert len(found) == len(expected)
    late = [
        one
        for path in files.answers()
        for one in read(path.read_bytes())
        if isinstance(one, Remittance)
    ]
    names = {score["claim_id"] for score in scores}
    assert told["joined"] >= sum(one.claim_id in names for one in late) - told["not_decided"]
    assert {event.body["outcome"] for event in found} >= {"paid", "denied"}
    # Scored today, answered long ago: told, and not taken for foresight.
    assert all(event.body["retrospective"] for event in found)
    post(client, together(files.answers()))
    post(client, together(reversed(files.answers())))
    assert len(events(client, ids)) == len(expected)


def test_an_unknown_claim_is_unmatched_until_it_is_sent(client: TestClient) -> None:
    told = post(client, X12_835.encode())
    assert (told["remittances"], told["unmatched"], told["joined"]) == (2, 2, 0)


def test_a_repeated_key_has_the_same_answer(client: TestClient, files: Practice) -> None:
    body = files.answers()[0].read_bytes()
    first = post(client, body, **{"Idempotency-Key": "k-1"})
    assert post(client, body, **{"Idempotency-Key": "k-1"}) == first
    assert first["already_known"] == 0


@pytest.mark.parametrize(
    ("body", "headers", "status", "kind"),
    [
        (b"hello", X12, 422, "no-remittance"),
        (b"", X12, 422, "no-remittance"),
        (X12_835.encode()[:200], X12, 422, "no-remittance"),
        (X12_835.encode(), {"Content-Type": "application/json"}, 415, "unsupported-media-type"),
    ],
)
def test_what_is_no_835_is_refused_in_a_sentence(
    client: TestClient, body: bytes, headers: dict[str, str], status: int, kind: str
) -> None:
    answer = client.post("/outcomes", content=body, headers=headers)
    assert answer.status_code == status
    assert answer.json()["type"] == f"urn:preclear:problem:{kind}"


def test_a_body_beyond_the_limit_is_refused_and_leaves_nothing(
    tmp_path: Path, files: Practice
) -> None:
    settings = installed(tmp_path, files, max_body_bytes=20_000)
    whole = together(files.answers())

    def body() -> Iterator[bytes]:
        for start in range(0, len(whole), 5_000):
            yield whole[start : start + 5_000]

    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        answer = client.post("/outcomes", content=body(), headers=X12)
        assert answer.status_code == 413
        app: Any = client.app
        assert app.state.outcomes.store.generation() == 0


def test_nothing_of_a_claim_is_kept_or_told(
    client: TestClient, settings: Settings, caplog: pytest.LogCaptureFixture, files: Practice
) -> None:
    caplog.set_level(logging.DEBUG)
    broken = together(files.late).replace(b"SE*", b"SX*", 3)
    told = post(client, broken)
    assert told["problems"]
    items = list(read(broken))
    ids = {one.claim_id for one in items if isinstance(one, Claim | Remittance)}
    members = {one.subscriber.member_id for one in items if isinstance(one, Claim)}
    names = {one for one in ids | members if len(one) > 5}
    assert len(names) > 50
    kept = b"".join(path.read_bytes() for path in settings.home.glob("outcomes.db*"))
    assert len(kept) > 50_000
    said = str(told) + caplog.text
    for name in names:
        assert name.encode() not in kept
        assert name not in said


def test_a_history_that_was_damaged_is_not_served(
    client: TestClient, settings: Settings, files: Practice, caplog: pytest.LogCaptureFixture
) -> None:
    from features import running

    now = serving(client)
    app: Any = client.app
    app.state.outcomes.upkeep.close()
    base = running.base(settings.home)
    assert base is not None
    other = history_of(settings.home, files.every)
    running.save_folded(other, base, running.Folded(base.name, 0), settings.home)
    damaged = running.place(settings.home) / "line_rates" / "denied.npy"
    content = bytearray(damaged.read_bytes())
    content[-1] ^= 1
    damaged.write_bytes(content)
    app.state.held.watch.look()
    assert serving(client) is now
    assert "not what it was" in caplog.text
    assert History.open(running.place(settings.home)).digest == other.digest
