"""The raw columns and the parts of a dataset, on three claims written down here."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from benchmarks.peers import cut, raw
from claims.dataset import Dataset
from claims.schema import TABLES

DAY = dt.date(2025, 3, 1)
EPOCH = dt.date(1970, 1, 1)


def table(name: str, *rows: dict[str, Any]) -> pa.Table:
    """Rows of one of our tables; what is not given is not stated."""
    schema = TABLES[name]

    def nothing(kind: pa.DataType) -> Any:
        if pa.types.is_string(kind):
            return ""
        if pa.types.is_list(kind):
            return []
        if pa.types.is_boolean(kind):
            return False
        return 0 if pa.types.is_integer(kind) else None

    full = [{f.name: row.get(f.name, nothing(f.type)) for f in schema} for row in rows]
    return pa.Table.from_pylist(full, schema)


def line(procedure: str, charge: str, **more: Any) -> dict[str, Any]:
    given = {"procedure": procedure, "charge": Decimal(charge), "units": Decimal("1.000")}
    return given | {"service_from": DAY, "service_to": DAY} | more


@pytest.fixture
def dataset() -> Dataset:
    claims = [
        {"claim_key": key, "member_key": 10 + key, "line_count": lines, "payer_id": payer}
        | {"charge": Decimal("300.00"), "diagnoses": ["M5450", "E119"], "age": 40, "sex": "F"}
        | {"service_from": DAY, "service_to": DAY, "submitted_on": DAY + dt.timedelta(days=lag)}
        for key, lines, payer, lag in ((1, 2, "A", 4), (2, 1, "B", 10), (3, 1, "A", 40))
    ]
    claims[1]["eligibility_coverage_end"] = DAY - dt.timedelta(days=3)
    lines = [
        line("99213", "100.00", modifiers=["25"], diagnosis_pointers=[2]),
        line("20610", "200.00", modifiers=["RT", "59"], diagnosis_pointers=[1]),
        line("97110", "300.00", units=Decimal("4.000")),
        line("99214", "300.00"),
    ]
    answers = [
        {"claim_key": key, "line_count": count, "known_on": DAY + dt.timedelta(days=day)}
        | {"first_outcome": True, "outcome": outcome}
        for key, count, day, outcome in ((3, 1, 60, "paid"), (2, 1, 30, "denied"))
    ]
    adjustments = [
        {"claim_key": 3, "remittance": 0, "carc": "45"},
        {"claim_key": 2, "remittance": 1, "carc": "197"},
    ]
    return Dataset(
        claims=table("claims", *claims),
        lines=table("lines", *lines),
        remittances=table("remittances", *answers),
        remittance_lines=table("remittance_lines", {"claim_key": 3}, {"claim_key": 2}),
        adjustments=table("adjustments", *adjustments),
        provider_adjustments=table("provider_adjustments"),
    )


def test_a_claim_is_told_by_its_dearest_line(dataset: Dataset) -> None:
    rows = raw.claim_rows(dataset)
    assert rows["dearest_line_procedure"].tolist() == ["20610", "97110", "99214"]
    assert rows["dearest_line_modifiers"].tolist() == ["59 RT", "", ""]
    assert rows["second_line_procedure"].tolist() == ["99213", "", ""]
    assert rows["all_modifiers"][0] == "25 59 RT"
    assert rows["most_line_units"].tolist() == [1, 4, 1]
    assert rows["lag"].tolist() == [4, 10, 40]
    assert rows["line_count"].tolist() == [2, 1, 1]
    assert rows["charge"].tolist() == [300, 300, 300]


def test_spans_of_days_are_not_known_where_one_day_is_not(dataset: Dataset) -> None:
    left = raw.claim_rows(dataset)["coverage_left"].to_numpy()
    assert left[1] == -3
    assert np.isnan(left[[0, 2]]).all()


def test_a_line_carries_its_claims_columns_and_its_own_diagnosis(dataset: Dataset) -> None:
    rows = raw.line_rows(dataset)
    assert rows["payer_id"].tolist() == ["A", "A", "B", "A"]
    assert rows["line_diagnosis"].tolist() == ["E119", "M5450", "M5450", "M5450"]
    assert rows["line_diagnosis_group"].tolist() == ["E11", "M54", "M54", "M54"]
    assert rows["line_charge"].tolist() == [100, 200, 300, 300]


def test_nothing_of_an_answer_or_of_a_person_is_a_column(dataset: Dataset) -> None:
    silent = replace(dataset, remittances=dataset.remittances.slice(0, 0))
    for rows in (raw.claim_rows, raw.line_rows):
        assert rows(silent).equals(rows(dataset))
        assert not {"claim_key", "member_key"} & set(rows(dataset).columns)


def test_before_a_day_there_is_what_was_sent_and_known_by_then(dataset: Dataset) -> None:
    first = cut.before(dataset, (DAY - EPOCH).days + 40)
    assert first.claims["claim_key"].to_pylist() == [1, 2]
    assert first.lines["procedure"].to_pylist() == ["99213", "20610", "97110"]
    assert first.remittances["outcome"].to_pylist() == ["denied"]
    assert first.remittance_lines["claim_key"].to_pylist() == [2]
    # The adjustment follows its remittance to its new row.
    assert first.adjustments.select(["remittance", "carc"]).to_pylist() == [
        {"remittance": 0, "carc": "197"}
    ]
    # What comes on the day itself is not there yet.
    assert cut.before(dataset, (DAY - EPOCH).days + 30).remittances.num_rows == 0


def test_members_are_taken_with_their_answers(dataset: Dataset) -> None:
    part = cut.of_members(dataset, np.array([False, False, True]))
    assert part.claims["claim_key"].to_pylist() == [3]
    assert part.lines["procedure"].to_pylist() == ["99214"]
    assert part.adjustments["carc"].to_pylist() == ["45"]
