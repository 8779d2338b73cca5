"""The way of a denial, from later files and from what people enter."""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "training"))

from invented_data import KEYS, START, _claim, _remittance

from claims.carc import load_catalogue
from claims.dataset import Dataset
from claims.errors import UserError
from claims.labels import label
from claims.tables import Gatherer
from claims.types import Claim, Remittance
from reports.denials.entered import Entered, EnteredKind, read_entered
from reports.denials.steps import NAMES
from reports.denials.ways import Ways, ways
from reports.kpi.report import kpis

SENT = START + dt.timedelta(days=10)
KNOWN = SENT + dt.timedelta(days=15)
FIRST = _claim(1, SENT, "AAA", "70553", False)
DENIED = replace(_remittance(FIRST, KNOWN, "197"), payer_claim_number="P1")
KEY = KEYS.claim(FIRST.claim_id)


def gathered(*values: Claim | Remittance) -> Dataset:
    gatherer = Gatherer("memory", KEYS, load_catalogue(), keep_ids=False)
    for value in (FIRST, DENIED, *values):
        gatherer.add(value)
    return Dataset(**gatherer.finish().tables)


def way(*values: Claim | Remittance, entered: tuple[Entered, ...] = ()) -> Ways:
    dataset = gathered(*values)
    return ways(dataset, label(dataset), entered=entered)


def names(found: Ways, place: int = 0) -> list[str]:
    return [step for step, _, _ in found.steps(place)]


def state(found: Ways) -> str:
    return NAMES[found.state[0]]


def after(days: int) -> dt.date:
    return KNOWN + dt.timedelta(days=days)


def said(kind: EnteredKind, days: int, cause: str = "") -> Entered:
    return Entered(KEY, after(days), kind, cause)


def test_a_denial_that_nobody_worked_is_identified() -> None:
    found = way()
    assert (names(found), state(found)) == (["identified"], "identified")


def test_a_correction_that_is_paid_recovers_the_denial() -> None:
    again = replace(FIRST, frequency="7", original_reference="P1", submitted_on=after(10))
    found = way(again, _remittance(again, after(30), ""))
    assert names(found) == ["identified", "corrected", "paid"]
    assert (state(found), found.recovered().tolist()) == ("paid", [10_000])


def test_the_same_service_under_a_new_id_belongs_to_the_denial() -> None:
    anew = replace(FIRST, claim_id="NEW", submitted_on=after(5))
    found = way(anew, _remittance(anew, after(20), "18"))
    # The copy was denied as well, and is a denial of its own.
    assert names(found) == ["identified", "resubmitted", "denied_again"]
    assert len(found.claim) == 2
    other = replace(anew, lines=(replace(anew.lines[0], procedure="99213"),))
    assert names(way(other)) == ["identified"]


def test_an_answer_that_pays_nothing_and_denies_nothing_is_an_adjustment() -> None:
    later = _remittance(FIRST, after(30), "45")
    assert state(way(later)) == "adjusted"


def test_another_payers_answer_ends_nothing() -> None:
    later = replace(_remittance(FIRST, after(30), ""), payer_id="OTHER")
    assert state(way(later)) == "identified"


def test_what_people_enter_is_part_of_the_way() -> None:
    events = (said("appeal_lost", 40), said("appealed", 12), said("root_cause", 13, "coding"))
    found = way(entered=events)
    assert names(found) == ["identified", "appealed", "appeal_lost"]
    assert found.root_cause == ("coding",)
    assert names(way(entered=(said("appealed", -1),))) == ["identified"]


def test_a_write_off_holds_until_the_payer_pays() -> None:
    assert state(way(entered=(said("written_off", 5),))) == "written_off"
    later = _remittance(FIRST, after(30), "")
    assert state(way(later, entered=(said("written_off", 5),))) == "paid"


def test_nothing_after_the_day_has_a_say() -> None:
    dataset = gathered(_remittance(FIRST, after(30), ""))
    labels = label(dataset)
    day = (after(29) - dt.date(1970, 1, 1)).days
    assert state(ways(dataset, labels, until=day)) == "identified"
    assert state(ways(dataset, labels, until=day + 1)) == "paid"
    assert len(ways(dataset, labels, until=day - 40).claim) == 0


@pytest.mark.parametrize(
    ("events", "won", "decided"),
    [
        ((), 0, 0),
        ((said("appealed", 5),), 0, 0),
        ((said("appealed", 5), said("appeal_won", 20)), 1, 1),
        ((said("appealed", 5), said("written_off", 20)), 0, 1),
        ((said("appeal_won", 20),), 0, 0),
    ],
)
def test_appeals_count_once_they_are_decided(
    events: tuple[Entered, ...], won: int, decided: int
) -> None:
    report = kpis(gathered(), until=after(100), entered=events)
    figure = report.figure("appeal_success_rate")
    assert (figure.numerator, figure.denominator) == (won, decided)


def test_a_payment_after_an_appeal_wins_it() -> None:
    dataset = gathered(_remittance(FIRST, after(30), ""))
    figure = kpis(dataset, entered=[said("appealed", 5)]).figure("appeal_success_rate")
    assert (figure.numerator, figure.denominator) == (1, 1)


def test_working_a_denial_costs_once() -> None:
    again = replace(FIRST, frequency="7", original_reference="P1", submitted_on=after(10))
    more = replace(again, submitted_on=after(40))
    report = kpis(gathered(again, more), until=after(100), rework=20.5)
    assert report.figure("cost_to_rework").numerator == float(Decimal("20.5"))


def entered_csv(folder: Path, *lines: str) -> Path:
    path = folder / "entered.csv"
    path.write_text("claim_id,day,event,root_cause\n" + "\n".join(lines) + "\n")
    return path


def test_entered_events_come_from_a_csv(tmp_path: Path) -> None:
    path = entered_csv(tmp_path, "ID1,2023-02-01,appealed,", "ID1,2023-02-02,root_cause,late")
    assert read_entered(path, KEYS) == [
        Entered(KEY, dt.date(2023, 2, 1), "appealed"),
        Entered(KEY, dt.date(2023, 2, 2), "root_cause", "late"),
    ]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (",2023-02-01,appealed,", "line 2: claim_id is empty"),
        ("ID1,yesterday,appealed,", "line 2: day is no date"),
        ("ID1,2023-02-01,called,", "line 2: event must be one of appealed"),
        ("ID1,2023-02-01,root_cause,MRS DOE", "line 2: root_cause must be one of registration"),
    ],
)
def test_a_line_that_cannot_be_read_is_told_without_a_piece_of_it(
    tmp_path: Path, line: str, says: str
) -> None:
    with pytest.raises(UserError, match=says) as caught:
        read_entered(entered_csv(tmp_path, line), KEYS)
    assert not any(part in str(caught.value) for part in ("ID1", "yesterday", "called", "DOE"))
