"""What advice that was followed has prevented, told from the audit log's scores and outcomes.

It takes plain rows, so that whoever keeps the log need not be known here. Of each claim the scores
before its first answer are taken in order. It was *advised* when the first of them was ``hold`` or
``review``; the advice was *followed* when the claim as sent (the last score) is another claim than
the first one scored, and is less likely to be denied. Then its way is compared with what the first
score foretold, and only where the payer paid.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

ADVISED: Final = frozenset({"hold", "review"})
_SCHEMA: Final = pa.schema(
    [("known_on", pa.date32()), ("prevented", pa.int64()), ("followed", pa.int64())]
)


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One score with its outcome, if that is known.

    ``claim``: what makes the claim one, such as its key. ``scored_at``: ISO 8601. ``amount``: the
    amount at risk in dollars. ``claim_digest`` differs where the claim was changed. ``outcome`` is
    ``paid``, ``partial``, ``denied`` or ``""``; ``counts`` is false for scores of a resubmission
    and for those made after the answer.
    """

    claim: str
    scored_at: str
    denial_probability: float
    decision: str
    amount: float
    claim_digest: str
    known_on: dt.date | None = None
    outcome: str = ""
    counts: bool = True

    @classmethod
    def of(cls, score: Mapping[str, Any], outcome: Mapping[str, Any] | None) -> ScoreRow:
        """From the fields of a score and the body of its ``outcome`` event (docs/audit.md)."""
        said = outcome or {}
        first = said.get("submission", 1) == 1 and not said.get("retrospective", False)
        known = said.get("known_on")
        return cls(
            claim=str(score["claim_key"]),
            scored_at=str(score["scored_at"]),
            denial_probability=float(score["denial_probability"]),
            decision=str(score["decision"]),
            amount=float(score["amount_at_risk"]),
            claim_digest=str(score["claim_digest"]),
            known_on=dt.date.fromisoformat(str(known)) if known else None,
            outcome=str(said.get("outcome", "")),
            counts=bool(first),
        )


def advice_table(rows: Iterable[ScoreRow]) -> pa.Table:
    """A row for each advised claim whose first answer is known: what was prevented, in cents."""
    of_claim: dict[str, list[ScoreRow]] = {}
    for row in rows:
        if row.counts and row.known_on is not None:
            of_claim.setdefault(row.claim, []).append(row)
    known, prevented, followed = [], [], []
    for scores in of_claim.values():
        scores.sort(key=lambda row: row.scored_at)
        first, last = scores[0], scores[-1]
        if first.decision not in ADVISED:
            continue
        fall = first.denial_probability - last.denial_probability
        did = first.claim_digest != last.claim_digest and fall > 0
        known.append(last.known_on)
        followed.append(int(did))
        prevented.append(round(fall * first.amount * 100) if did and last.outcome == "paid" else 0)
    return pa.table([known, prevented, followed], schema=_SCHEMA)
