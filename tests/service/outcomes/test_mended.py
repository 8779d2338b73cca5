"""Claims that were held and mended are not the model's mistakes: not judged, not learned from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from arriving import Practice
from fastapi.testclient import TestClient
from serving import installed, post
from test_performance import answered, score, value

from claims.keys import load_keys
from claims.settings import Settings
from cli.worked_on import worked_on
from service.app import create_app
from service.audit.event import Recorded
from service.audit.intervention import Touched
from service.audit.override import override
from service.audit.repository import AuditRepository
from service.audit.worked import worked
from service.outcomes.performance import Performance
from training.days import number


@pytest.fixture
def settings(tmp_path: Path, files: Practice) -> Settings:
    return installed(tmp_path, files)


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


def test_a_mend_that_was_recorded_takes_the_score_out_of_the_judgement(
    client: TestClient, settings: Settings
) -> None:
    mended, other = score(client, "PCN-1043"), score(client, "PCN-1042")
    with AuditRepository.of(settings) as log:
        records = {name: log.get(name) for name in (mended["score_id"], other["score_id"])}
        first, second = records[mended["score_id"]], records[other["score_id"]]
        assert first is not None
        assert second is not None
        log.append([
            override(first, "submit", "mended", "user:a"),
            # An opinion: nobody touched the claim.
            override(second, "submit", "not_true", "user:a"),
        ])  # fmt: skip
    soon = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=20)
    post(client, answered(soon))
    assert value(client, "preclear_outcome_claims", payer="all") == 1
    assert value(client, "preclear_outcome_not_judged", reason="mended") == 1
    today = number(dt.datetime.now(dt.UTC).date())
    key = load_keys(settings.home).claim("PCN-1043")
    assert set(worked_on(settings)) == {key}
    assert worked_on(settings)[key] in {today - 1, today}  # the test may run at midnight


@pytest.mark.parametrize(("result", "count"), [("done", 1), ("waiting", 1), ("nothing", 0)])
def test_work_that_was_done_or_begun_is_an_intervention(
    client: TestClient, settings: Settings, result: str, count: int
) -> None:
    told = score(client, "PCN-1043")
    with AuditRepository.of(settings) as log:
        record = log.get(told["score_id"])
        assert record is not None
        log.append([worked(record, result, "user:a")])
    assert len(worked_on(settings)) == count


def test_nothing_is_set_aside_where_nothing_was_ever_scored(tmp_path: Path) -> None:
    assert worked_on(Settings.read(home=tmp_path / "var", mlruns=tmp_path / "mlruns")) == {}
    assert not (tmp_path / "var").exists()


class _Log:
    """Of one score: denied as was foretold or not, and worked on that day."""

    def __init__(self, known_on: str, worked: dt.date) -> None:
        body = {
            "retrospective": False, "standing": "as_sent", "submission": 1, "payer": "P1",
            "known_on": known_on, "outcome": "paid",
        }  # fmt: skip
        self._outcome = Recorded(7, "2026-05-01T00:00:00+00:00", "outcome", "s", "", body)
        self._touched = Touched("s", 1, worked)

    def outcomes(self, after: int, most: int) -> list[tuple[Recorded, float, float]]:
        return [(self._outcome, 0.9, 0.5)] if after < 7 <= most else []

    def touched(self, after: int, most: int) -> tuple[list[Touched], int]:
        return ([self._touched], 9) if after < 9 <= most else ([], after)


@pytest.mark.parametrize(("worked", "judged"), [(1, 0), (20, 0), (21, 1)])
def test_only_work_from_before_the_answer_counts(worked: int, judged: int) -> None:
    log = _Log("2026-05-20", dt.date(2026, 5, worked))
    now = Performance(log).now()  # type: ignore[arg-type]
    assert now.payers["all"].claims == judged
    assert now.not_judged["mended"] == 1 - judged
