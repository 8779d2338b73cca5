"""Scores and their outcomes out of the audit log, for what advice that was followed prevented."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reports.kpi.advice import ScoreRow

if TYPE_CHECKING:
    from service.audit.repository import AuditRepository

MOST: Final = 200_000
"""So many answered scores are looked through, the latest."""


def score_rows(repository: AuditRepository, most: int = MOST) -> list[ScoreRow]:
    """A row for each score with an answer; the last event of a score is what holds.

    Raises ``AuditError``.
    """
    return [ScoreRow.of(score, outcome) for score, outcome in repository.answered(most)]
