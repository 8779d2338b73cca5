"""Signing in and out, and what a session may."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from browsing import HTML, Browser, Browsers
from fastapi.testclient import TestClient

from service.access.access import Access
from service.access.scopes import PAGES, ROUTES
from service.access.sessions import Sessions
from service.access.store import KeyStore
from service.pages.layout.refusal import own_path
from service.pages.session.attempts import Attempts

OPEN = sorted(path for method, path in PAGES if method == "GET" and "{" not in path)
FILES = {"/pages/kpis/file", "/pages/models/drift"}
"""No pages of the layout: a download, and a page that another program made."""
FORMS = sorted(path for method, path in PAGES if method == "POST")


@pytest.mark.parametrize("path", OPEN)
def test_a_stranger_is_sent_to_sign_in_and_back(stranger: Browser, path: str) -> None:
    answer = stranger.get(path, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/sign-in?next={path}"
    form = stranger.get(answer.headers["location"])
    assert f'name="next" value="{path}"' in form.text


@pytest.mark.parametrize("path", OPEN)
def test_a_program_is_told_in_json(client: TestClient, path: str) -> None:
    stranger = TestClient(client.app)
    answer = stranger.get(path, follow_redirects=False)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", FORMS)
def test_no_form_is_taken_without_the_token_of_the_session(browsers: Browsers, path: str) -> None:
    browser, other = browsers(), browsers()
    for token in ("", "0" * 64, other.token()):
        answer = browser.client.post(path, data={"csrf": token}, headers=HTML)
        assert answer.status_code == 403
        assert "not of your session" in answer.text
    files = {"file": ("x.837", b"ISA")}
    assert browser.client.post(path, files=files, headers=HTML).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"}, {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/sign-in", *FORMS])
def test_no_form_is_taken_from_another_site(
    browsers: Browsers, path: str, headers: dict[str, str]
) -> None:
    browser = browsers()
    answer = browser.client.post(path, data={"csrf": browser.token()}, headers={**HTML, **headers})
    assert answer.status_code == 403
    assert "another site" in answer.text


def test_a_session_opens_no_route_of_the_api(browsers: Browsers) -> None:
    """Else another site's form could send to it: the token is asked for on pages alone."""
    browser = browsers()
    for (method, path), needs in ROUTES.items():
        if needs is not None and (method, path) not in PAGES:
            assert browser.client.request(method, path).status_code == 401, path


def test_the_cookie_is_out_of_reach(client: TestClient, settings, store: KeyStore) -> None:  # type: ignore[no-untyped-def]
    _, key = store.create("cookie", ["score"], 1)
    client.app.state.access.forget()  # type: ignore[attr-defined]
    plain = Browser(TestClient(client.app)).sign_in(key).headers["set-cookie"]
    assert plain.startswith("preclear_session=")
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(plain.split("; "))
    tls = Browser(TestClient(client.app, base_url="https://testserver")).sign_in(key)
    told = tls.headers["set-cookie"]
    assert told.startswith("__Host-preclear_session=")
    assert "Secure" in told.split("; ")
    cookie = plain.split("=", 1)[1].split(";")[0]
    held = b"".join(file.read_bytes() for file in settings.home.glob("sessions.db*"))
    assert held
    assert cookie.encode() not in held


def test_who_signs_out_is_out_everywhere(browsers: Browsers, stranger: Browser) -> None:
    browser = browsers()
    copied = dict(browser.client.cookies)
    assert browser.get("/pages/score").status_code == 200
    answer = browser.post("/sign-out", follow_redirects=False)
    assert answer.headers["location"] == "/sign-in"
    assert not dict(browser.client.cookies)
    stranger.client.cookies.update(copied)
    assert stranger.get("/pages/score", follow_redirects=False).status_code == 303


def test_a_session_ends_with_its_key(
    client: TestClient, store: KeyStore, stranger: Browser
) -> None:
    access: Access = client.app.state.access  # type: ignore[attr-defined]
    for end in (store.revoke, lambda one: store.rotate(one, 0, 1)):
        key, text = store.create("short", ["score"], 1)
        access.forget()
        assert stranger.sign_in(text).status_code == 303
        assert stranger.get("/pages/score").status_code == 200
        end(key.key_id)
        access.forget()
        assert stranger.get("/pages/score", follow_redirects=False).status_code == 303


def test_a_session_ends_when_it_is_not_used_and_in_any_case(tmp_path: Path) -> None:
    now = [time.time()]
    sessions = Sessions(tmp_path / "sessions.db", 100, 300, clock=lambda: now[0])
    idle, used = sessions.begin("a", b"1"), sessions.begin("b", b"2")
    for _ in range(4):
        now[0] += 70
        found = sessions.find(used)
        assert found is not None
        assert (found.key_id, found.key_digest) == ("b", b"2")
    assert sessions.find(idle) is None
    now[0] += 70
    assert sessions.find(used) is None
    assert sessions.find("made up") is None
    sessions.close()


def test_an_oauth_client_signs_in_with_id_and_secret(
    client: TestClient, store: KeyStore, stranger: Browser
) -> None:
    key, text = store.create("client", ["score"], 1)
    client.app.state.access.forget()  # type: ignore[attr-defined]
    assert stranger.sign_in(text, client_id="0123456789ab").status_code == 401
    assert stranger.sign_in(text, client_id=key.key_id).status_code == 303


@pytest.mark.parametrize("key", ["hello", "preclear_0123456789ab_" + "A" * 43])
def test_who_has_no_key_is_told_so(client: TestClient, stranger: Browser, key: str) -> None:
    client.app.state.attempts = Attempts()  # type: ignore[attr-defined]
    assert stranger.sign_in("").status_code == 422
    answer = stranger.sign_in(key)
    assert answer.status_code == 401
    assert "no key that may be used here" in answer.text
    assert key not in answer.text
    assert "set-cookie" not in answer.headers


def test_failing_often_is_slowed_down(client: TestClient, stranger: Browser) -> None:
    now = [0.0]
    client.app.state.attempts = Attempts(3, 60.0, clock=lambda: now[0])  # type: ignore[attr-defined]
    try:
        assert [stranger.sign_in("x").status_code for _ in range(4)] == [401, 401, 401, 429]
        now[0] += 61
        assert stranger.sign_in("x").status_code == 401
    finally:
        client.app.state.attempts = Attempts()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "path",
    [
        "https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example", "javascript:x",
        "/pages/../x", "/pages//x.example", "/pages/score?x=1", "/score", "/pages/W2087431 DOE", "",
    ],
)  # fmt: skip
def test_nobody_is_sent_elsewhere(path: str, browsers: Browsers, stranger: Browser) -> None:
    assert own_path(path) == "/pages"
    form = stranger.get("/sign-in", params={"next": path}).text
    assert re.findall(r'name="next" value="([^"]*)"', form) == ["/pages"]


def test_a_page_beyond_the_scope_says_so(browsers: Browsers) -> None:
    browser = browsers("outcomes")
    answer = browser.get("/pages/score")
    assert answer.status_code == 403
    assert "has not the scope" in answer.text
    assert answer.headers["content-type"].startswith("text/html")
    program = browser.client.get("/pages/score")
    assert program.headers["content-type"] == "application/problem+json"


def test_pages_have_a_strict_policy_and_nothing_inline(browsers: Browsers) -> None:
    browser = browsers()
    for path in [*(one for one in OPEN if one not in FILES), "/sign-in"]:
        answer = browser.get(path)
        assert answer.status_code == 200, path
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'; script-src 'self'")
        assert "unsafe" not in policy
        assert answer.headers["cache-control"] == "no-store"
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script>|javascript:", answer.text)
        assert not re.search(r"(?:src|href|action)=\"(?!/|#)", answer.text)


def test_files_are_kept_by_their_content(browsers: Browsers, stranger: Browser) -> None:
    page = browsers().get("/pages/score").text
    found = re.findall(r'"(/pages/static/[^"]+)"', page)
    assert len(found) >= 3
    for path in found:
        answer = stranger.get(path)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        assert len(answer.content) > 50
    assert stranger.get("/pages/static/other.css").status_code == 404


def test_pages_can_be_left_out(settings, store: KeyStore) -> None:  # type: ignore[no-untyped-def]
    from service.app import create_app

    app = create_app(settings.model_copy(update={"pages": False}))
    assert not [r for r in app.routes if getattr(r, "path", "").startswith("/pages")]
