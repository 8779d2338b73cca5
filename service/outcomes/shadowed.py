"""What champion and challenger said of the same claims, as they were sent, and what became of them.

Only scores that are judged (``service.outcomes.performance``): the last before the first answer, of
claims that nobody is known to have worked on since.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from service.outcomes.interventions import Interventions
from service.outcomes.performance import Judged
from service.serving.shadow import KIND

if TYPE_CHECKING:
    import datetime as dt

    from service.audit.repository import AuditRepository

_AT_ONCE: Final = 2_000


@dataclass(frozen=True, slots=True)
class Shadowed:
    """One claim: its key, its day, both probabilities, and whether it was denied."""

    claim_key: int
    day: dt.date
    champion: float
    challenger: float
    denied: bool


def shadowed(log: AuditRepository, champion: str, challenger: str) -> list[Shadowed]:
    """The claims that these two versions were asked about and that are answered.

    Raises ``AuditError``.
    """
    touched = Interventions(log)
    touched.follow()
    after, known = 0, dict[str, Judged]()
    while new := log.outcomes(after, _AT_ONCE):
        for event, probability, threshold in new:
            # The last event of a score is what holds.
            known[str(event.score_id)] = Judged.of(event.body, probability, threshold)
        after = new[-1][0].sequence
    wanted = {
        name: one
        for name, one in known.items()
        if not one.why and not touched.before(name, one.known_on)
    }
    said: dict[str, float] = {}
    for event in log.events_of(wanted, KIND):
        model = event.body["model"]
        if isinstance(model, dict) and model.get("version") == challenger:
            said[str(event.score_id)] = float(str(event.body["denial_probability"]))
    return [
        Shadowed(
            claim_key=record.claim_key,
            day=record.as_of,
            champion=record.denial_probability,
            challenger=said[record.score_id],
            denied=wanted[record.score_id].denied,
        )
        for record in log.records_of(said)
        if record.model_version == champion
    ]
