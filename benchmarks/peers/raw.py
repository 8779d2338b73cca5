"""The raw columns of claims and lines, as a data scientist would make them in an afternoon.

Every column is on the claim itself: nothing is counted over other claims. Texts are categories,
counts, amounts and spans of days are numbers (NaN where not stated).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from claims.arrays import NO_DAY, cents, days, numbers
from claims.dataset import Dataset

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]

_TEXTS: Final = (
    "form", "payer_id", "filing_code", "position", "relationship", "sex", "frequency",
    "place_of_service", "bill_type", "billing_npi", "billing_taxonomy", "rendering_npi",
    "rendering_taxonomy", "attending_npi", "facility_npi", "delay_reason", "admission_type",
    "admission_source", "patient_status", "drg",
)  # fmt: skip
_FLAGS: Final = (
    "authorization_given", "referral_given", "clia_given", "notes_present",
    "other_payer_adjudicated", "eligibility_active",
)  # fmt: skip
_GIVEN: Final = ("referring_npi", "supervising_npi", "original_reference_key")
_LINE_TEXTS: Final = ("procedure", "place_of_service", "revenue_code", "rendering_npi")
_LINE_FLAGS: Final = (
    "authorization_given", "referral_given", "clia_given", "ndc_given", "emergency",
)  # fmt: skip


def _text(column: pa.ChunkedArray) -> NDArray[np.object_]:
    return np.array([value or "" for value in column.to_pylist()], object)


def _flag(column: pa.ChunkedArray) -> F64:
    return np.array([np.nan if value is None else value for value in column.to_pylist()], float)


def _span(last: pa.ChunkedArray, first: pa.ChunkedArray) -> F64:
    """Days from ``first`` to ``last``; NaN where either is not stated."""
    end, begin = days(last).astype(float), days(first).astype(float)
    return np.where((end == NO_DAY) | (begin == NO_DAY), np.nan, end - begin)


def _codes(column: pa.ChunkedArray, join: Callable[[list[Any]], str]) -> NDArray[np.object_]:
    return np.array([join(value or []) for value in column.to_pylist()], object)


def _together(values: list[str]) -> str:
    return " ".join(sorted({value for value in values if value}))


def _at(place: int, length: int = 99) -> Callable[[list[str]], str]:
    return lambda values: values[place][:length] if place < len(values) else ""


def claim_level(claims: pa.Table) -> dict[str, NDArray[Any]]:
    """Read what stands on each claim itself: arrays of n."""
    made: dict[str, NDArray[Any]] = {name: _text(claims[name]) for name in _TEXTS}
    made |= {name: _flag(claims[name]) for name in _FLAGS}
    for name in _GIVEN:
        made[f"{name}_given"] = np.array([bool(v) for v in claims[name].to_pylist()], float)
    diagnoses = claims["diagnoses"]
    service = claims["service_from"]
    weekday = (days(service).astype(float) + 3) % 7
    age = np.array([np.nan if v is None or v < 0 else v for v in claims["age"].to_pylist()], float)
    paid = claims["other_payer_paid"]
    return made | {
        "diagnosis": _codes(diagnoses, _at(0)),
        "diagnosis_group": _codes(diagnoses, _at(0, 3)),
        "second_diagnosis_group": _codes(diagnoses, _at(1, 3)),
        "related_causes": _codes(claims["related_causes"], _together),
        "attachments": _codes(claims["attachments"], _together),
        "weekday": np.where(days(service) == NO_DAY, np.nan, weekday),
        "age": age,
        "charge": cents(claims["charge"]) / 100,
        "line_count": numbers(claims["line_count"]).astype(float),
        "diagnosis_count": np.array([len(v or []) for v in diagnoses.to_pylist()], float),
        "lag": _span(claims["submitted_on"], claims["service_to"]),
        "service_days": _span(claims["service_to"], service),
        "coverage_left": _span(claims["eligibility_coverage_end"], service),
        "checked_before": _span(service, claims["eligibility_checked_on"]),
        "authorization_left": _span(claims["authorization_valid_to"], service),
        "authorization_begun": _span(service, claims["authorization_valid_from"]),
        "accident_given": (days(claims["accident_on"]) != NO_DAY).astype(float),
        "other_payer_count": np.array(
            [v or 0 for v in claims["other_payer_count"].to_pylist()], float
        ),
        "other_payer_paid": cents(paid) / 100,
    }


def line_level(lines: pa.Table) -> dict[str, NDArray[Any]]:
    """Read what stands on each line itself: arrays of m."""
    made: dict[str, NDArray[Any]] = {f"line_{name}": _text(lines[name]) for name in _LINE_TEXTS}
    made |= {f"line_{name}": _flag(lines[name]) for name in _LINE_FLAGS}
    units = lines["units"].to_pylist()
    return made | {
        "line_modifiers": _codes(lines["modifiers"], _together),
        "line_charge": cents(lines["charge"]) / 100,
        "line_units": np.array([np.nan if v is None else float(v) for v in units], float),
        "line_number": numbers(lines["number"]).astype(float),
        "line_days": _span(lines["service_to"], lines["service_from"]),
    }


def line_diagnoses(dataset: Dataset, claim_of: I64) -> dict[str, NDArray[Any]]:
    """Read the diagnosis that each line points to first; the principal one where to none."""
    codes = dataset.claims["diagnoses"].to_pylist()
    pointers = dataset.lines["diagnosis_pointers"].to_pylist()
    found = []
    for claim, pointed in zip(claim_of.tolist(), pointers, strict=True):
        own, place = codes[claim] or [], pointed[0] - 1 if pointed else 0
        found.append(own[place] if 0 <= place < len(own) else "")
    whole = np.array(found, object)
    group = np.array([code[:3] for code in found], object)
    return {"line_diagnosis": whole, "line_diagnosis_group": group}


def _frame(columns: dict[str, NDArray[Any]]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            name: pd.Series(values, dtype=object if values.dtype == object else float)
            for name, values in columns.items()
        }
    )


def line_rows(dataset: Dataset) -> pd.DataFrame:
    """Make a row for each line: the line's own columns with those of its claim."""
    sizes = numbers(dataset.claims["line_count"])
    claim_of = np.repeat(np.arange(dataset.claims.num_rows), sizes)
    of_claim = {name: values[claim_of] for name, values in claim_level(dataset.claims).items()}
    return _frame(of_claim | line_level(dataset.lines) | line_diagnoses(dataset, claim_of))


def claim_rows(dataset: Dataset) -> pd.DataFrame:
    """Make a row for each claim: its own columns, its dearest line, the procedure of the next."""
    sizes = numbers(dataset.claims["line_count"])
    claim_of = np.repeat(np.arange(dataset.claims.num_rows), sizes)
    of_line = line_level(dataset.lines) | line_diagnoses(dataset, claim_of)
    order = np.lexsort((-of_line["line_charge"], claim_of))
    starts = np.cumsum(sizes) - sizes
    columns = claim_level(dataset.claims)
    for name, values in of_line.items():
        columns[f"dearest_{name}"] = _nth(values[order], starts, sizes, 0)
    for name in ("line_procedure", "line_modifiers"):
        columns[f"second_{name}"] = _nth(of_line[name][order], starts, sizes, 1)
    columns["all_modifiers"] = _all_modifiers(of_line["line_modifiers"], claim_of, len(sizes))
    for name in ("line_units", "line_authorization_given", "line_referral_given"):
        columns[f"most_{name}"] = _most(of_line[name], claim_of, len(sizes))
    return _frame(columns)


def _nth(ordered: NDArray[Any], starts: I64, sizes: I64, place: int) -> NDArray[Any]:
    """Take the line at ``place`` of each claim; "" or NaN where it has fewer."""
    nothing: Any = "" if ordered.dtype == object else np.nan
    taken = np.full(len(starts), nothing, ordered.dtype)
    there = sizes > place
    taken[there] = ordered[starts[there] + place]
    return taken


def _all_modifiers(modifiers: NDArray[Any], claim_of: I64, count: int) -> NDArray[Any]:
    found: list[set[str]] = [set() for _ in range(count)]
    for claim, text in zip(claim_of.tolist(), modifiers.tolist(), strict=True):
        found[claim].update(text.split())
    return np.array([" ".join(sorted(each)) for each in found], object)


def _most(values: F64, claim_of: I64, count: int) -> F64:
    most = np.full(count, -np.inf)
    np.maximum.at(most, claim_of, np.nan_to_num(values, nan=-np.inf))
    return np.where(np.isfinite(most), most, np.nan)
