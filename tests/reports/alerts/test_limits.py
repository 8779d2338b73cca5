"""Claims near a limit, and promises that live figures break."""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "training"))

from invented_data import KEYS, START, _claim, _remittance

from claims.carc import load_catalogue
from claims.dataset import Dataset
from claims.labels import label
from claims.profiles.types import Profile, Profiles
from claims.tables import Gatherer
from claims.types import Claim, Remittance
from features.hashing import code_hash
from models.habits import Habits
from reports.alerts.limits import Limit, near_limits
from reports.alerts.precision import ERROR, broken_promises, evidence
from reports.denials.entered import Entered
from reports.denials.ways import ways

SENT = START + dt.timedelta(days=10)
SERVED = SENT - dt.timedelta(days=3)
KNOWN = SENT + dt.timedelta(days=15)
FIRST = _claim(1, SENT, "AAA", "70553", False)
KEY = f"{KEYS.claim(FIRST.claim_id):016x}"
OWN = Profiles(
    "", {"AAA": Profile(filing_days=90, corrected_days=60, appeal_days=30)}, {}, Profile()
)
NONE = Profiles("", {}, {}, Profile())


def gathered(*values: Claim | Remittance) -> Dataset:
    gatherer = Gatherer("memory", KEYS, load_catalogue(), keep_ids=False)
    for value in (FIRST, *values):
        gatherer.add(value)
    return Dataset(**gatherer.finish().tables)


def near(
    day: dt.date,
    *values: Claim | Remittance,
    profiles: Profiles = OWN,
    entered: tuple[Entered, ...] = (),
    habits: Habits | None = None,
) -> list[Limit]:
    dataset = gathered(*values)
    labels = label(dataset)
    until = (day - dt.date(1970, 1, 1)).days
    found = ways(dataset, labels, until=until, entered=entered)
    return near_limits(dataset, labels, found, day, profiles, habits=habits)


def test_a_claim_without_an_answer_is_told_before_its_filing_limit() -> None:
    last = SERVED + dt.timedelta(days=90)
    (found,) = near(last - dt.timedelta(days=14))
    assert (found.kind, found.claim, found.last_day, found.amount) == (
        "filing_limit", KEY, last, 150.0,
    )  # fmt: skip
    assert near(last - dt.timedelta(days=15)) == []
    assert len(near(last)) == 1
    assert near(last + dt.timedelta(days=1)) == []
    assert f"until {last}" in found.text


def test_an_answered_claim_has_no_filing_limit() -> None:
    assert near(SERVED + dt.timedelta(days=85), _remittance(FIRST, KNOWN, "")) == []


def test_what_history_shows_counts_where_no_profile_says() -> None:
    day = SERVED + dt.timedelta(days=170)
    assert near(day, profiles=NONE) == []
    shown = Habits({}, {}, {code_hash("AAA"): 180})
    (found,) = near(day, profiles=NONE, habits=shown)
    assert found.last_day == SERVED + dt.timedelta(days=180)


@pytest.mark.parametrize(
    ("carc", "kind", "days", "category"),
    [
        ("16", "correction_limit", 60, "missing_information"),
        ("50", "appeal_limit", 30, "medical_necessity"),
    ],
)
def test_a_denial_that_nobody_works_is_told_before_its_limit(
    carc: str, kind: str, days: int, category: str
) -> None:
    last = KNOWN + dt.timedelta(days=days)
    (found,) = near(last - dt.timedelta(days=3), _remittance(FIRST, KNOWN, carc))
    assert (found.kind, found.last_day, found.category) == (kind, last, category)


def test_a_denial_that_somebody_works_is_not_told() -> None:
    day = KNOWN + dt.timedelta(days=28)
    denied = _remittance(FIRST, KNOWN, "50")
    assert len(near(day, denied)) == 1
    appealed = Entered(KEYS.claim(FIRST.claim_id), KNOWN + dt.timedelta(days=5), "appealed")
    assert near(day, denied, entered=(appealed,)) == []
    again = replace(FIRST, frequency="7", submitted_on=KNOWN + dt.timedelta(days=5))
    assert [one.kind for one in near(day, denied, again)] == []


def test_a_broken_promise_is_told_and_a_kept_one_is_not() -> None:
    counts = {
        "all": {"flagged": 500, "flagged_denied": 380},
        "AAA": {"flagged": 60, "flagged_denied": 20},
        "BBB": {"flagged": 0, "flagged_denied": 0},
    }
    (found,) = broken_promises(counts, 0.75)
    assert (found.group, found.flagged, found.denied) == ("AAA", 60, 20)
    assert "20 were denied (33 %), where 75 % was promised" in found.text
    assert found.document()["kind"] == "precision"
    with pytest.raises(ValueError, match="between 0 and 1"):
        broken_promises(counts, 1.0)


def test_looking_every_day_does_not_break_a_promise_that_holds() -> None:
    import numpy as np

    random = np.random.default_rng(5)
    alarms = 0
    for _ in range(300):
        denied = np.cumsum(random.random(400) < 0.8)
        every = range(5, 401, 5)
        alarms += any(evidence(n, int(denied[n - 1]), 0.8) >= 1 / ERROR for n in every)
    assert alarms / 300 <= ERROR
    low = np.cumsum(random.random(400) < 0.6)
    assert evidence(400, int(low[-1]), 0.8) > 1 / ERROR
