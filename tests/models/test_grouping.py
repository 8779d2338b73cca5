"""A detail is blamed only where it makes a difference."""

from __future__ import annotations

import numpy as np
from invented import Practice

from features.catalog import FEATURES, NAMES, PLACE
from models.grouping import AMOUNT_OF_HISTORY, GROUPS, grouped


def _row(**values: float) -> np.ndarray:
    row = np.full(len(NAMES), np.nan, np.float32)
    for name, value in values.items():
        row[PLACE[name]] = value
    return row


def _factor(row: np.ndarray, name: str) -> str:
    return GROUPS[grouped(row[None])[0][0, PLACE[name]]]


def test_a_fine_rate_that_says_the_same_speaks_for_the_broader_key() -> None:
    row = _row(payer_procedure_rate=0.55, payer_procedure_missing_rate=0.56)
    assert _factor(row, "payer_procedure_missing_rate") == "procedure_history"


def test_a_fine_rate_that_differs_speaks_for_itself() -> None:
    row = _row(payer_procedure_rate=0.3, payer_procedure_missing_rate=0.8)
    assert _factor(row, "payer_procedure_missing_rate") == "missing_information"
    row = _row(payer_procedure_rate=0.3, payer_procedure_missing_rate=0.05)
    assert _factor(row, "payer_procedure_missing_rate") == "missing_information"


def test_tiny_rates_are_the_same_whatever_their_ratio() -> None:
    row = _row(
        payer_authorization_rate=0.004, payer_procedure_authorization_authorization_rate=1e-6
    )
    assert _factor(row, "payer_procedure_authorization_authorization_rate") == "payer_history"


def test_it_goes_up_as_far_as_nothing_differs() -> None:
    row = _row(
        payer_lines_rate=0.2,
        payer_procedure_range_rate=0.2,
        payer_procedure_rate=0.2,
        payer_procedure_diagnosis_rate=0.21,
        payer_procedure_code_rate=0.2,
    )
    assert _factor(row, "payer_procedure_code_rate") == "payer_history"
    row[PLACE["payer_procedure_diagnosis_rate"]] = 0.6
    row[PLACE["payer_procedure_code_rate"]] = 0.61
    assert _factor(row, "payer_procedure_code_rate") == "diagnosis"


def test_counts_are_one_factor_and_facts_keep_theirs(world: Practice) -> None:
    found = grouped(world.values[:1])[0][0]
    for place, feature in enumerate(FEATURES):
        if feature.measure == "seen":
            who = feature.kind in {"rendering", "payer_rendering", "payer_member"}
            assert GROUPS[found[place]] == (feature.factor if who else AMOUNT_OF_HISTORY)
        if feature.measure == "fact":
            assert GROUPS[found[place]] == feature.factor


def test_what_is_not_known_is_apart() -> None:
    row = _row(payer_procedure_rate=0.3)
    assert _factor(row, "payer_procedure_missing_rate") == "missing_information"


def test_what_is_combined_speaks_for_the_strongest_cause() -> None:
    fine = "payer_authorization_state_authorization_rate"
    row = _row(payer_authorization_rate=0.01, payer_lag_timely_filing_rate=0.2, combined_rate=0.6)
    row[PLACE[fine]] = 0.5
    assert _factor(row, "combined_rate") == "authorization"
    row[PLACE["payer_lag_timely_filing_rate"]] = 0.7
    assert _factor(row, "combined_rate") == "filing_lag"
