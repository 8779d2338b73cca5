from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from arriving import Practice
from fastapi.testclient import TestClient
from serving import installed, post

from claims.settings import Settings
from service.app import create_app
from service.outcomes import performance
from service.outcomes.performance import Judged, Performance, standing
from service.scoring.examples import FLAT
from service.triage.examples import X12_835

DAY = dt.date(2026, 5, 1)


def judged(
    payer: str, probability: float, denied: bool, why: str = "", day: dt.date = DAY
) -> Judged:
    return Judged(payer, day, probability, probability >= 0.5, denied, why)


def test_what_follows_from_the_counts() -> None:
    found = [
        judged("P1", 0.9, True),
        judged("P1", 0.8, False),
        judged("P1", 0.6, True),
        judged("P1", 0.3, True),
        judged("P1", 0.1, False),
        judged("P1", 0.1, False),
    ]
    figures = standing(found).payers["P1"]
    assert (figures.claims, figures.denied, figures.flagged, figures.flagged_denied) == (6, 3, 3, 2)
    assert figures.precision == pytest.approx(2 / 3)
    assert figures.recall == pytest.approx(2 / 3)
    assert figures.calibration == pytest.approx(3 / 2.8)
    assert figures.brier == pytest.approx((0.01 + 0.64 + 0.16 + 0.49 + 0.01 + 0.01) / 6)
    assert [(one.claims, one.denied) for one in figures.bins if one.claims] == [
        (2, 0), (1, 1), (1, 1), (1, 0), (1, 1),
    ]  # fmt: skip
    assert standing(found).payers["all"] == figures


def test_of_nothing_nothing_is_said() -> None:
    told = standing([]).document()
    assert json.loads(json.dumps(told)) == told
    everything: Any = told["payers"]
    assert everything["all"]["precision"] is None
    assert everything["all"]["calibration"] is None
    assert told["since"] is told["until"] is None


def test_only_what_was_foretold_of_the_claim_as_sent_is_judged() -> None:
    found = [
        judged("P1", 0.9, True),
        # Held, changed, scored again and paid: no mistake of the first score.
        judged("P1", 0.9, False, "replaced"),
        judged("P1", 0.9, False, "mended"),
        judged("P1", 0.9, False, "retrospective"),
        judged("P1", 0.9, False, "resubmission"),
    ]
    now = standing(found)
    assert now.payers["P1"].precision == 1
    assert now.not_judged == {"mended": 1, "replaced": 1, "resubmission": 1, "retrospective": 1}


def test_few_payers_are_named_and_the_rest_are_others() -> None:
    found = [judged(f"P{n:02}", 0.2, False) for n in range(40) for _ in range(40 - n)]
    found.append(judged("", 0.2, True))
    payers = standing(found, most=5).payers
    assert set(payers) == {"all", "P00", "P01", "P02", "P03", "P04", "other"}
    named = sum(payers[f"P0{n}"].claims for n in range(5))
    assert payers["other"].claims == payers["all"].claims - named
    assert payers["other"].denied == 1


@pytest.fixture
def settings(tmp_path: Path, files: Practice) -> Settings:
    return installed(tmp_path, files)


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


def answered(day: dt.date) -> bytes:
    """The example: PCN-1043 denied, PCN-1042 denied in part, known on that day."""
    text = X12_835.replace("20260318", f"{day:%Y%m%d}").replace("*260318*", f"*{day:%y%m%d}*")
    return text.encode()


def score(client: TestClient, claim_id: str, charge: str = "210.00") -> dict[str, Any]:
    line = {**FLAT["lines"][0], "charge": charge}
    claim = {**FLAT, "claim_id": claim_id, "lines": [line], "submitted_on": None}
    claim.pop("charge", None)
    answer = client.post("/score", json={k: v for k, v in claim.items() if v is not None})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def value(client: TestClient, name: str, **labels: str) -> float | None:
    wanted = ",".join(f'{key}="{text}"' for key, text in labels.items())
    for line in client.get("/metrics").text.splitlines():
        if line.startswith(f"{name}{{{wanted}}} "):
            return float(line.rpartition(" ")[2])
    return None


def test_metrics_tell_how_the_scores_came_true(client: TestClient) -> None:
    assert value(client, "preclear_outcome_claims", payer="all") == 0
    first = score(client, "PCN-1043", "110.00")
    again = score(client, "PCN-1043")
    other = score(client, "PCN-1042")
    soon = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=20)
    post(client, answered(soon))
    assert value(client, "preclear_outcome_claims", payer="all") == 2
    assert value(client, "preclear_outcome_denied", payer="60054") == 2
    assert value(client, "preclear_outcome_not_judged", reason="replaced") == 1
    expected = again["denial_probability"] + other["denial_probability"]
    told = value(client, "preclear_outcome_expected_denials", payer="60054")
    assert told == pytest.approx(expected)
    assert value(client, "preclear_outcome_calibration", payer="all") == pytest.approx(2 / expected)
    # A score that comes after the answer foretells nothing, and the same file says nothing new.
    assert first["score_id"] != again["score_id"]
    post(client, answered(soon))
    assert value(client, "preclear_outcome_claims", payer="all") == 2
    page = client.get("/metrics").text
    assert "PCN-10" not in page
    assert "PATIENT" not in page


def test_every_metric_is_listed_for_operators(client: TestClient) -> None:
    page = client.get("/metrics").text
    told = {line.split()[2] for line in page.splitlines() if line.startswith("# TYPE")}
    mine = {name for name in told if name.startswith("preclear_outcome_")}
    assert len(mine) == 9
    operations = (Path(__file__).parents[3] / "docs" / "operations.md").read_text()
    assert not {name for name in mine if f"`{name}`" not in operations}


def test_figures_grow_with_the_log_and_a_later_event_of_a_score_holds(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(performance, "_AT_ONCE", 1)
    app: Any = client.app
    figures = Performance(app.state.held.repository)
    assert figures.now().payers["all"].claims == 0
    score(client, "PCN-1043")
    today = dt.datetime.now(dt.UTC).date()
    late, soon = today + dt.timedelta(days=40), today + dt.timedelta(days=20)
    post(client, answered(late))
    assert figures.now().until == late
    assert figures.now().payers["all"].denied == 1
    # An answer that was known earlier comes later: it is the first answer, and it paid.
    paid = answered(soon)
    for denied, instead in (
        (b"CLP*PCN-1043*1*1890*0*", b"CLP*PCN-1043*1*1890*1890*"),
        (b"SVC*HC:70553*1890*0*", b"SVC*HC:70553*1890*1890*"),
        (b"CAS*CO*197*1890~\n", b""),
    ):
        assert denied in paid
        paid = paid.replace(denied, instead)
    post(client, paid)
    now = figures.now()
    assert (now.until, now.payers["all"].claims, now.payers["all"].denied) == (soon, 1, 0)
    assert Performance(app.state.held.repository).now() == now


def test_what_is_long_ago_no_longer_counts(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(performance, "DAYS", 30)
    app: Any = client.app
    score(client, "PCN-1043")
    today = dt.datetime.now(dt.UTC).date()
    first = answered(today + dt.timedelta(days=10)).replace(b"CLP*PCN-1042*", b"CLP*OTHER-2*")
    post(client, first)
    figures = Performance(app.state.held.repository)
    assert figures.now().payers["all"].claims == 1
    score(client, "PCN-1042")
    only = answered(today + dt.timedelta(days=90)).replace(b"CLP*PCN-1043*", b"CLP*OTHER-1*")
    post(client, only)
    assert figures.now().since == today + dt.timedelta(days=90)
    assert figures.now().payers["all"].claims == 1
