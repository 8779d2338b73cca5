"""Random frames and labels: no world behind them, only shapes and ties."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.columns import NO_DAY
from features.frame import CLAIM_COLUMNS, NO_UNITS, Frame

NEVER = np.int32(2**31 - 1)


@dataclass(frozen=True)
class FakeLabels:
    """The fields of ``claims.labels.Labels`` that a history reads."""

    example: NDArray[np.bool_]
    outcome: NDArray[np.int8]
    category: NDArray[np.int8]
    known_on: NDArray[np.int32]
    line_denied: NDArray[np.int8]
    line_category: NDArray[np.int8]


def random_frame(rng: np.random.Generator, claims: int, *, least_lines: int = 1) -> Frame:
    """Draw a frame with few distinct codes, so that keys repeat."""
    sizes = rng.integers(least_lines, 5, claims)
    line_claim = np.repeat(np.arange(claims), sizes)
    submitted = rng.integers(20_000, 20_400, claims).astype(np.int32)
    columns: dict[str, Any] = {}
    for field in fields(Frame):
        rows = claims if field.name in CLAIM_COLUMNS else len(line_claim)
        kind = str(field.type)
        if kind == "Flags":
            columns[field.name] = rng.random(rows) < 0.5
        elif kind == "U64":
            columns[field.name] = rng.integers(0, 4, rows).astype(np.uint64)
        else:
            dtype = {"I8": np.int8, "I16": np.int16, "I32": np.int32, "I64": np.int64}[kind]
            columns[field.name] = rng.integers(0, 4, rows).astype(dtype)
    columns |= {
        "claim_key": np.arange(1, claims + 1).astype(np.uint64),
        "member": rng.integers(0, 40, claims).astype(np.uint64),
        "submitted": submitted,
        "as_of": submitted,
        "service_from": submitted - 10,
        "service_to": submitted - rng.integers(0, 200, claims).astype(np.int32),
        "charge": rng.integers(1, 10**6, claims),
        "line_claim": line_claim,
        "line_from": (submitted[line_claim] // 50 * 50 - 10).astype(np.int32),
        "units": rng.integers(0, 9000, len(line_claim)),
    }
    return Frame(**columns | _front_desk(rng, columns))


def _front_desk(rng: np.random.Generator, claim: dict[str, Any]) -> dict[str, Any]:
    """Give some claims coverage and authorization facts, right and wrong ones."""
    n, m = len(claim["submitted"]), len(claim["line_claim"])

    def around(day: NDArray[np.int32], before: int, after: int) -> NDArray[np.int32]:
        given = rng.random(n) < 0.5
        return np.where(given, day + rng.integers(-before, after, n), NO_DAY).astype(np.int32)

    return {
        "eligibility_checked": around(claim["submitted"], 30, 5),
        "eligibility_active": rng.integers(-1, 2, n).astype(np.int8),
        "coverage_end": around(claim["service_to"], 20, 60),
        "authorization_from": around(claim["service_from"], 50, 10),
        "authorization_to": around(claim["service_to"], 10, 50),
        "authorization_units": np.where(rng.random(n) < 0.5, rng.integers(0, 20_000, n), NO_UNITS),
        "line_covered": rng.integers(-1, 2, m).astype(np.int8),
    }


def random_labels(rng: np.random.Generator, frame: Frame) -> FakeLabels:
    """Draw outcomes; one claim in five is never answered."""
    n, m = len(frame), len(frame.line_claim)
    outcome = rng.choice(np.array([-1, 0, 0, 1, 2], np.int8), n)
    lag = rng.integers(1, 60, n)
    line_denied = np.where(
        outcome[frame.line_claim] < 0, -1, np.where(rng.random(m) < 0.4, 1, 0)
    ).astype(np.int8)
    return FakeLabels(
        example=outcome >= 0,
        outcome=outcome,
        category=np.where(outcome > 0, rng.integers(0, 14, n), -1).astype(np.int8),
        known_on=np.where(outcome >= 0, frame.submitted + lag, NEVER).astype(np.int32),
        line_denied=line_denied,
        line_category=np.where(line_denied == 1, rng.integers(0, 14, m), -1).astype(np.int8),
    )
