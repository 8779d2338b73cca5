"""Commits of the audit log."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

from service.metrics.registry import REGISTRY

COMMITS: Final = Histogram(
    "preclear_audit_commit_records",
    "Records in each commit of the audit log; its count is the number of commits.",
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048),
    registry=REGISTRY,
)
SECONDS: Final = Histogram(
    "preclear_audit_commit_seconds",
    "Seconds that each commit of the audit log took.",
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0),
    registry=REGISTRY,
)
FAILURES: Final = Counter(
    "preclear_audit_failures",
    "Commits of the audit log that failed; the scores in them were not given.",
    registry=REGISTRY,
)
WAITING: Final = Gauge(
    "preclear_audit_waiting",
    "Records that wait for a commit, looked at once a second.",
    multiprocess_mode="livesum",
    registry=REGISTRY,
)


def committed(records: int, seconds: float) -> None:
    """Count one commit of so many records."""
    COMMITS.observe(records)
    SECONDS.observe(seconds)
