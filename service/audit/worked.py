"""What a person did about a score, as an event beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from service.audit.event import Event

if TYPE_CHECKING:
    from models.record import AuditRecord

WORKED: Final = "worked"
RESULTS: Final = {
    "done": "what was advised is done",
    "other": "something else was done",
    "nothing": "it was looked at, and nothing had to be done",
    "impossible": "it cannot be done",
    "waiting": "it is begun, and waits for somebody else",
}
"""A closed list: into a free text somebody would sooner or later write a patient's name."""


def worked(record: AuditRecord, result: str, caller: str) -> Event:
    """The event; ``result`` is a key of ``RESULTS``. Raises ``ValueError``."""
    if result not in RESULTS:
        raise ValueError("no such result")
    answer: dict[str, Any] = record.answered()
    action = answer["actions"][0]["action"] if answer["actions"] else "submit"
    return Event(WORKED, record.score_id, {"action": action, "result": result}, caller)
