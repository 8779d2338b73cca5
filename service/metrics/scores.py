"""Scores that were recorded and given."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from prometheus_client import Counter, Gauge

from service.metrics.registry import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from models.record import AuditRecord

SCORES: Final = Counter(
    "preclear_scores",
    "Scores recorded in the audit log, by decision and by the version of the model.",
    ("decision", "model_version"),
    registry=REGISTRY,
)
WAITING: Final = Gauge(
    "preclear_claims_waiting",
    "Claims that wait to be scored, looked at once a second.",
    multiprocess_mode="livesum",
    registry=REGISTRY,
)


@cache
def _of(decision: str, version: str) -> Counter:
    return SCORES.labels(decision, version)


def recorded(records: Iterable[AuditRecord]) -> None:
    """Count scores that are in the audit log."""
    for record in records:
        _of(record.decision, record.model_version).inc()
