"""*Audit*: what is on record is found, opened and checked."""

from __future__ import annotations

import html
import re
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from audit_records import record
from browsing import Browser, Browsers
from fastapi.testclient import TestClient

from service.audit.repository import AuditRepository
from service.pages.audit.verifying import verified
from service.problems import Problem
from service.scoring.examples import BESIDE, FLAT

EVIL = "<script>alert(1)</script>"


@pytest.fixture
def scored(client: TestClient) -> list[dict[str, str]]:
    return [client.post("/score", json=claim).json() for claim in (FLAT, BESIDE)]


@pytest.fixture
def browser(browsers: Browsers) -> Browser:
    return browsers("reports")


def ids(page: str) -> list[str]:
    return re.findall(r'href="/pages/audit/([0-9a-f-]{36})"', page)


def test_scores_are_found_by_decision_payer_and_day(
    browser: Browser, scored: list[dict[str, str]]
) -> None:
    one, other = scored
    assert ids(browser.get("/pages/audit").text)[:2] == [other["score_id"], one["score_id"]]
    found = ids(browser.get("/pages/audit", params={"payer": one["payer"]}).text)
    assert one["score_id"] in found
    assert other["score_id"] not in found
    day = one["scored_at"][:10]
    assert one["score_id"] in ids(browser.get(f"/pages/audit?since={day}&until={day}").text)
    assert ids(browser.get("/pages/audit?until=2020-01-01").text) == []
    shown = browser.get("/pages/audit", params={"decision": one["decision"]}).text
    assert one["score_id"] in ids(shown)
    older = browser.get("/pages/audit", params={"before": other["score_id"]}).text
    assert ids(older)[0] == one["score_id"]


def test_what_cannot_be_searched_for_is_told_and_not_shown(browser: Browser) -> None:
    answer = browser.get("/pages/audit", params={"since": EVIL, "payer": EVIL, "before": EVIL})
    assert answer.status_code == 200
    assert "must be a date" in answer.text
    assert EVIL not in answer.text
    assert html.escape(EVIL) not in answer.text


def test_a_record_is_opened_by_id_or_claim_number(
    browser: Browser, scored: list[dict[str, str]]
) -> None:
    one = scored[0]
    opened = browser.post("/pages/audit/find", {"which": one["score_id"]})
    assert opened.url.path == f"/pages/audit/{one['score_id']}"
    assert one["model"]["digest"] in opened.text  # type: ignore[index]
    assert str(one["denial_probability"]) in opened.text
    found = browser.post("/pages/audit/find", {"which": str(one["claim_id"])})
    assert one["score_id"] in ids(found.text)
    assert str(one["claim_id"]) not in found.text
    for wrong in ("0190a0a0-0000-7000-8000-000000000000", "x"):
        assert browser.get(f"/pages/audit/{wrong}").status_code == 404


def test_the_chain_is_checked(browser: Browser, scored: list[dict[str, str]]) -> None:
    answer = browser.post("/pages/audit/verify")
    assert answer.status_code == 200
    assert "The log is whole" in answer.text


def test_a_changed_log_is_told(tmp_path: Path) -> None:
    from service.pages.layout.page import page

    with AuditRepository(tmp_path / "audit.db") as log:
        log.add([record(), record(), record()])
    with closing(sqlite3.connect(tmp_path / "audit.db")) as connection, connection:
        connection.execute("UPDATE events SET decision = 'submit', denial_probability = 0.01"
                           " WHERE sequence = 2")  # fmt: skip
    with AuditRepository(tmp_path / "audit.db") as log:
        found = verified(log)
        assert not found.whole
        import datetime as dt

        shown = page("audit/verified.html.j2", found=found, at=dt.datetime.now(dt.UTC))
        assert b"not as it was written" in shown.body
        assert b"record 2" in shown.body


def test_checking_has_a_bound_and_goes_one_at_a_time(tmp_path: Path) -> None:
    with AuditRepository(tmp_path / "audit.db") as log:
        log.add([record() for _ in range(5)])
        now = iter(range(100))
        with pytest.raises(Problem) as long:
            verified(log, 2.0, clock=lambda: next(now))
        assert long.value.kind == "verify-too-long"
        begun, go_on = threading.Event(), threading.Event()

        def slowly() -> float:
            begun.set()
            go_on.wait(30)
            return 0.0

        thread = threading.Thread(target=verified, args=(log, 60.0, slowly))
        thread.start()
        assert begun.wait(30)
        with pytest.raises(Problem) as busy:
            verified(log)
        go_on.set()
        thread.join(30)
        assert busy.value.kind == "verifying"
        assert verified(log).whole


def test_the_report_opens_with_a_session(
    browser: Browser, stranger: Browser, scored: list[dict[str, str]]
) -> None:
    path = f"/reports/{scored[0]['score_id']}"
    assert "<h1>" in browser.get(path).text
    sent = stranger.get(path, follow_redirects=False)
    assert sent.headers["location"] == f"/sign-in?next={path}"
    form = stranger.get(sent.headers["location"])
    assert f'name="next" value="{path}"' in form.text
