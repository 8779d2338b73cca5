"""The worklist of a batch: what to do first, and what fits into a day (``models.rank``)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from models.rank import rank

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.rank import Budget
    from service.scoring.service import Answer

_OF_ACTION = ("action", "owner", "text", "minutes", "saving", "deadline")


def worklist(answers: Sequence[Answer], budget: Budget) -> dict[str, object]:
    """Answers and problems of a batch, in its order, as the document of ``POST /rank``.

    A problem tells by ``claim`` which claim of the batch it is about, counted from 1.
    """
    scores = [one for one in answers if "status" not in one]
    saving = np.array([float(_value(one)["saving"]) for one in scores])
    minutes = np.array([float(_value(one)["minutes"]) for one in scores])
    flagged = np.array([one["decision"] != "submit" for one in scores], np.bool_)
    ranking = rank(saving, minutes, flagged, budget)
    entries = [
        _entry(number, scores[place], chosen=bool(ranking.chosen[place]))
        for number, place in enumerate(ranking.order.tolist(), start=1)
    ]
    chosen = np.flatnonzero(ranking.chosen)
    decisions = Counter(str(one["decision"]) for one in scores)
    return {
        "worklist": entries,
        "totals": {
            "claims": len(scores),
            **{decision: decisions[decision] for decision in ("hold", "review", "submit")},
            "chosen": len(chosen),
            "minutes": float(minutes[chosen].sum()),
            "saving": f"{saving[chosen].sum():.2f}",
            "saving_of_all": f"{saving[flagged & (saving > 0)].sum():.2f}",
            "budget": {"actions": budget.actions, "minutes": budget.minutes},
        },
        "problems": [
            {**one, "claim": number}
            for number, one in enumerate(answers, start=1)
            if "status" in one
        ],
    }


def _entry(number: int, score: Answer, *, chosen: bool) -> dict[str, object]:
    first = cast("Sequence[dict[str, Any]]", score["actions"])[0]
    return {
        "rank": number,
        "chosen": chosen,
        "claim_id": score["claim_id"],
        "score_id": score["score_id"],
        "denial_probability": score["denial_probability"],
        "decision": score["decision"],
        "decision_reason": score["decision_reason"],
        **{name: first[name] for name in _OF_ACTION},
        "saving_per_minute": _value(score)["saving_per_minute"],
        "amount_at_risk": score["amount_at_risk"],
    }


def _value(score: Answer) -> dict[str, Any]:
    return cast("dict[str, Any]", score["value"])
