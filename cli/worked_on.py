"""The claims that somebody worked on after their score, as the audit log tells: no lessons."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from claims.settings import Settings


def worked_on(settings: Settings) -> dict[int, int]:
    """Their keys, each with the first day (number) of which work is recorded.

    Empty where nothing was ever scored here. Raises ``UserError``.
    """
    from service.audit.repository import FILE, AuditRepository
    from service.outcomes.interventions import Interventions
    from training.days import number

    if settings.database_url is None and not (settings.home / FILE).is_file():
        return {}
    with AuditRepository.of(settings) as log:
        found = Interventions(log)
        found.follow()
    return {key: number(day) for key, day in found.of_claim.items()}
