"""Browsers that are signed in with keys of one scope or another."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from browsing import Browser, Browsers
from fastapi.testclient import TestClient

from claims.settings import Settings
from service.access.access import Access
from service.access.scopes import SCOPES, Scope
from service.access.store import FILE, KeyStore


@pytest.fixture(scope="module")
def store(settings: Settings) -> Iterator[KeyStore]:
    found = KeyStore(settings.home / FILE)
    yield found
    found.close()


@pytest.fixture
def stranger(client: TestClient) -> Browser:
    """Somebody who is not signed in."""
    return Browser(TestClient(client.app, raise_server_exceptions=False))


@pytest.fixture
def browsers(client: TestClient, store: KeyStore) -> Browsers:
    """Makes a browser that is signed in with a new key of these scopes; default: all."""

    def made(*scopes: Scope) -> Browser:
        _, text = store.create("front desk", scopes or SCOPES, 1)
        access: Access = client.app.state.access  # type: ignore[attr-defined]
        access.forget()
        browser = Browser(TestClient(client.app, raise_server_exceptions=False))
        assert browser.sign_in(text).status_code == 303
        return browser

    return made
