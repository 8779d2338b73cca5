from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.csv as pcsv
import pytest

from claims.errors import UserError
from claims.extract.mapping import load_mapping
from claims.extract.propose import propose
from claims.extract.write import toml

if TYPE_CHECKING:
    from pathlib import Path

SECRETS = ("PATIENT77", "AUTH5555", "99213", "I219", "1234.5", "2025")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {
        "clm": {
            "ClaimID": ["c1", "c2"],
            "PatientId": ["PATIENT77", "PATIENT78"],
            "payer": ["A", "B"],
            "DateOfService": ["2025-01-01", "2025-01-02"],
            "SubmissionDate": ["2025-01-04", "2025-01-05"],
            "BilledAmount": ["1234.5", "88"],
            "icd10_code_1": ["I21.9", "E11.9"],
            "icd10_code_2": ["", "I21.9"],
            "priorAuthNumber": ["AUTH5555", ""],
            "CoverageEndDate": ["2025-12-31", ""],
            "AllowedAmount": ["1", "2"],
            "shoe_size": ["42", "43"],
        },
        "lines": {
            "claim_id": ["c1", "c1", "c2"],
            "CPT": ["99213", "36415", "99214"],
            "modifier1": ["25", "", ""],
            "units": ["1", "1", "2"],
        },
        "era": {
            "claim_number": ["c1", "c2"],
            "remit_date": ["2025-02-01", "2025-02-02"],
            "CARC": ["197", "45"],
            "paid_amount": ["0", "80"],
        },
        "ground_truth": {"claim_id": ["c1", "c2"], "root_cause": ["x", "y"]},
    }
    for name, columns in files.items():
        pcsv.write_csv(pa.table(columns), tmp_path / f"{name}.csv")
    return tmp_path


def test_names_and_values_give_a_mapping_that_loads(folder: Path) -> None:
    text = toml(propose(folder))
    (folder / "mapping.toml").write_text(text)
    mapping = load_mapping(folder / "mapping.toml")
    assert mapping.claims.file == "clm.csv"
    assert mapping.claims.columns == {
        "claim_id": ("ClaimID",),
        "member_id": ("PatientId",),
        "payer_id": ("payer",),
        "service_from": ("DateOfService",),
        "submitted_on": ("SubmissionDate",),
        "charge": ("BilledAmount",),
        "diagnoses": ("icd10_code_1", "icd10_code_2"),
        "authorization_given": ("priorAuthNumber",),
        "eligibility_coverage_end": ("CoverageEndDate",),
    }
    assert mapping.lines.file == "lines.csv"
    assert mapping.lines.columns == {
        "claim_id": ("claim_id",),
        "procedure": ("CPT",),
        "modifiers": ("modifier1",),
        "units": ("units",),
    }
    assert mapping.remittances is not None
    assert mapping.remittances.file == "era.csv"
    assert set(mapping.remittances.columns) == {"claim_id", "known_on", "carc", "paid"}


def test_it_says_why_and_what_was_left_out_and_no_value(folder: Path) -> None:
    text = toml(propose(folder))
    assert 'service_from = "DateOfService"  # high: the name, and its values are dates' in text
    assert "ground_truth.csv: by its name it holds labels" in text
    assert "clm.csv: AllowedAmount: looks like the answer (what was allowed): no input" in text
    assert "clm.csv: shoe_size: not known" in text
    for secret in SECRETS:
        assert secret not in text


def test_values_that_do_not_fit_are_not_mapped(tmp_path: Path) -> None:
    columns = {"claim_id": ["a", "b"], "service_date": ["soon", "later"], "denied": ["no", "yes"]}
    pcsv.write_csv(pa.table(columns), tmp_path / "claims.csv")
    made = tomllib.loads(toml(propose(tmp_path)))
    assert made["claims"]["columns"] == {"claim_id": "claim_id"}
    assert made["rules"] == {"submission_lag_days": 7, "answer_lag_days": 30}


def test_nothing_to_map(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no file or folder"):
        propose(tmp_path / "gone")
    with pytest.raises(UserError, match="looks like a claim id"):
        propose(tmp_path)


def test_odd_names_are_written_as_toml(tmp_path: Path) -> None:
    name = 'claim "id"\\'
    pcsv.write_csv(pa.table({name: ["a"], "denied": ["1"]}), tmp_path / "claims.csv")
    made = tomllib.loads(toml(propose(tmp_path)))
    assert made["claims"]["columns"]["claim_id"] == name
