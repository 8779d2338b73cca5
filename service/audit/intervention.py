"""Which events of the audit log say that somebody worked on a claim after it was scored.

Such an intervention may change what the payer answers without changing anything that a model sees:
a coverage that was asked for by telephone, an authorization that the payer now has on file. What a
score foretold of the claim before is then no forecast of the answer, and the answer is no lesson.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from service.audit.event import OVERRIDE
from service.audit.worked import WORKED

if TYPE_CHECKING:
    from service.audit.event import Recorded

KINDS: Final = (OVERRIDE, WORKED)
"""Kinds of events that may tell of an intervention."""
_MENDED: Final = "mended"
_NOT_DONE: Final = frozenset({"nothing", "impossible"})
"""Results of work (``service.audit.worked``) that left the claim and its payer as they were."""


@dataclass(frozen=True, slots=True)
class Touched:
    """Somebody worked on the claim with that key, on that day (UTC), after that score of it."""

    score_id: str
    claim_key: int
    day: dt.date

    @classmethod
    def of(cls, event: Recorded, claim_key: int) -> Touched:
        """From the event that tells it."""
        day = dt.datetime.fromisoformat(event.recorded_at).astimezone(dt.UTC).date()
        return cls(str(event.score_id), claim_key, day)


def mends(event: Recorded) -> bool:
    """Whether ``event`` is an intervention: work done or begun, or an override for a mend.

    Other overrides say what a person thinks of the score; nobody touched the claim for that.
    """
    if event.kind == WORKED:
        return event.body.get("result") not in _NOT_DONE
    return event.body.get("reason") == _MENDED
