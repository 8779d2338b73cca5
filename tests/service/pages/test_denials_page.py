"""*Denials*: triage of an 835, and the way of each denial from the running tables and the log."""

from __future__ import annotations

import datetime as dt
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "outcomes"))

from arriving import Practice as Files
from arriving import dataset, invented
from browsing import Browser, Browsers
from fastapi.testclient import TestClient
from serving import X12, installed, together

from claims.labels import label
from claims.settings import Settings
from reports.denials.entered import Entered
from reports.denials.ways import ways
from service.app import create_app
from service.audit.repository import AuditRepository
from service.pages.denials.view import denials
from service.triage.examples import X12_835

EVIL = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return invented(tmp_path_factory.mktemp("files"))


@pytest.fixture(scope="module")
def settings(files: Files, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return installed(tmp_path_factory.mktemp("denials"), files)


@pytest.fixture(scope="module")
def client(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def browser(browsers: Browsers) -> Browser:
    return browsers("outcomes")


def keys(page: str) -> list[str]:
    return re.findall(r'href="/pages/denials/([0-9a-f]{16})"', page)


def test_the_ways_are_those_of_the_files_early_and_late(
    client: TestClient, browser: Browser, files: Files, settings: Settings
) -> None:
    early = re.search(r"all \((\d+)\)", browser.get("/pages/denials").text)
    client.post("/outcomes", content=together(files.late), headers=X12)
    shown = browser.get("/pages/denials?state=all").text
    whole = dataset(settings.home, files.every)
    expected = ways(whole, label(whole))
    late = re.search(r"all \((\d+)\)", shown)
    assert early
    assert late
    assert int(late[1]) == len(expected.claim) > int(early[1]) > 0
    found = denials(whole, ())
    assert sum(one.state == "paid" for one in found) > 0
    assert keys(shown) == [one.key for one in found[:100]]
    for one in found[:3]:
        page = browser.get(f"/pages/denials/{one.key}").text
        assert [str(step.day) in page for step in one.steps] == [True] * len(one.steps)


def test_what_is_entered_is_an_event_and_moves_the_denial(
    browser: Browser, settings: Settings
) -> None:
    key = keys(browser.get("/pages/denials").text)[0]
    day = dt.datetime.now(dt.UTC).date().isoformat()
    answer = browser.post(f"/pages/denials/{key}", {"step": "written_off", "day": day})
    assert answer.status_code == 200
    browser.post(f"/pages/denials/{key}", {"root_cause": "late"})
    page = browser.get(f"/pages/denials/{key}").text
    assert "written off (entered)" in page
    assert "the claim went out after the limit" in page
    assert key not in keys(browser.get("/pages/denials").text)
    assert key in keys(browser.get("/pages/denials?state=written_off").text)
    with AuditRepository.of(settings) as log:
        first, second = log.of_kind("denial", 10)
        assert first.body == {
            "claim_key": key, "day": day, "step": "written_off", "root_cause": "",
        }  # fmt: skip
        assert second.body["root_cause"] == "late"
        assert re.fullmatch("[0-9a-f]{12}", first.caller)
        assert log.verify().whole


@pytest.mark.parametrize(
    "form",
    [
        {}, {"step": EVIL, "day": "2026-01-01"}, {"step": "appealed", "day": "1999-01-01"},
        {"step": "appealed", "day": EVIL}, {"root_cause": "Jane Doe"},
        {"step": "root_cause", "day": "2026-01-01"}, {"step": "appealed", "day": "2999-01-01"},
    ],
)  # fmt: skip
def test_only_what_is_on_the_lists_is_recorded(
    browser: Browser, settings: Settings, form: dict[str, str]
) -> None:
    with AuditRepository.of(settings) as log:
        before = len(log.of_kind("denial", 100))
        key = keys(browser.get("/pages/denials").text)[-1]
        answer = browser.post(f"/pages/denials/{key}", form)
        assert answer.status_code == 422
        assert EVIL not in answer.text
        assert len(log.of_kind("denial", 100)) == before


def test_a_denial_is_found_by_its_claims_number(browser: Browser, settings: Settings) -> None:
    answer = browser.post("/pages/denials/find", {"claim": EVIL}, follow_redirects=False)
    assert answer.status_code == 303
    assert re.fullmatch("/pages/denials/[0-9a-f]{16}", answer.headers["location"])
    missing = browser.get(answer.headers["location"])
    assert missing.status_code == 404
    assert "No denial of that claim" in missing.text
    assert browser.post("/pages/denials/find", {"claim": ""}).status_code == 422


def test_an_835_is_triaged_as_the_api_does(client: TestClient, browser: Browser) -> None:
    marked = X12_835.replace("PCN-1043", "<script>")
    told = client.post("/triage", content=marked, headers=X12).json()
    answer = browser.post("/pages/denials", {}, files={"file": ("x.835", marked.encode())})
    assert answer.status_code == 200
    assert f"{len(told['denials'])} denials to work" in answer.text
    for one in told["denials"]:
        assert one["text"] in answer.text.replace("&#39;", "'")
    assert "&lt;script&gt;" in answer.text
    assert "<script>" not in answer.text
    assert "Taken in" not in answer.text
    kept = browser.post("/pages/denials", {"keep": "1"}, files={"file": ("x", marked.encode())})
    assert "Taken in: 2 answers" in kept.text
    for wrong in (b"", b"ISA", b"hello"):
        bad = browser.post("/pages/denials", {}, files={"file": ("x", wrong)})
        assert bad.status_code == 422
    assert keys(bad.text)


def test_entered_events_are_read_as_they_were_entered() -> None:
    from service.audit.denial_event import denial_event, entered_of
    from service.audit.event import Recorded

    one = Entered(2**63 + 5, dt.date(2026, 3, 4), "root_cause", "late")
    event = denial_event(one, "x")
    assert entered_of([Recorded(1, "", event.kind, None, "x", event.body)]) == [one]
