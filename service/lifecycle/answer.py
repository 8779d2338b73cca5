"""A score in the shape of *Claims Lifecycle AI*: claim, lines, three reasons with three CARCs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from service.scoring.service import Answer


def predicted(score: Answer, *, drg: bool) -> dict[str, object]:
    """The answer of ``POST /lifecycle`` for one claim's ``score``.

    A claim is told as denied at or above the threshold, and then each line that is there too; where
    no line alone is, the riskiest: what is denied is denied for some line. The model tells causes
    of the claim, so denied lines have its reasons.
    """
    threshold = cast("float", score["threshold"])
    probability = cast("float", score["denial_probability"])
    lines = cast("list[dict[str, Any]]", score["lines"])
    reasons = _reasons(cast("list[dict[str, Any]]", score["categories"]))
    denied = probability >= threshold
    riskiest = max((line["denial_probability"] for line in lines), default=0.0)
    least = min(threshold, riskiest)
    told = [
        _line(line, reasons if denied and line["denial_probability"] >= least else None)
        for line in lines
    ]
    claim = {
        "claimId": score["claim_id"],
        "claimDenied": denied,
        "denialProbability": probability,
        "drg": drg,
        "lines": told,
        "denialReasons": reasons if denied else [],
    }
    model = cast("dict[str, str]", score["model"])
    support = cast("dict[str, Any]", score["support"])
    return {
        "requestId": score["score_id"],
        "modelVersion": model["version"],
        "threshold": threshold,
        "precisionPromised": score["precision_promised"],
        "decision": score["decision"],
        "support": support["level"],
        "notes": support["notes"],
        "claims": [claim],
    }


def _line(line: dict[str, Any], reasons: list[dict[str, object]] | None) -> dict[str, object]:
    told: dict[str, object] = {
        "lineId": str(line["line"]),
        "lineDenied": reasons is not None,
        "denialProbability": line["denial_probability"],
    }
    return told if reasons is None else {**told, "denialReasons": reasons}


def _reasons(categories: list[dict[str, Any]]) -> list[dict[str, object]]:
    return [
        {
            "reason": one["category"],
            "probability": one["probability"],
            "eraCarcCodes": [
                {"code": carc["code"], "probability": carc["probability"]} for carc in one["carcs"]
            ],
        }
        for one in categories
    ]
