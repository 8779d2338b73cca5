"""What a person decided against a score, as an event beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, get_args

from models.score import Decision
from service.audit.event import OVERRIDE, Event

if TYPE_CHECKING:
    from models.record import AuditRecord

DECISIONS: Final[tuple[str, ...]] = get_args(Decision)
REASONS: Final = {
    "mended": "what was missing or wrong was mended",
    "payer_confirmed": "the payer was asked and said otherwise",
    "not_true": "a reason that the score gives does not hold for this claim",
    "missed": "the score overlooks something",
    "clinical": "a clinician judged so",
    "deadline": "the filing limit leaves no time",
    "not_worth_it": "the work would cost more than it saves",
    "policy": "the practice does so with all claims of the kind",
    "other": "none of these",
}
"""A closed list: into a free text somebody would sooner or later write a patient's name."""


def override(record: AuditRecord, decision: str, reason: str, caller: str) -> Event:
    """The event; ``decision`` is one of ``DECISIONS``, ``reason`` a key of ``REASONS``.

    Raises ``ValueError``.
    """
    if decision not in DECISIONS or reason not in REASONS:
        raise ValueError("no such decision or reason")
    body = {"decision": decision, "scored": record.decision, "reason": reason}
    return Event(OVERRIDE, record.score_id, body, caller)
