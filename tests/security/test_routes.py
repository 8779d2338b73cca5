"""Every route, asked by every kind of caller."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient

from claims.settings import Settings
from service.access.access import Access
from service.access.scopes import ANY, ROUTES, SCOPES, Scope
from service.access.store import DAY, FILE, KeyStore
from service.app import create_app
from service.scoring.examples import FLAT

PROBLEM = "application/problem+json"


def routes_of(app: FastAPI) -> set[tuple[str, str]]:
    """Every method and path that the application answers, HEAD beside GET left out."""
    found = set()
    for route in iter_route_contexts(app.router.routes):
        methods = route.methods or {"*"}
        found |= {(method, str(route.path)) for method in methods - {"HEAD"}}
    return found


def unlisted(app: FastAPI) -> set[tuple[str, str]]:
    return routes_of(app) - set(ROUTES)


@pytest.fixture(scope="module")
def app(settings: Settings) -> FastAPI:
    return create_app(settings)


def test_every_route_is_listed(app: FastAPI) -> None:
    assert unlisted(app) == set()
    assert routes_of(app) >= {("POST", "/score"), ("GET", "/healthz"), ("POST", "/oauth/token")}


def test_a_new_route_without_an_entry_is_found(settings: Settings) -> None:
    app = create_app(settings)
    app.add_api_route("/new", lambda: {}, methods=["POST", "GET"])
    app.mount("/more", FastAPI())
    assert unlisted(app) == {("GET", "/new"), ("POST", "/new"), ("*", "/more")}


@pytest.fixture(scope="module")
def keys(settings: Settings, client: TestClient) -> Iterator[dict[str, str]]:
    """A key of each kind: of one scope each, of none, expired, revoked."""
    now = time.time()
    store = KeyStore(settings.home / FILE)
    then = KeyStore(settings.home / FILE, clock=lambda: now - 2 * DAY)
    found = {scope: store.create(scope, [scope], 1)[1] for scope in SCOPES}
    found["none"] = store.create("none", [], 1)[1]
    found["expired"] = then.create("expired", SCOPES, 1)[1]
    revoked, found["revoked"] = store.create("revoked", SCOPES, 1)
    store.revoke(revoked.key_id)
    found["wrong secret"] = found["score"][:-5] + "AAAAA"
    found["made up"] = "preclear_0123456789ab_" + "A" * 43
    access: Access = client.app.state.access  # type: ignore[attr-defined]
    access.forget()
    yield found
    store.close()
    then.close()


KINDS = [*SCOPES, "none", "expired", "revoked", "wrong secret", "made up", "nonsense", "nothing"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("method", "path"), sorted(ROUTES), ids=" ".join)
def test_every_route_lets_in_whom_it_lists(
    client: TestClient, stranger: TestClient, keys: dict[str, str], method: str, path: str,
    kind: str,
) -> None:  # fmt: skip
    key = {"nonsense": "hello", "nothing": ""}.get(kind) if kind not in keys else keys[kind]
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    answer = stranger.request(method, path, headers=headers, follow_redirects=False)
    needs = ROUTES[method, path]
    known: set[str] = {*SCOPES, "none"}
    if needs is None or (kind in SCOPES and kind in needs):
        if path != "/oauth/token":  # whose own refusals are 400 and 401
            assert answer.status_code not in {401, 403}
        return
    assert answer.status_code == (403 if kind in known else 401)
    assert answer.headers["content-type"] == PROBLEM
    assert answer.json()["status"] == answer.status_code
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.headers["cache-control"] == "no-store"
    if key:
        assert key not in answer.text + str(answer.headers)


@pytest.mark.parametrize("header", ["Authorization", "X-API-Key"])
def test_a_key_may_come_in_either_header(
    stranger: TestClient, keys: dict[str, str], header: str
) -> None:
    value = f"bearer {keys['score']}" if header == "Authorization" else keys["score"]
    assert stranger.post("/score", json=FLAT, headers={header: value}).status_code == 200


def test_two_keys_at_once_are_refused(stranger: TestClient, keys: dict[str, str]) -> None:
    both = {"Authorization": f"Bearer {keys['reports']}", "X-API-Key": keys["score"]}
    assert stranger.post("/score", json=FLAT, headers=both).status_code == 401


def test_a_key_in_the_query_is_no_key(stranger: TestClient, keys: dict[str, str]) -> None:
    assert stranger.post(f"/score?api_key={keys['score']}", json=FLAT).status_code == 401


@pytest.fixture(scope="module")
def wider(settings: Settings) -> Iterator[TestClient]:
    """The service with routes of which the table knows nothing, and one that it does."""
    app = create_app(settings, routes={**ROUTES, ("GET", "/of/{name}/listed"): ANY})
    seen: list[str] = []
    app.state.seen = seen

    @app.get("/of/{name}/listed")
    @app.get("/unlisted")
    @app.post("/score/unlisted")
    async def reached(name: str = "") -> dict[str, str]:
        seen.append(name)
        return {"name": name}

    app.mount("/mounted", FastAPI())

    @app.websocket("/socket")
    async def socket(websocket: Any) -> None:
        seen.append("socket")

    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/unlisted"), ("HEAD", "/mounted/x"), ("POST", "/score/unlisted"),
        ("GET", "/mounted/docs"),
    ],
)  # fmt: skip
def test_what_is_not_listed_is_denied_to_all(wider: TestClient, method: str, path: str) -> None:
    answer = wider.request(method, path)
    assert answer.status_code == 403
    stranger = TestClient(wider.app, raise_server_exceptions=False)
    assert stranger.request(method, path).status_code == 401
    assert wider.app.state.seen == []  # type: ignore[attr-defined]


def test_a_listed_route_may_have_a_name_in_it(wider: TestClient) -> None:
    assert wider.get("/of/me/listed").json() == {"name": "me"}
    wider.app.state.seen.clear()  # type: ignore[attr-defined]
    assert wider.get("/of/me/you/listed").status_code == 404


def test_a_socket_is_closed_at_once(wider: TestClient) -> None:
    from starlette.websockets import WebSocketDisconnect

    with pytest.raises(WebSocketDisconnect) as closed, wider.websocket_connect("/socket"):
        pass
    assert closed.value.code == 1008
    assert wider.app.state.seen == []  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "path", ["//score", "/score/", "/SCORE", "/score%2Fbatch", "/./score", "/score;x", "/%73core"]
)
def test_no_spelling_gets_round_the_table(
    stranger: TestClient, keys: dict[str, str], path: str
) -> None:
    """Whatever another part may take for ``/score`` is refused like it, or is nowhere."""
    assert stranger.post(path, json=FLAT).status_code == 401
    with_key = stranger.post(path, json=FLAT, headers={"X-API-Key": keys["reports"]})
    # The client takes the name after two slashes for a host, and asks its first page: 405.
    assert with_key.status_code in {403, 404, 405}


def test_a_stranger_learns_nothing_of_what_is_there(stranger: TestClient) -> None:
    told = {stranger.get(path).text for path in ("/nowhere", "/model", "/score", "/metrics")}
    assert len(told) == 1


def test_health_needs_no_key(stranger: TestClient) -> None:
    assert stranger.get("/healthz").status_code == 200
    assert stranger.get("/readyz").status_code == 200


def test_scopes_are_all_used_or_told() -> None:
    named: set[Scope] = set().union(*(needs for needs in ROUTES.values() if needs))
    assert named == set(SCOPES)


def test_the_document_says_who_may(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    for path, methods in document["paths"].items():
        for method, said in methods.items():
            needs = ROUTES[method.upper(), path]
            assert ("security" in said) is (needs is not None)
            assert ({"401", "403", "429"} <= set(said["responses"])) is (needs is not None)
    score = document["paths"]["/score"]["post"]
    assert {"clientCredentials": ["score"]} in score["security"]
    assert {"408", "409", "413", "422"} <= set(score["responses"])
    assert [one["name"] for one in score["parameters"] if one["in"] == "header"] == [
        "Idempotency-Key"
    ]
    assert set(document["components"]["securitySchemes"]) == {
        "bearer", "apiKey", "clientCredentials",
    }  # fmt: skip
