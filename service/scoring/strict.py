"""``?strict=true``: what the 837 guide's judge finds, given to the claims that it concerns."""

from __future__ import annotations

from dataclasses import replace

from models.edits.guide import by_claim
from service.problems import Problem
from service.scoring.x12 import Found


def judged(body: bytes, found: Found) -> Found:
    """The slots of ``found`` with the guide's edits. Raises ``Problem`` (422) without pyx12."""
    try:
        from claims.x12.judged import judge_claims
    except ImportError:
        text = (
            "strict needs pyx12, which this service does not have: install preclear[train] where "
            "it runs, or leave strict out."
        )
        raise Problem(422, "strict-unavailable", text) from None
    asks = [(place, one) for place, one in enumerate(found.slots) if not isinstance(one, Problem)]
    edits = by_claim(judge_claims(body), [ask.claim.claim_id for _, ask in asks])
    slots = list(found.slots)
    for (place, ask), mine in zip(asks, edits, strict=True):
        slots[place] = replace(ask, edits=mine)
    return Found(slots, found.problems)
