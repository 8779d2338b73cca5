"""A card with made-up figures, for tests of how cards are rendered."""

from __future__ import annotations

from typing import Any


def figure(value: float | None) -> dict[str, float | None]:
    if value is None:
        return {"value": None, "low": None, "high": None}
    return {"value": value, "low": round(value - 0.01, 6), "high": round(value + 0.01, 6)}


def row(name: str, claims: int, wrong: float | None) -> dict[str, Any]:
    found: dict[str, Any] = {"group": name, "claims": claims, "denied": claims // 5}
    if wrong is None:
        return found | {"measured": False}
    told = {"flagged": 0.2, "missed_rate": 0.31, "auroc": 0.81, "auprc": 0.6, "brier": 0.1}
    rates = {key: figure(value) for key, value in told.items()}
    gap = {"value": -0.012, "low": -0.02, "high": -0.004}
    return found | rates | {
        "measured": True, "false_hold_rate": figure(wrong), "calibration_gap": gap,
    }  # fmt: skip


def invented_card() -> dict[str, Any]:
    """A card with made-up figures."""
    names = ["auroc", "auprc", "recall_at_precision", "brier", "calibration_error", "log_loss"]
    overall = {name: figure(0.5 + place / 100) for place, name in enumerate(names)}
    overall |= {
        name: figure(0.3 + place / 100)
        for place, name in enumerate(
            ["flagged", "false_hold_rate", "missed_rate", "category_first", "category_in_three",
             "carc_first", "interval_coverage"]
        )
    }  # fmt: skip
    period = {"first": "2025-01-01", "last": "2025-02-01", "examples": 900, "denied": 200}
    apart = {"lowest": "female", "highest": "male", "difference": figure(0.05)}
    sexes = {"by": "sex", "what": "as stated", "apart": apart}
    sexes["rows"] = [row("female", 500, 0.111), row("male", 380, 0.161), row("not known", 20, None)]
    ages = {"by": "age band", "what": "years", "rows": [row("0 to 17", 50, None)], "apart": None}
    return {
        "form": 1,
        "made_on": "2025-03-04",
        "program": {"version": "0.1.0", "commit": "", "sources": "sha256:s"},
        "model": {
            "digest": "sha256:m", "judged_digest": "sha256:j", "rounds": 60, "threshold": 0.345,
            "recipe": {},
        },
        "data": {
            "digest": "sha256:d", "claims": 1234, "answered_until": "2025-02-28",
            "mature_days": 40, "left_out": {"no answer | yet": 17}, "payers": 3, "refit": None,
            "periods": [{"name": "training", **period}, {"name": "test", **period}],
        },
        "inputs": {"features": 3, "factors": {"charge": ["charge"], "patient": ["sex", "age"]}},
        "overall": {**overall, "claims": 900, "denied": 200, "threshold": 0.345,
                    "interval_level": 0.9},
        "peers": {"logistic": {"auroc": figure(0.7), "brier": figure(0.12)}},
        "calibration": [
            {"claims": 450, "denied": 40, "foretold": 0.1, "observed": figure(0.0889)},
            {"claims": 450, "denied": 160, "foretold": 0.4, "observed": figure(0.3556)},
        ],
        "categories": [
            {"category": "prior_<b>", "denied": 150, "measured": True, "flagged": figure(0.7),
             "named_first": figure(0.9), "auroc": figure(0.88)},
            {"category": "other", "denied": 3, "measured": False},
        ],
        "groups": [sexes, ages],
        "unknown_groups": {"rurality": "no address is held"},
        "least": 100,
        "least_of_category": 10,
        "months": [],
        "gates": [{"name": "discrimination", "verdict": "passed", "sentence": "AUROC & more"}],
    }  # fmt: skip
