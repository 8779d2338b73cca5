"""A canary in every field of every form: on no page but as the caller's own claim id, in no log."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest
from fastapi.testclient import TestClient
from test_canaries import MARK, filled

from claims.settings import Settings
from service.access.scopes import PAGES
from service.scoring.claim_form import ClaimRequest
from service.scoring.examples import X12_837
from service.triage.examples import X12_835

HTML = {"Accept": "text/html"}
FIELDS = (
    "claim", "which", "text", "result", "what", "decision", "reason", "step", "day", "root_cause",
    "version", "key", "client_id", "next", "csrf", "keep",
)  # fmt: skip
SCORE = "0190a0a0-0000-7000-8000-000000000000"


@pytest.fixture(scope="module")
def forms() -> list[dict[str, Any]]:
    """What may be sent to any page; the id of a claim that is scored is no canary."""
    claim = {**filled(ClaimRequest, MARK), "claim_id": "C1"}
    claim["authorization"]["number"] = MARK + "auth"
    x12 = X12_837.replace("DOE", MARK).replace("W2087431", MARK)
    answer = X12_835.replace("PATIENT", MARK).replace("260318000", MARK[:8] + "1")
    texts = [json.dumps(claim), json.dumps(claim)[:-9], x12, x12[:400], MARK, f"ISA*{MARK}"]
    return [
        {"data": dict.fromkeys(FIELDS, MARK)},
        *({"data": {"text": text}} for text in texts),
        *({"files": {"file": (f"{MARK}.837", text.encode())}} for text in [*texts, answer]),
        {"content": MARK, "headers": {"Content-Type": f"multipart/form-data; boundary={MARK}"}},
        {"content": MARK, "headers": {"Content-Type": f"text/{MARK}"}},
    ]


def test_no_page_log_or_file_holds_a_canary(
    client: TestClient, settings: Settings, forms: list[dict[str, Any]], logged: list[str],
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    statuses = set()
    for method, template in sorted({*PAGES, ("GET", "/sign-in"), ("POST", "/sign-in")}):
        for name in (MARK, SCORE, "0123456789abcdef"):
            path = template.replace("{score_id}", name).replace("{key}", name)
            sent = forms if method == "POST" else [{}]
            for form in sent:
                headers = {**HTML, **form.get("headers", {})}
                # A payer's id is searched for by what has the form of one; a name has not.
                asked = (*FIELDS, "payer", "owner", "state", "since", "before")
                query = dict.fromkeys(asked, f"{MARK}, JANE")
                answer = client.request(
                    method,
                    path,
                    params=query,
                    follow_redirects=False,
                    **{**form, "headers": headers},
                )
                statuses.add(answer.status_code)
                assert answer.status_code != 500, (method, template)
                assert MARK not in answer.text + str(answer.headers), (method, template)
            if path == template:
                break
    assert statuses >= {200, 303, 404, 422}
    assert len(logged) > 100
    assert [line for line in logged if MARK in line] == []
    seen = capfd.readouterr()
    assert MARK not in seen.out + seen.err
    # Read by another process: closing the files in this one would drop SQLite's locks.
    files = [str(path) for path in settings.home.rglob("*") if path.is_file()]
    held = subprocess.run(["cat", *files], check=True, capture_output=True).stdout
    assert MARK.encode() not in held
