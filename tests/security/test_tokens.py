"""OAuth 2.0 client credentials, and what a token is worth."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from fastapi.testclient import TestClient

from claims.settings import Settings
from service.access import local
from service.access.access import Access
from service.access.apikey import ApiKey
from service.access.scopes import SCOPES
from service.access.store import FILE, KeyStore
from service.access.tokens import Granted, Tokens
from service.scoring.examples import FLAT
from service.sqlite import StateError

SECRET = b"s" * 32


@pytest.fixture
def store(settings: Settings) -> Iterator[KeyStore]:
    store = KeyStore(settings.home / FILE)
    yield store
    store.close()


@pytest.fixture
def made(store: KeyStore, client: TestClient) -> tuple[ApiKey, str]:
    made = store.create("clearing house", ["score", "outcomes"], 1)
    forget(client)
    return made


def forget(client: TestClient) -> None:
    """Do not wait for the second after which the keys are read again."""
    access: Access = client.app.state.access  # type: ignore[attr-defined]
    access.forget()


def ask(stranger: TestClient, key: ApiKey, text: str, **more: str) -> Any:
    form = {"grant_type": "client_credentials", "client_id": key.key_id, "client_secret": text}
    return stranger.post("/oauth/token", data={**form, **more})


def score(stranger: TestClient, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return int(stranger.post("/score", json=FLAT, headers=headers).status_code)


def test_a_key_gets_a_token_that_scores(stranger: TestClient, made: tuple[ApiKey, str]) -> None:
    answer = ask(stranger, *made)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert (told["token_type"], told["expires_in"]) == ("Bearer", 900)
    assert told["scope"] == "outcomes score"
    assert score(stranger, told["access_token"]) == 200
    assert made[1] not in json.dumps(told)


def test_the_client_may_come_by_basic(stranger: TestClient, made: tuple[ApiKey, str]) -> None:
    key, text = made
    basic = base64.b64encode(f"{key.key_id}:{text}".encode()).decode()
    answer = stranger.post(
        "/oauth/token",
        data={"grant_type": "client_credentials", "scope": "score"},
        headers={"Authorization": f"Basic {basic}"},
    )
    assert answer.json()["scope"] == "score"


def test_a_token_has_no_more_than_was_asked_for(
    stranger: TestClient, made: tuple[ApiKey, str]
) -> None:
    token = ask(stranger, *made, scope="outcomes").json()["access_token"]
    assert score(stranger, token) == 403


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"client_secret": "preclear_000000000000_" + "A" * 43}, 401, "invalid_client"),
        ({"client_secret": "secret"}, 401, "invalid_client"),
        ({"client_id": "000000000000"}, 401, "invalid_client"),
        ({"scope": "admin"}, 400, "invalid_scope"),
        ({"scope": "score everything"}, 400, "invalid_scope"),
    ],
)
def test_what_is_refused_is_said_as_oauth_and_as_a_problem(
    stranger: TestClient, made: tuple[ApiKey, str], form: dict[str, str], status: int, error: str
) -> None:
    answer = ask(stranger, *made, **form)
    assert answer.status_code == status
    told = answer.json()
    assert told["error"] == error
    assert told["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert made[1] not in answer.text


@pytest.mark.parametrize("body", [b"", b"\xff", b"grant_type=client_credentials&" * 40, b"{}"])
def test_what_is_no_form_is_refused(stranger: TestClient, body: bytes) -> None:
    for media in ("application/x-www-form-urlencoded", "application/json", "text/plain"):
        answer = stranger.post("/oauth/token", content=body, headers={"Content-Type": media})
        assert answer.status_code in {400, 401}
    assert stranger.post("/oauth/token", content=b"a" * 9_000).status_code == 413


def test_a_token_ends_with_its_key(
    stranger: TestClient, client: TestClient, store: KeyStore, made: tuple[ApiKey, str]
) -> None:
    token = ask(stranger, *made).json()["access_token"]
    assert score(stranger, token) == 200
    store.revoke(made[0].key_id)
    forget(client)
    assert score(stranger, token) == 401
    assert ask(stranger, *made).status_code == 401


def test_a_token_ends_with_the_secret_that_got_it(
    stranger: TestClient, client: TestClient, store: KeyStore, made: tuple[ApiKey, str]
) -> None:
    token = ask(stranger, *made).json()["access_token"]
    _, again = store.rotate(made[0].key_id, 1, 1)
    forget(client)
    assert (score(stranger, token), score(stranger, made[1]), score(stranger, again)) == (200,) * 3
    store.rotate(made[0].key_id, 0, 1)
    forget(client)
    assert (score(stranger, token), score(stranger, made[1]), score(stranger, again)) == (401,) * 3


def test_a_revoked_key_is_refused_without_a_restart(
    stranger: TestClient, store: KeyStore, made: tuple[ApiKey, str]
) -> None:
    assert score(stranger, made[1]) == 200
    store.revoke(made[0].key_id)
    until = time.monotonic() + 30
    while score(stranger, made[1]) != 401:
        assert time.monotonic() < until
        time.sleep(0.1)


def test_only_our_own_tokens_are_read() -> None:
    tokens = Tokens(SECRET, 60)
    granted = Granted("abc", b"d" * 32, frozenset({"score"}))
    good = tokens.issue(granted)
    assert tokens.read(good) == granted
    said = jwt.decode(good, options={"verify_signature": False})
    wrong = [
        Tokens(b"t" * 32, 60).issue(granted),
        tokens.issue(granted, now=time.time() - 61),
        good[:-3] + ("AAA" if not good.endswith("AAA") else "BBB"),
        ".".join([good.split(".")[0], "e30", good.split(".")[2]]),
        jwt.encode(said, None, algorithm="none"),
        jwt.encode(said, SECRET, algorithm="HS256"),
        "", "a.b.c", "é",
    ]  # fmt: skip
    key = tokens._key
    wrong += [
        jwt.encode({**said, name: value}, key, algorithm="HS256")
        for name, value in (("aud", "other"), ("iss", "other"), ("gen", "zz"), ("exp", "soon"))
    ]
    for name in said:
        if name != "jti":
            less = {other: value for other, value in said.items() if other != name}
            wrong.append(jwt.encode(less, key, algorithm="HS256"))
    wrong.append(jwt.encode(said, key, algorithm="HS512"))
    assert [text for text in wrong if tokens.read(text) is not None] == []
    more = jwt.encode({**said, "scope": "score root"}, key, algorithm="HS256")
    read = tokens.read(more)
    assert read is not None
    assert read.scopes == {"score"}
    assert set(SCOPES) >= read.scopes


def test_keys_that_cannot_be_read_give_no_token_and_let_nobody_in(
    client: TestClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = local.read(settings.home)
    form = {"grant_type": "client_credentials", "client_secret": key, "client_id": key[9:21]}
    access = client.app.state.access  # type: ignore[attr-defined]

    def fails(self: KeyStore) -> None:
        raise StateError("The keys cannot be read.")

    with monkeypatch.context() as broken:
        broken.setattr(KeyStore, "every", fails)
        access.forget()
        for answer in (client.post("/oauth/token", data=form), client.get("/model")):
            assert answer.status_code == 503
            assert answer.json()["type"] == "urn:preclear:problem:keys-unavailable"
            assert answer.headers["retry-after"] == "1"
    assert client.post("/oauth/token", data=form).status_code == 200
