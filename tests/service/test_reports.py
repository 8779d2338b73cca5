"""``GET /reports/{id}``, and that answer, report and audit log have one set of figures."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from fastapi.testclient import TestClient

from claims.settings import Settings
from cli.main import call
from service.audit.repository import AuditRepository
from service.reports.accept import wanted
from service.reports.printer import AT_ONCE, WAITING
from service.scoring.examples import BESIDE, FLAT


class Figures(HTMLParser):
    """The figures of a page: their place in the answer, and their full value."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: dict[str, set[str]] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "data":
            self.found.setdefault(str(told["data-figure"]), set()).add(str(told["value"]))


def at(answer: Any, place: str) -> Any:
    for part in place.split("."):
        answer = answer[int(part)] if isinstance(answer, list) else answer[part]
    return answer


@pytest.mark.parametrize("body", [FLAT, BESIDE])
def test_one_set_of_figures(
    client: TestClient, settings: Settings, body: dict[str, Any],
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    answer = client.post("/score", json=body).json()
    told = Figures(client.get(f"/reports/{answer['score_id']}").text).found
    own = {place: values for place, values in told.items() if place.startswith("log.")}
    for place, values in told.items():
        if place not in own:
            assert values == {str(at(answer, place))}, place
    wanted_places = {"denial_probability", "denial_probability_low", "denial_probability_high"}
    wanted_places |= {"threshold", "raw_score", "base_value", "other_contribution"}
    wanted_places |= {"amount_at_risk", "support.similar_claims", "value.expected_loss"}
    wanted_places |= {f"reasons.{n}.contribution" for n in range(len(answer["reasons"]))}
    wanted_places |= {f"categories.{n}.probability" for n in range(len(answer["categories"]))}
    wanted_places |= {
        f"actions.{n}.probability_after"
        for n, action in enumerate(answer["actions"])
        if action["probability_after"] is not None and action["action"] != "submit"
    }
    assert wanted_places <= set(told)
    monkeypatch.setenv("PRECLEAR_HOME", str(settings.home))
    monkeypatch.setenv("PRECLEAR_MLRUNS", str(settings.mlruns))
    assert call(["audit", "show", answer["score_id"], "--json"]) == 0
    logged = json.loads(capsys.readouterr().out)
    assert {**logged["answer"], "claim_id": answer["claim_id"]} == answer
    assert logged["denial_probability"] == answer["denial_probability"]
    with AuditRepository.of(settings) as log:
        place = log.place(answer["score_id"])
    assert place is not None
    assert own == {"log.sequence": {str(place[0])}, "log.hash": {place[1]}}


def test_a_page_or_a_pdf(client: TestClient) -> None:
    answer = client.post("/score", json=FLAT).json()
    path = f"/reports/{answer['score_id']}"
    page = client.get(path, headers={"Accept": "text/html,application/xml;q=0.9,*/*;q=0.8"})
    assert page.headers["content-type"].startswith("text/html")
    assert answer["claim_id"] not in page.text
    assert FLAT["subscriber"]["member_id"] not in page.text
    style = re.search("'sha256-[^']+'", page.headers["content-security-policy"])
    assert style is not None
    assert style[0] in page.text
    assert "style=" not in page.text
    for asked in (
        client.get(path, headers={"Accept": "application/pdf"}),
        client.get(path, params={"format": "pdf"}),
    ):
        assert asked.headers["content-type"] == "application/pdf"
        assert asked.content.startswith(b"%PDF-")
        assert answer["score_id"] in asked.headers["content-disposition"]
    assert client.get(path, params={"format": "html"}).text == page.text
    assert client.get(path, params={"format": "docx"}).status_code == 422


def test_the_threshold_is_the_training_runs(client: TestClient) -> None:
    answer = client.post("/score", json=FLAT).json()
    page = client.get(f"/reports/{answer['score_id']}").text
    assert "set by the training run of model version 7" in page
    asked = client.post("/score", json=FLAT, params={"precision": 0.9}).json()
    page = client.get(f"/reports/{asked['score_id']}").text
    assert "set by the caller, by asking that 90 % of the claims" in page


@pytest.mark.parametrize("name", ["01890a5d-0000-7000-8000-000000000000", "x", "%00", "a%0d%0ab"])
def test_what_is_not_there_is_said(client: TestClient, name: str) -> None:
    answer = client.get(f"/reports/{name}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:preclear:problem:no-score"


def test_only_so_many_pdfs_wait(client: TestClient) -> None:
    answer = client.post("/score", json=FLAT).json()
    printer = client.app.state.printer  # type: ignore[attr-defined]
    printer._asked = AT_ONCE + WAITING
    try:
        refused = client.get(f"/reports/{answer['score_id']}?format=pdf")
    finally:
        printer._asked = 0
    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "2"
    assert client.get(f"/reports/{answer['score_id']}").status_code == 200


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("", "html"), ("application/pdf", "pdf"), ("application/pdf, */*;q=0.1", "pdf"),
        ("application/pdf;q=0.2, text/html", "html"), ("application/pdf;q=x", "html"),
        ("image/png", "html"), ("application/pdf;q=0", "html"),
    ],
)  # fmt: skip
def test_what_an_accept_header_asks_for(accept: str, kind: str) -> None:
    assert wanted(accept) == kind
