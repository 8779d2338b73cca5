"""The interventions of an audit log, by score and by claim: who worked on what, and since when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import datetime as dt

    from service.audit.reading import Reading

_AT_ONCE: Final = 5_000


class Interventions:
    """Kept up to date by reading what is new in the log. Its user sees to it that one reads."""

    def __init__(self, log: Reading) -> None:
        self._log = log
        self._read = 0
        self.of_score: dict[str, dt.date] = {}
        """The first day on which somebody is known to have worked on the claim after that score."""
        self.of_claim: dict[int, dt.date] = {}
        """The same by the claim's key, whichever score of it that was."""

    def follow(self) -> None:
        """Read what was recorded since. Raises ``AuditError``."""
        while True:
            found, last = self._log.touched(self._read, _AT_ONCE)
            for one in found:
                self.of_score[one.score_id] = min(one.day, self.of_score.get(one.score_id, one.day))
                self.of_claim[one.claim_key] = min(
                    one.day, self.of_claim.get(one.claim_key, one.day)
                )
            if last == self._read:
                return
            self._read = last

    def before(self, score_id: str, known_on: dt.date) -> bool:
        """Whether work after that score is on record from before its answer, or from that day."""
        day = self.of_score.get(score_id)
        return day is not None and day <= known_on
