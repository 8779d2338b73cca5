"""*Worklist*: ranked by value, filtered, and what was done is on record."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator

import pytest
from browsing import Browser, Browsers
from claim_json import as_json
from fastapi.testclient import TestClient
from installation import install
from invented import Practice

from claims.settings import Settings
from service.access import local
from service.app import create_app
from service.audit.event import Event
from service.audit.repository import AuditRepository
from service.pages.worklist.gather import gather

EVIL = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def settings(world: Practice, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A log of its own: what others scored is no work here."""
    return install(tmp_path_factory.mktemp("worklist"), world)


@pytest.fixture(scope="module")
def client(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="module")
def scored(client: TestClient, world: Practice) -> list[dict[str, object]]:
    claims = [as_json(claim) for claim in world.claims[-40:]]
    told: list[dict[str, object]] = client.post("/score/batch", json={"claims": claims}).json()[
        "scores"
    ]
    return told


@pytest.fixture
def browser(browsers: Browsers, scored: list[object]) -> Browser:
    return browsers("score")


def ids(page: str) -> list[str]:
    return re.findall(r'href="/pages/worklist/([0-9a-f-]{36})"', page)


def test_it_holds_what_asks_for_work_best_first(
    browser: Browser,
    scored: list[dict],
    settings: Settings,  # type: ignore[type-arg]
) -> None:
    shown = ids(browser.get("/pages/worklist").text)
    flagged = {one["score_id"]: one for one in scored if one["decision"] != "submit"}
    assert set(shown) == set(flagged)
    rates = [float(flagged[one]["value"]["saving_per_minute"] or 0) for one in shown]
    assert rates == sorted(rates, reverse=True)
    assert max(rates) > 0


def test_filters_take_their_part(browser: Browser, scored: list[dict]) -> None:  # type: ignore[type-arg]
    flagged = [one for one in scored if one["decision"] != "submit"]
    for name, of in (
        ("owner", lambda one: one["actions"][0]["owner"]),
        ("payer", lambda one: one["payer"]),
        ("category", lambda one: one["categories"][0]["category"]),
    ):
        for value in {of(one) for one in flagged}:
            shown = ids(browser.get("/pages/worklist", params={name: value}).text)
            assert set(shown) == {one["score_id"] for one in flagged if of(one) == value}
    assert ids(browser.get("/pages/worklist", params={"payer": EVIL, "due": EVIL}).text) == []
    assert EVIL not in browser.get("/pages/worklist", params={"payer": EVIL, "state": EVIL}).text


def test_what_was_done_is_on_record_and_off_the_list(browser: Browser, settings: Settings) -> None:
    first, second, third = ids(browser.get("/pages/worklist").text)[:3]
    done = browser.post(f"/pages/worklist/{first}", {"what": "worked", "result": "done"})
    assert done.status_code == 200
    decided = {"what": "override", "decision": "submit", "reason": "payer_confirmed"}
    browser.post(f"/pages/worklist/{second}", decided)
    browser.post(f"/pages/worklist/{third}", {"what": "worked", "result": "waiting"})
    left = ids(browser.get("/pages/worklist").text)
    assert first not in left
    assert second not in left
    assert third in left
    assert set(ids(browser.get("/pages/worklist?state=closed").text)) == {first, second}
    with AuditRepository.of(settings) as log:
        said = {event.score_id: event for event in log.events_of([first, second])}
        assert said[first].kind == "worked"
        assert said[first].body["result"] == "done"
        assert re.fullmatch("[0-9a-f]{12}", said[first].caller)
        assert said[second].body == {"decision": "submit", "scored": said[second].body["scored"],
                                     "reason": "payer_confirmed"}  # fmt: skip
        assert log.verify().whole
    assert "what was advised is done" in browser.get(f"/pages/worklist/{first}").text


@pytest.mark.parametrize(
    "form",
    [
        {"what": "worked", "result": EVIL}, {"what": "worked"}, {},
        {"what": "override", "decision": "submit", "reason": "Jane Doe asked"},
        {"what": "override", "decision": "pay", "reason": "policy"},
    ],
)  # fmt: skip
def test_only_what_is_on_the_lists_is_recorded(
    browser: Browser, settings: Settings, form: dict[str, str]
) -> None:
    score_id = ids(browser.get("/pages/worklist").text)[-1]
    answer = browser.post(f"/pages/worklist/{score_id}", form)
    assert answer.status_code == 422
    assert "Choose one of the list" in answer.text
    assert EVIL not in answer.text
    with AuditRepository.of(settings) as log:
        assert log.events_of([score_id]) == []


def test_a_claim_is_found_by_its_number(browser: Browser, scored: list[dict]) -> None:  # type: ignore[type-arg]
    one = scored[0]
    answer = browser.post("/pages/worklist/find", {"claim": str(one["claim_id"])})
    assert ids(answer.text) == [one["score_id"]]
    assert str(one["claim_id"]) not in answer.text
    assert "0 scores" in browser.post("/pages/worklist/find", {"claim": EVIL}).text
    assert browser.post("/pages/worklist/find", {"claim": " "}).status_code == 422


def test_a_file_is_ranked_with_its_own_ids(browser: Browser, world: Practice) -> None:
    claims = [{**as_json(claim), "claim_id": f"{EVIL}{n}"} for n, claim in
              enumerate(world.claims[-9:])]  # fmt: skip
    files = {"file": ("x.json", json.dumps({"claims": claims}).encode())}
    answer = browser.post("/pages/worklist", {}, files=files)
    assert answer.status_code == 200
    assert answer.text.count("&lt;script&gt;") == 9
    assert EVIL not in answer.text
    bad = browser.post("/pages/worklist", {}, files={"file": ("x", b"{")})
    assert bad.status_code == 400
    assert "not valid JSON" in bad.text


def test_an_answered_or_replaced_score_is_no_work(
    client: TestClient, world: Practice, settings: Settings, scored: list[object]
) -> None:
    today = dt.datetime.now(dt.UTC).date()
    with AuditRepository.of(settings) as log:
        (first, second) = gather(log, today)[-2:]
        body = {"outcome": "paid", "category": "", "known_on": "2026-01-01"}
        log.append([Event("outcome", first.brief.score_id, body, "")])
        left = {item.brief.score_id for item in gather(log, today)}
        assert first.brief.score_id not in left
        assert second.brief.score_id in left
        claim = next(
            as_json(one) for one in world.claims[-40:]
            if f"{client.app.state.outcomes.keys.claim(one.claim_id):016x}"  # type: ignore[attr-defined]
            == second.brief.claim_key
        )  # fmt: skip
        client.headers["Authorization"] = f"Bearer {local.read(settings.home)}"
        assert client.post("/score", json=claim).status_code == 200
        assert second.brief.score_id not in {i.brief.score_id for i in gather(log, today)}


@pytest.mark.parametrize(
    ("result", "touched"),
    [("done", True), ("other", True), ("waiting", True), ("nothing", False), ("impossible", False)],
)
def test_work_that_came_to_nothing_is_no_intervention(result: str, touched: bool) -> None:
    from service.audit.event import Recorded
    from service.audit.intervention import mends

    event = Recorded(1, "2026-01-01T00:00:00Z", "worked", "x", "", {"result": result})
    assert mends(event) is touched
