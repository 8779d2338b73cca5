from __future__ import annotations

import re

from fastapi.testclient import TestClient


def test_the_page_shows_every_operation_and_runs_no_script(client: TestClient) -> None:
    answer = client.get("/docs")
    assert answer.status_code == 200
    for path in client.get("/openapi.json").json()["paths"]:
        assert f" {path}</h2>" in answer.text
    assert "<script" not in answer.text
    assert not re.search(r"(?:src|href)=\"(?!/openapi.json\")", answer.text)
    assert "script-src" not in answer.headers["content-security-policy"]
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src")
    assert "ISA*00*" in answer.text
