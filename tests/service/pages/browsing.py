"""What a person does at a browser, without one."""

from __future__ import annotations

import re
from collections.abc import Callable

from fastapi.testclient import TestClient
from httpx2 import Response

HTML = {"Accept": "text/html,application/xhtml+xml"}
Browsers = Callable[..., "Browser"]


class Browser:
    """What a person does: opens pages, fills in forms; cookies are kept."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    def get(self, path: str, **more: object) -> Response:
        return self.client.get(path, headers=HTML, **more)

    def post(self, path: str, data: dict[str, str] | None = None, **more: object) -> Response:
        """Send a form with the token that the pages of this session hold."""
        sent = {"csrf": self.token(), **(data or {})}
        return self.client.post(path, data=sent, headers=HTML, **more)

    def token(self) -> str:
        found = re.search(r'name="csrf" value="([0-9a-f]{64})"', self.get("/pages").text)
        return found[1] if found else ""

    def sign_in(self, key: str, **more: str) -> Response:
        return self.client.post(
            "/sign-in", data={"key": key, **more}, headers=HTML, follow_redirects=False
        )
