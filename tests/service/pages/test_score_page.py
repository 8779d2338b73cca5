"""*Score a claim*: what is shown is what the API says, and nothing of a claim can run."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from browsing import Browser, Browsers
from fastapi.testclient import TestClient
from test_canaries import filled

from service.audit.repository import AuditRepository
from service.scoring.claim_form import ClaimRequest
from service.scoring.examples import BESIDE, FLAT, X12_837

EVIL = "<script>alert(1)</script>"


@pytest.fixture
def browser(browsers: Browsers) -> Browser:
    return browsers("score")


def text_of(page: str) -> str:
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", page).split()))


def test_a_claim_is_told_as_the_api_tells_it(client: TestClient, browser: Browser) -> None:
    told = client.post("/score", json=BESIDE).json()
    answer = browser.post("/pages/score", {"text": json.dumps(BESIDE)})
    assert answer.status_code == 200
    shown = text_of(answer.text)
    for reason in told["reasons"]:
        assert reason["text"] in shown
    for action in told["actions"]:
        assert action["text"] in shown
    for edit in told["edits"]:
        assert edit["text"] in shown
    assert told["claim_id"] in shown
    assert told["decision_reason"] in shown


def test_a_score_is_on_record_before_it_is_shown(
    client: TestClient, browsers: Browsers, settings: Any
) -> None:
    browser = browsers("score", "reports")
    answer = browser.post("/pages/score", {"text": json.dumps(FLAT)})
    found = re.search(r"/pages/audit/([0-9a-f-]+)", answer.text)
    assert found
    with AuditRepository.of(settings) as log:
        record = log.get(found[1])
    assert record is not None
    assert record.purpose == "/pages/score"
    again = browser.get(f"/pages/score/{found[1]}")
    assert again.status_code == 200
    assert record.answered()["decision_reason"] in text_of(again.text)
    assert str(FLAT["claim_id"]) not in again.text


def test_an_837_is_a_table_in_its_order(client: TestClient, browser: Browser) -> None:
    second = X12_837.replace("PCN-1042", "PCN-2000")
    both = (X12_837 + second).encode()
    told = client.post("/score", content=both, headers={"Content-Type": "application/edi-x12"})
    for brought in ({"files": {"file": ("batch.837", both)}}, {"text": both.decode()}):
        if "files" in brought:
            answer = browser.post("/pages/score", {}, **brought)
        else:
            answer = browser.post("/pages/score", {"text": brought["text"]})
        assert answer.status_code == 200
        ids = re.findall(r'<th scope="row">([^<]+)</th>', answer.text)
        assert ids == [one["claim_id"] for one in told.json()["scores"]] == ["PCN-1042", "PCN-2000"]


@pytest.mark.parametrize(
    ("sent", "status", "said"),
    [
        ("", 422, "Paste a claim"),
        ("{", 400, "not valid JSON"),
        ('{"claims": []}', 422, "no claim"),
        ("hello", 422, "No claim could be read"),
        (json.dumps({**FLAT, "lines": []}), 422, "lines"),
        (json.dumps({**FLAT, EVIL: EVIL}), 422, "not known"),
    ],
)
def test_what_is_no_claim_is_told_on_the_page(
    browser: Browser, sent: str, status: int, said: str
) -> None:
    answer = browser.post("/pages/score", {"text": sent})
    assert answer.status_code == status
    assert "No score." in answer.text
    assert said in text_of(answer.text)
    assert EVIL not in answer.text


def test_one_bad_claim_loses_no_neighbour(browser: Browser) -> None:
    batch = {"claims": [FLAT, {**FLAT, "lines": []}, BESIDE]}
    answer = browser.post("/pages/score", {"text": json.dumps(batch)})
    assert answer.text.count("not scored") == 1
    assert answer.text.count("/pages/score/") == 2


def test_nothing_of_a_claim_can_run_or_stands_in_an_error(browser: Browser) -> None:
    claim = filled(ClaimRequest, EVIL)
    shown = browser.post("/pages/score", {"text": json.dumps({**FLAT, "claim_id": EVIL})}).text
    assert html.escape(EVIL) in shown
    assert EVIL not in shown
    for sent in (claim, {"claims": [claim, FLAT]}, {**FLAT, "claim_id": EVIL, "lines": [EVIL]}):
        answer = browser.post("/pages/score", {"text": json.dumps(sent)})
        assert answer.status_code < 500
        assert EVIL not in answer.text
        assert "alert(1)" not in answer.text


def test_there_is_no_score_of_another_id(browser: Browser) -> None:
    answer = browser.get("/pages/score/0123456789abcdef")
    assert answer.status_code == 404
    assert "no such score" in answer.text


@pytest.mark.parametrize(
    "body",
    [b"", b"--x", b"--x\r\n\r\n--x--", b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--",
     b"--x\r\n" + b"A: b\r\n" * 1000 + b"\r\n\r\n--x--", b"--x\r\nno head", b"--x" * 300],
)  # fmt: skip
def test_a_broken_form_is_no_failure(browser: Browser, body: bytes) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Accept": "text/html"}
    answer = browser.client.post("/pages/score", content=body, headers=headers)
    assert answer.status_code == 422 or (answer.status_code == 403 and b"--x--" in body)
