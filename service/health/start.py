"""What is looked at while the service runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.health.readiness import Finding, Readiness
from service.metrics import audit, scores, state

if TYPE_CHECKING:
    from service.audit.writer import AuditWriter
    from service.deps import State
    from service.metrics.scrape import Scrape


def watch(held: State, writer: AuditWriter, scrape: Scrape) -> Readiness:
    """Look after a service that has started: its database, its queues and what it answers with."""

    def database() -> Finding | None:
        if held.repository.writable():
            return None
        return Finding("audit-unavailable", "The audit log cannot be written.")

    def queues() -> None:
        scores.WAITING.set(held.scoring.waiting())
        audit.WAITING.set(writer.waiting())
        state.serving(held.serving.now().reference)

    readiness = Readiness([database], [queues])
    readiness.start()
    scrape.before(queues)
    return readiness
