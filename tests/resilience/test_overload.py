"""Ten times the load that the service carries: those let in are answered in time, the rest at once.

Times are judged by ratios of figures of one run. Whatever else the machine does at that moment is
in them, so one good run of three is enough; that nobody is lost and that every score is recorded is
asked of each.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from claim_json import as_json
from invented import Practice
from test_drain import serving
from wire import head

from benchmarks._overload import Overload, trial
from claims.settings import Settings
from service.access import local
from service.audit.repository import AuditRepository

SECONDS = 3.0
RUNS = 3
WAIT = 4.0
"""Full houses that one in a hundred may wait: 2.2 where the machine has time for it, 3 where it has
much else to do. The aim is 1.25 times the limit times the service time: it is reached where that is
the time of a request by itself (``lines``), not by the share of a full house (decision 0036)."""
BACK = 0.75
"""Share of the capacity that counts as full speed; that swings with what else there is to do."""


def good(one: Overload) -> bool:
    """Whether a run shows what is promised."""
    return (
        one.flood.status.count(503) > 2 * one.flood.status.count(200)
        and one.accepted(99) <= WAIT
        and one.lines(99) <= 1.25
        and one.refused(50) < one.accepted(50) / 2
        and one.throughput >= 0.5
        and one.back_after is not None
    )


def figures(one: Overload) -> str:
    return (
        f"accepted p99 {one.lines(99):.2f} lines, {one.accepted(99):.2f} full houses, "
        f"p50 {one.accepted(50):.2f}, refused "
        f"p50 {one.refused(50):.2f}, throughput {one.throughput:.2f}, back after {one.back_after}"
    )


@pytest.mark.heavy
@pytest.mark.alone
def test_ten_times_the_load(settings: Settings, world: Practice, tmp_path: Path) -> None:
    runs: list[Overload] = []
    with serving(settings, tmp_path / "log", PRECLEAR_RATE_LIMIT="0") as (port, process):
        key = local.read(settings.home)
        bodies = [json.dumps(as_json(claim)).encode() for claim in world.claims[:200]]
        requests = [head("/score", key, len(body)) + body for body in bodies]
        while len(runs) < RUNS and not any(good(run) for run in runs):
            runs.append(trial(port, requests, settings.max_in_flight, SECONDS, BACK))
            assert process.poll() is None
    for run in runs:
        assert run.flood.lost == 0
        answers = Counter(run.flood.status)
        assert set(answers) <= {200, 503}
        assert run.flood.unsaid == 0, "a refusal says when to come back"
        assert len(set(run.flood.scores)) == answers[200]
    repository = AuditRepository.existing(settings)
    recorded = {record.score_id for record in repository.latest(10**6)}
    assert recorded >= {score for run in runs for score in run.flood.scores}
    assert repository.verify().whole
    repository.close()
    assert any(good(run) for run in runs), "; ".join(figures(run) for run in runs)
