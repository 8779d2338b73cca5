from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest

from claims.errors import UserError
from claims.extract.leaks import named_like_the_answer, predicts_too_well, truth_file

if TYPE_CHECKING:
    from .conftest import Extract

ANSWERS = (
    *("paid_amount", "pmt", "LINE_NCH_PMT_AMT", "allowed", "LINE_ALOWD_CHRG_AMT", "ded", "coins"),
    *("LINE_BENE_PTB_DDCTBL_AMT", "adjustment_amount", "denial_code", "carc_code", "claim_status"),
    *("remit_date", "PaidDate", "checkDate", "is_denied", "LINE_PRCSG_IND_CD", "injected_error"),
    *("is_preventable", "root_cause", "eobDate", "adjudicationDate", "appeal_level"),
)
INPUTS = (
    *("claim_id", "billed_amount", "submitted_charge", "auth_number", "coverage_end_date", "units"),
    *("service_date", "submission_date", "icd10_code", "ICD9_DGNS_CD_1", "department_id", "ldx"),
)


@pytest.mark.parametrize("name", ANSWERS)
def test_names_of_the_answer(name: str) -> None:
    assert named_like_the_answer(name)


@pytest.mark.parametrize("name", INPUTS)
def test_names_of_inputs(name: str) -> None:
    assert not named_like_the_answer(name)


def test_a_word_is_allowed_in_the_field_that_means_it() -> None:
    assert named_like_the_answer("patient_status")
    assert not named_like_the_answer("patient_status", "patient_status")
    assert not named_like_the_answer("pt_paid_amt", "patient_paid")
    assert named_like_the_answer("pt_denied_amt", "patient_paid")


def test_files_of_labels() -> None:
    assert truth_file("ground_truth_labels")
    assert not truth_file("claims")


def denied(count: int = 4000, rate: float = 0.15) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
    return (np.random.default_rng(5).random(count) < rate).astype(np.int8)


@pytest.mark.parametrize("kind", ["amount", "code", "day"])
def test_a_copy_of_the_outcome_is_found_however_it_is_stored(kind: str) -> None:
    outcome = denied()
    noise = np.random.default_rng(6)
    flipped = np.where(noise.random(len(outcome)) < 0.05, 1 - outcome, outcome)
    columns = {
        # neither end of the amounts alone: what is paid lies on both sides of what is not
        "amount": pa.array(np.where(flipped == 1, 0.0, noise.normal(size=len(outcome)) * 100)),
        "code": pa.array(np.where(flipped == 1, "X", "Q").tolist()),
        "day": pa.array(
            flipped.astype(np.int32) * 400 + noise.integers(0, 300, len(outcome)), pa.int32()
        ),
    }
    column = columns[kind].cast(pa.date32()) if kind == "day" else columns[kind]
    assert "AUROC of 0.9" in predicts_too_well(column, outcome)


def test_a_column_stated_for_denied_claims_alone() -> None:
    outcome = denied()
    stated = (outcome == 1) & (np.random.default_rng(7).random(len(outcome)) < 0.3)
    dates = pa.array(np.arange(len(outcome)), pa.int32(), mask=~stated)
    assert "on which it is stated were denied" in predicts_too_well(dates, outcome)


def test_what_knows_nothing_or_something_passes() -> None:
    outcome = denied()
    noise = np.random.default_rng(8)
    chance = noise.random(len(outcome))
    fair = np.where(outcome == 1, chance < 0.6, chance < 0.3)
    assert not predicts_too_well(pa.array(np.arange(len(outcome)).astype(str).tolist()), outcome)
    assert not predicts_too_well(pa.array(fair), outcome)
    assert not predicts_too_well(pa.array(np.full(len(outcome), "")), outcome)


def test_few_claims_prove_nothing_and_open_ones_do_not_count() -> None:
    outcome = denied(150)
    assert not predicts_too_well(pa.array(outcome), outcome)
    outcome = denied()
    outcome[150:] = -1
    assert not predicts_too_well(pa.array(outcome), outcome)


def test_rows_of_one_member_do_not_speak_for_one_another() -> None:
    """A rare code that a member's ten claims share tells who it is, not what becomes of it."""
    member = np.repeat(np.arange(400), 10)
    outcome = denied(400)[member]
    code = pa.array([f"D{one}" for one in member])
    assert predicts_too_well(code, outcome)
    assert not predicts_too_well(code, outcome, member)
    assert predicts_too_well(pa.array(outcome), outcome, member)


MAPPING = """
[claims]
file = "claims.csv"
[claims.columns]
claim_id = "id"
submitted_on = "sent"
place_of_service = "zone"
[remittances.columns]
denied = "denied"
known_on = "known"
"""


def columns(zone: str) -> dict[str, list[object]]:
    outcome = denied(1000)
    return {
        "id": [f"c{at}" for at in range(len(outcome))],
        "sent": ["2025-01-01"] * len(outcome),
        zone: (11 + outcome).tolist(),
        "denied": outcome.tolist(),
        "known": ["2025-02-01"] * len(outcome),
    }


def test_reading_refuses_the_answer_by_test_and_by_name(extract: Extract) -> None:
    with pytest.raises(UserError, match=r"column zone, which looks like the answer \(it alone"):
        extract(MAPPING, claims=columns("zone"))
    with pytest.raises(UserError, match=r"its name says what was allowed"):
        extract(MAPPING.replace("zone", "allowed"), claims=columns("allowed"))
    with pytest.raises(UserError, match="by its name holds labels"):
        extract(MAPPING.replace("claims.csv", "labels.csv"), labels=columns("zone"))
